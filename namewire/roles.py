"""`namewire work` and `namewire write`: the two long-running roles, as the VM runs them."""

from importlib import import_module

import typer


def work() -> None:
    """Find entities in articles, with a process per core, until stopped with TERM.

    Everything is set by the environment: `python -m worker --help` lists it.
    """
    _run("work")


def write() -> None:
    """Write entities to Firestore and keep every count exact, until stopped with TERM.

    Everything is set by the environment: `python -m worker --help` lists it.
    """
    _run("write")


def _run(role: str) -> None:
    # By name: the worker is no part of what the other commands load.
    raise typer.Exit(import_module("worker.__main__").main([role]))
