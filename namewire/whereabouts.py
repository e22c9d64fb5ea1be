"""Where an article may be besides Firestore: among the dead letters, or still waiting."""

from typing import TYPE_CHECKING

from namewire.backlog import read_backlog
from namewire.errors import Trouble
from namewire.settings import Settings

if TYPE_CHECKING:
    from namewire.letters.facts import Facts
    from namewire.review import Letter


def letters_of(settings: Settings, article_id: str) -> list[tuple["Letter", "Facts"]]:
    """Its dead letters; others that look meanwhile do not see them. Raises Trouble and Interrupted."""
    from namewire.letters.facts import facts_of
    from namewire.letters.hand import Hand
    from namewire.output import say
    from namewire.review import SUBSCRIPTIONS, open_review
    from namewire.signals import Signals

    found = []
    with (
        Signals() as signals,
        open_review(settings) as review,
        Hand(review, signals.pause, say) as hand,
    ):
        for subscription in SUBSCRIPTIONS:
            for page in hand.pages(subscription):
                found += [
                    (letter, facts) for letter in page if (facts := facts_of(letter)).article_id == article_id
                ]
    return found


def nowhere(settings: Settings, article_id: str, unasked: str = "") -> Trouble:
    """What to say of an article that is neither stored nor dead, with what waits now.

    `unasked` is why the dead letters could not be asked.
    """
    waiting = [
        f"{backlog.waiting:,} messages wait in {name}, the oldest for {backlog.oldest_s or 0.0:,.0f} s"
        for name, backlog in read_backlog(settings).items()
        if backlog.waiting
    ]
    perhaps = f" Now {', and '.join(waiting)}; it may be among them." if waiting else ""
    letters = f" Its dead letters could not be looked for: {unasked}" if unasked else ""
    where = "not stored" if unasked else "neither stored nor among the dead letters"
    return Trouble(
        f"There is no article {article_id}. It is {where}.{letters}{perhaps} If it was accepted a moment "
        "ago, it may still be on its way (`namewire status`); otherwise check the id and the project."
    )
