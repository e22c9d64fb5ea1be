"""What became of the letters that a command was about, or would become of them."""

from dataclasses import dataclass, field

from namewire.letters.facts import Facts
from namewire.letters.judging import Fate, Verdict


@dataclass(slots=True)
class Outcome:
    """In a dry run nothing has been done."""

    dry: bool
    seen: int = 0
    verdicts: list[Verdict] = field(default_factory=list)
    came_back: list[Facts] = field(default_factory=list)

    def by_fate(self, fate: Fate) -> list[Verdict]:
        return [verdict for verdict in self.verdicts if verdict.fate is fate]

    @property
    def done(self) -> int:
        return len(self.verdicts) - len(self.by_fate(Fate.LEAVE))

    def note(self) -> str:
        """For the progress bar."""
        return f"{self.done:,} {'to be settled' if self.dry else 'settled'}"
