"""The console command: its parts in the order in which a person needs them, its errors in sentences."""

import sys
from typing import Any, Final, NoReturn

import typer
from typer.core import TyperGroup

from namewire.article import article
from namewire.bench import bench
from namewire.chaos import chaos
from namewire.demo import demo
from namewire.errors import Interrupted, Trouble
from namewire.letters.command import dead_letters
from namewire.reprocess import reprocess
from namewire.roles import metrics, work, write
from namewire.status import status
from namewire.submit import submit
from namewire.top import top
from namewire.up import up
from namewire.verify import verify

_ORDER: Final = (
    *("demo", "up", "submit", "status", "top", "article", "dead-letters", "verify", "reprocess", "bench"),
    *("chaos", "work", "write", "metrics"),
)


class _InOrder(TyperGroup):
    """Typer puts commands that have commands of their own last."""

    def list_commands(self, ctx: Any) -> list[str]:
        return sorted(super().list_commands(ctx), key=[*_ORDER, *super().list_commands(ctx)].index)


app = typer.Typer(
    name="namewire",
    cls=_InOrder,
    help="News in, names out: a stream of articles becomes exact counts of who is in the news.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
_COMMANDS: Final = (
    demo,
    up,
    submit,
    status,
    top,
    article,
    verify,
    reprocess,
    bench,
    chaos,
    work,
    write,
    metrics,
)
for command in _COMMANDS:
    # In full: what is cut off helps nobody.
    app.command(short_help=(command.__doc__ or "").partition("\n")[0])(command)
app.add_typer(dead_letters, name="dead-letters")


def main() -> NoReturn:
    """Runs the command that the command line names."""
    try:
        app()
    except Trouble as trouble:
        _end(str(trouble), trouble.exit_code)
    except Interrupted as interrupted:
        _end("Stopped.", interrupted.exit_code)
    except Exception as error:
        from emulator.errors import CannotRun

        if not isinstance(error, CannotRun):
            raise
        _end(str(error), error.exit_code)
    sys.exit(0)


def _end(message: str, exit_code: int) -> NoReturn:
    from namewire.output import say

    say(message)
    sys.exit(exit_code)


if __name__ == "__main__":
    main()
