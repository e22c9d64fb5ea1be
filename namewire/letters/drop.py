"""Throws dead letters away."""

from collections.abc import Callable
from dataclasses import dataclass, field

from namewire.letters.facts import facts_of
from namewire.letters.hand import Hand
from namewire.letters.judging import Fate, Verdict
from namewire.letters.outcome import Outcome
from namewire.letters.selection import Selection


@dataclass(slots=True)
class Drop:
    """One run over the selected letters."""

    hand: Hand
    wanted: Selection
    pause: Callable[[float], None]
    show: Callable[[int, str], None]
    dry: bool
    outcome: Outcome = field(init=False)

    def __post_init__(self) -> None:
        self.outcome = Outcome(self.dry)

    def run(self) -> None:
        """Fills the outcome. Raises Trouble, and what `pause` raises."""
        for subscription in self.wanted.subscriptions:
            for page in self.hand.pages(subscription):
                chosen = [(letter, facts) for letter in page if (facts := facts_of(letter)) in self.wanted]
                if not self.dry:
                    self.hand.settle([letter for letter, _ in chosen])
                self.outcome.seen += len(page)
                self.outcome.verdicts += [Verdict(facts, Fate.DROP) for _, facts in chosen]
                self.show(self.outcome.seen, self.outcome.note())
                self.pause(0.0)
                if self.wanted.is_complete:
                    return
