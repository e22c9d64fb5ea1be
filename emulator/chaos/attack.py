"""The attack itself: articles and faults at their moments, and then the wait until nothing moves any more."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from contract.names import ARTICLES
from emulator.chaos.articles import Plan
from emulator.chaos.faults import Injected
from emulator.chaos.pulse import Pulse
from emulator.chaos.report import Report, by_kind
from emulator.chaos.scene import ACK_DEADLINE_SECONDS, Scene
from emulator.chaos.schedule import Fault
from emulator.chaos.sending import Sending
from emulator.errors import FAILED, CannotRun

_TICK: Final = 0.1
# Whatever nobody settled is delivered again within a lease; when nothing was for longer, nothing is left.
_QUIET_SECONDS: Final = ACK_DEADLINE_SECONDS + 2.0
_DRAIN_SECONDS: Final = 600.0
_WARM_UP_SECONDS: Final = 90.0
_JOIN_SECONDS: Final = 60.0

Say = Callable[[str], None]


@dataclass(slots=True)
class Attack:
    """Puts the plan and the schedule into effect on a scene; `pause` may raise to end it early."""

    schedule: Sequence[Fault]
    seconds: float
    plan: Plan
    scene: Scene
    folder: Path
    pause: Callable[[float], None]
    say: Say
    problems: list[str] = field(init=False, default_factory=list)
    _injected: list[Injected] = field(init=False, default_factory=list)
    _sending: Sending = field(init=False)
    _pulse: Pulse = field(init=False)

    def __post_init__(self) -> None:
        self._sending = Sending(self.scene.outside(), self.plan)
        self._pulse = Pulse(self.scene.outside(), ARTICLES)

    def run(self, report: Report) -> None:
        """Raises CannotRun."""
        with self._helpers():
            self._warm_up()
            self._inject()
            lifted_at = time.monotonic()
            self._wait_for_quiet()
            report.drain_s = max(0.0, self.scene.moved_at() - lifted_at)
        report.kinds = by_kind(self._injected, self._pulse)
        self._keep_record()

    @contextmanager
    def _helpers(self) -> Iterator[None]:
        self._pulse.start()
        try:
            yield
        finally:
            self.scene.injector.lift()
            self._sending.stop()
            self._pulse.stop()

    def _warm_up(self) -> None:
        """Until one article, which comes once more later, went all the way: an emulator's first answers
        take seconds, which would count as recovery."""
        self._sending.send_first()
        deadline = time.monotonic() + _WARM_UP_SECONDS
        self._wait(lambda: self._pulse.count > 0 or time.monotonic() > deadline)
        if not self._pulse.count:
            raise CannotRun(
                f"Without any fault, an article was not stored within {_WARM_UP_SECONDS:g} s.",
                exit_code=FAILED,
            )
        self.say("An article went all the way; the attack begins.")

    def _inject(self) -> None:
        self._sending.start()
        began, threads = time.monotonic(), []
        for fault in self.schedule:
            self._wait_until(began + fault.at)
            self.say(f"{fault.at:6.1f} s  {fault.kind}; {self._pulse.count:,} articles stored")
            thread = threading.Thread(target=self._try, args=(fault,), name=fault.kind, daemon=True)
            threads.append(thread)
            thread.start()
        self._wait_until(began + self.seconds)
        self._wait(lambda: self._sending.over)
        self.scene.injector.lift()
        for thread in threads:
            thread.join(_JOIN_SECONDS)
        if len(self._injected) < len(threads):
            raise CannotRun("A fault could not be injected; the reason is above.", exit_code=FAILED)

    def _try(self, fault: Fault) -> None:
        self._injected.append(self.scene.injector.inject(fault))

    def _wait_for_quiet(self) -> None:
        self.say("The attack is over; waiting until nothing moves any more.")
        deadline = time.monotonic() + _DRAIN_SECONDS
        self._wait(lambda: time.monotonic() > min(deadline, self.scene.moved_at() + _QUIET_SECONDS))
        if time.monotonic() > deadline:
            self.problems.append(f"messages were still moving {_DRAIN_SECONDS:g} s after the last fault")
        self.say(f"{self._pulse.count:,} of {len(self.plan.contents):,} articles are stored.")

    def _wait_until(self, moment: float) -> None:
        self._wait(lambda: time.monotonic() >= moment)

    def _wait(self, is_true: Callable[[], bool]) -> None:
        while not is_true():
            self.pause(_TICK)
            self._pulse.check()
            self._sending.check()

    def _keep_record(self) -> None:
        """What was done and when, beside the logs."""
        lines = [
            json.dumps({**asdict(one.fault), "outcome": one.outcome, "over_at": round(one.over_at, 2)})
            for one in self._injected
        ]
        (self.folder / "faults.jsonl").write_text("\n".join([*lines, ""]), encoding="utf-8")
