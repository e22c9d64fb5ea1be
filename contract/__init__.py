"""What the programs agree on: articles, entity messages, identity, documents. Pure: no I/O, no clients."""
