"""`namewire dead-letters` with its four commands."""

import typer

from namewire.letters.changing import drop, replay
from namewire.letters.looking import list_letters, show

dead_letters = typer.Typer(
    help="""Show the articles that could not be handled, and why; replay or drop them.

    What can never be handled, or was tried too often, waits for 31 days with its reason. `list` and `show`
    change nothing, `replay` and `drop` only with --yes.""",
    short_help="Show the articles that could not be handled, and why; replay or drop them.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
for name, command in (("list", list_letters), ("show", show), ("replay", replay), ("drop", drop)):
    dead_letters.command(name, short_help=(command.__doc__ or "").partition("\n")[0])(command)
