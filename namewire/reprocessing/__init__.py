"""The archive read again: what to send, how much at a time, and what has come of it."""
