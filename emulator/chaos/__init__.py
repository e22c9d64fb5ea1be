"""Attacks a running pipeline at moments that a seed decides, and counts anew what became of its articles.

- `schedule`: which fault when; depends on the seed alone.
- `articles`: what is published: articles, duplicates, corrections, and what can never be handled.
- `wire`, `calls`: two proxies before each emulator, one for connections and one for calls.
- `processes`, `disk`, `clock`: the roles under attack, and the machine that they believe to be on.
- `faults`: does what the schedule says.
- `outside`, `pulse`, `ledger`: what Pub/Sub and Firestore know, asked without the worker's code.
- `run`: all of it, from the first process to the report.
"""
