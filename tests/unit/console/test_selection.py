"""Which articles a measurement reads."""

from collections.abc import Iterator

from namewire.reading.records import Record, Unreadable
from namewire.selection import Selection


def articles(*word_counts: int) -> Iterator[Record | Unreadable]:
    for number, words in enumerate(word_counts):
        yield Record("file", f"line {number}", {"body": " ".join([f"Nr{number}", *["word"] * (words - 1)])})


def chosen(selection: Selection, *word_counts: int) -> list[int]:
    """The numbers of the articles."""
    return [int(text.split()[0][2:]) for text in selection.choose(articles(*word_counts))]


def test_articles_of_the_wanted_length_are_kept_in_order() -> None:
    assert chosen(Selection(10, 3, 5), 2, 3, 4, 5, 6, 3) == [1, 2, 3, 5]


def test_all_lengths_are_taken_when_none_is_the_wanted_one() -> None:
    assert chosen(Selection(10, 300, 1_000), 2, 3, 4) == [0, 1, 2]


def test_few_of_many_are_spread_over_all_and_the_same_every_time() -> None:
    once, again = (chosen(Selection(50, 1, 9), *[5] * 5_000) for _ in range(2))
    assert once == again == sorted(once)
    assert len(set(once)) == 50
    assert sum(number < 2_500 for number in once) in range(10, 41)


def test_what_is_no_article_is_counted_and_left_out() -> None:
    items: list[Record | Unreadable] = [
        Unreadable("file", "line 1", "body", "is not JSON"),
        Record("file", "line 2", {"title": "Nothing in it"}),
        Record("file", "line 3", {"content": "Ada Lovelace met Charles Babbage.", "publication": ""}),
    ]
    selection = Selection(10, 1, 9)
    assert selection.choose(items) == ["Ada Lovelace met Charles Babbage."]
    assert selection.unreadable == 2
