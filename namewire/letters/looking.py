"""`namewire dead-letters list` and `show`."""

import sys
from typing import TYPE_CHECKING, Annotated, Final

import typer

from namewire.errors import Trouble
from namewire.letters.desk import AsJson, Desk, Only, Reason, nothing, open_desk
from namewire.letters.selection import Selection

if TYPE_CHECKING:
    from namewire.letters.facts import Facts
    from namewire.review import Letter

# On a terminal, more of a message than this would scroll away what is said about it.
_TERMINAL_CHARS: Final = 4_000


def list_letters(
    *,
    reason: Reason = None,
    topic: Only = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Show at most so many, the latest.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the dead letters: reason, article, publication, tries, age.

    `tries` is how often Pub/Sub had delivered the message when it was given up.
    """
    from datetime import UTC, datetime

    from namewire.letters.facts import facts_of
    from namewire.letters.view import SHOWN, show_list
    from namewire.output import print_json, print_line

    wanted = Selection((), reason, topic)
    found = []
    with open_desk() as desk:
        for subscription in wanted.subscriptions:
            for page in desk.hand.pages(subscription):
                found += [facts for letter in page if (facts := facts_of(letter)) in wanted]
                desk.count(len(page), f"{len(found):,} listed")
    found.sort(key=lambda facts: facts.dead_at, reverse=True)
    now = datetime.now(UTC)
    if as_json:
        print_json({"total": len(found), "letters": [facts.as_json(now) for facts in found[:limit]]})
    elif found:
        show_list(found, now, limit=limit or SHOWN)
    else:
        print_line(nothing(wanted))


def show(
    id_: Annotated[
        str, typer.Argument(metavar="ID", help="Of a letter, or of an article: then all its letters.")
    ],
    *,
    full: Annotated[bool, typer.Option("--full", help="All of the message, also on a terminal.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show one as a whole: the message, why and where it failed, how to mend it.

    Control characters are shown escaped; what is no text is shown as hexadecimal bytes. With --json a list,
    because an article can have several letters; what is no text is in `data_base64` then.
    """
    from datetime import UTC, datetime

    from namewire.letters.view import letter_json, show_letter
    from namewire.output import print_json

    wanted = Selection((id_,))
    with open_desk() as desk:
        found = _find(desk, wanted)
    if not found:
        raise Trouble(nothing(wanted))
    now = datetime.now(UTC)
    if as_json:
        print_json([letter_json(letter, facts, now) for letter, facts in found])
        return
    most = _TERMINAL_CHARS if sys.stdout.isatty() and not full else None
    for letter, facts in found:
        show_letter(letter, facts, now, most_chars=most)


def _find(desk: Desk, wanted: Selection) -> list[tuple["Letter", "Facts"]]:
    from namewire.letters.facts import facts_of

    found: list[tuple[Letter, Facts]] = []
    for subscription in wanted.subscriptions:
        for page in desk.hand.pages(subscription):
            found += [(letter, facts) for letter in page if (facts := facts_of(letter)) in wanted]
            desk.count(len(page))
            if wanted.is_complete:
                return found
    return found
