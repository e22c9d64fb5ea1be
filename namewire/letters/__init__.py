"""Dead letters for people: looked at, explained, published again or dropped."""
