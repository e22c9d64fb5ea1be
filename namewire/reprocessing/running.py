"""One run over the archive: keeps a window of articles under way until all are read again."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from namewire.errors import Trouble
from namewire.reprocessing.bookmark import Bookmark
from namewire.reprocessing.rebuilding import STATE
from namewire.reprocessing.sending import Sender
from namewire.reprocessing.sources import Candidate, Reads, again, get_many
from namewire.reprocessing.tally import Tally
from namewire.reprocessing.throttle import Throttle
from namewire.reprocessing.window import Window

_LOOK_SECONDS: Final = 0.3
_SAVE_SECONDS: Final = 2.0
_AT_ONCE: Final = 100  # articles in a request
# With nothing coming back for so long, somebody has to look.
SILENCE_SECONDS: Final = 600.0
_TOLD_SECONDS: Final = 30.0


@dataclass(slots=True)
class Run:
    """`pause` may raise Interrupted; `show` is told how far it is."""

    candidates: Iterator[Candidate]
    database: Reads
    sender: Sender
    bookmark: Bookmark
    throttle: Throttle
    window: Window
    tally: Tally
    in_flight: int
    pause: Callable[[float], None]
    show: Callable[[int, str], None]
    clock: Callable[[], float] = time.monotonic
    _exhausted: bool = field(init=False, default=False)
    _saved_at: float = field(init=False, default=0.0)

    def run(self) -> None:
        """Until everything is settled. Raises Trouble, and what `pause` raises."""
        try:
            while not self._exhausted or len(self.window):
                self._turn()
        except BaseException:
            # How far it came; a kill at any moment repeats no more than a window.
            self._advance(save=True)
            raise
        self._advance(save=False)
        self.bookmark.remove()

    def _turn(self) -> None:
        room = self.throttle.room(self.in_flight - len(self.window), under_way=len(self.window))
        sent = self._fill(room)
        if len(self.window) or not sent:
            self.pause(_LOOK_SECONDS)
        if len(self.window):
            self._look()
        due = self.clock() - self._saved_at >= _SAVE_SECONDS
        self._advance(save=due)

    def _fill(self, room: int) -> int:
        """How many places were taken."""
        taken = 0
        while taken < room and not self._exhausted:
            part = list(islice(self.candidates, min(room - taken, _AT_ONCE)))
            self._exhausted = not part
            self._take(part)
            taken += len(part)
            self.pause(0.0)
        return taken

    def _take(self, part: Sequence[Candidate]) -> None:
        sending: dict[str, Candidate] = {}
        for candidate in part:
            if candidate.piece is None:
                self.window.add(candidate, candidate.kind, candidate.why)
            elif candidate.id in self.window or candidate.id in sending:
                self.window.add(candidate, "already")  # a file has it twice
            else:
                sending[candidate.id] = candidate
        refused = self.sender.send(list(sending.values()))
        self.throttle.sent(len(sending))
        for candidate in sending.values():
            why = refused.get(candidate.id, "")
            self.window.add(candidate, "left_out" if why else "", why)

    def _look(self) -> None:
        changed = self.window.look(get_many(self.database, self.window.names, STATE, self.pause))
        for candidate in again(self.database, changed, self.window.run, self.pause):
            refused = self.sender.send([candidate]) if candidate.piece else {candidate.id: candidate.why}
            if candidate.id not in refused:
                self.window.renew(candidate)
            else:
                kind = candidate.kind if candidate.piece is None else "left_out"
                self.window.settle(candidate.id, kind, refused[candidate.id])
        if not self.throttle.waits:
            self._give_up()

    def _give_up(self) -> None:
        for name in self.window.late(last=self._exhausted):
            self.window.settle(name, "missing", "it was sent, and has not come back")
        if self.window.silent > SILENCE_SECONDS:
            raise Trouble(
                f"Nothing has come back for {SILENCE_SECONDS:.0f} s. `namewire status` tells whether worker "
                "and writer run; both have to know of runs, too. Then run this again, and it goes on."
            )

    def _advance(self, *, save: bool) -> None:
        for place in self.window.advance():
            self.tally.add(place.kind, place.candidate.id, place.why)
            self.bookmark.after = place.candidate.place
        self.show(self.tally.settled + self.window.settled, self._note())
        if save:
            self._saved_at = self.clock()
            self.bookmark.save(self.bookmark.after, self.tally.counts)

    def _note(self) -> str:
        under_way = f"{len(self.window):,} under way"
        if self.throttle.waits:
            return f"{under_way}, waiting behind {self.throttle.others:,} others"
        silent = self.window.silent
        return f"{under_way}, none back for {silent:.0f} s" if silent > _TOLD_SECONDS else under_way
