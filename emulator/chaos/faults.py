"""Does what the schedule says, from outside: nothing in the worker knows of it."""

import signal
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from contract.names import ENTITIES_TOPIC
from emulator.chaos.calls import ACKNOWLEDGE, COMMIT, PUBLISH, PULL, READ, Relay, Trick
from emulator.chaos.clock import Clock
from emulator.chaos.disk import Disk
from emulator.chaos.processes import Role, send
from emulator.chaos.schedule import Fault
from emulator.chaos.wire import Wire

# What a fault is for may be missing at its moment: a process that is being replaced, a call of its kind.
_MEET_SECONDS: Final = 10.0
_POLL_SECONDS: Final = 0.1


class Outcome(StrEnum):
    """What became of a fault."""

    DONE = "done"
    MISSED = "missed"  # what it should have met was not there: a process being started, no call of the kind
    IMPOSSIBLE = "impossible"  # not on this system: needs a right or a program that is missing


@dataclass(frozen=True, slots=True)
class Injected:
    """A fault that was tried. Felt until `over_at`, on the monotonic clock."""

    fault: Fault
    outcome: Outcome
    over_at: float


@dataclass(slots=True)
class Service:
    """The two proxies before an emulator."""

    wire: Wire
    relay: Relay


@dataclass(slots=True)
class Injector:
    """`inject` blocks for as long as the fault lasts, or until everything is lifted."""

    roles: Mapping[str, Sequence[Role]]  # work, write
    services: Mapping[str, Service]
    disk: Disk
    clock: Clock
    _lifted: threading.Event = field(init=False, default_factory=threading.Event)
    _kinds: dict[str, Callable[[Fault], Outcome]] = field(init=False)

    def __post_init__(self) -> None:
        self._kinds = {
            **self._on_role("work"),
            **self._on_role("write"),
            **self._on_wire("pubsub"),
            **self._on_wire("firestore"),
            **self._on_calls(),
            "work killed after its publish": self._killed(
                "work", "pubsub", PUBLISH, after=True, topic=f"/topics/{ENTITIES_TOPIC}"
            ),
            "write killed before its commit": self._killed("write", "firestore", COMMIT, after=False),
            "write machine gone before its commit": self._gone("write", "firestore", COMMIT),
            "write killed between commit and ack": self._killed("write", "firestore", COMMIT, after=True),
            "disk full": self._disk_full,
            "clock jumps": lambda fault: (
                Outcome.DONE if self.clock.jump(fault.choice) else Outcome.IMPOSSIBLE
            ),
        }

    def inject(self, fault: Fault) -> Injected:
        outcome = self._kinds[fault.kind](fault)
        return Injected(fault, outcome, time.monotonic())

    def lift(self) -> None:
        """Ends every fault that lasts; from now on all is well."""
        self._lifted.set()
        for service in self.services.values():
            service.relay.disarm_all()

    def _on_role(self, name: str) -> dict[str, Callable[[Fault], Outcome]]:
        return {
            f"{name} killed": lambda fault: self._signal(name, fault, signal.SIGKILL),
            f"{name} told to end": lambda fault: self._signal(name, fault, signal.SIGTERM),
            f"{name} child killed": lambda fault: self._signal_child(name, fault, signal.SIGKILL),
            f"{name} child told to end": lambda fault: self._signal_child(name, fault, signal.SIGTERM),
            f"{name} child stopped beyond its lease": lambda fault: self._stopped(name, fault),
        }

    def _on_wire(self, name: str) -> dict[str, Callable[[Fault], Outcome]]:
        wire = self.services[name].wire
        return {
            f"{name} cut": lambda fault: self._meet(lambda: wire.cut(fault.choice)),
            f"{name} reset": lambda fault: self._meet(lambda: wire.reset(fault.choice)),
            f"{name} delayed": lambda fault: self._delayed(wire, fault),
            f"{name} half-open": lambda fault: self._half_open(wire, fault),
        }

    def _on_calls(self) -> dict[str, Callable[[Fault], Outcome]]:
        answers = (
            ("pubsub publish times out and arrives", "pubsub", PUBLISH, "DEADLINE_EXCEEDED", True),
            ("pubsub ack answers unavailable", "pubsub", ACKNOWLEDGE, "UNAVAILABLE", True),
            ("pubsub pull is lost", "pubsub", PULL, "UNAVAILABLE", True),
            ("firestore aborted after writing", "firestore", COMMIT, "ABORTED", True),
            ("firestore unavailable after writing", "firestore", COMMIT, "UNAVAILABLE", True),
            ("firestore deadline after writing", "firestore", COMMIT, "DEADLINE_EXCEEDED", True),
            ("firestore unavailable before writing", "firestore", COMMIT, "UNAVAILABLE", False),
            ("firestore read unavailable", "firestore", READ, "UNAVAILABLE", False),
        )
        return {
            kind: self._answered(service, method, code, after=after)
            for kind, service, method, code, after in answers
        }

    def _answered(self, service: str, method: str, code: str, *, after: bool) -> Callable[[Fault], Outcome]:
        return lambda fault: self._arm(service, Trick(method, code, fault.times, after))

    def _killed(
        self, name: str, service: str, method: str, *, after: bool, topic: str = ""
    ) -> Callable[[Fault], Outcome]:
        """At exactly that call: before its answer is passed on, all are gone who may have made it."""

        def kill() -> None:
            for role in self.roles[name]:
                role.kill_children()

        return lambda _: self._arm(
            service, Trick(method, "UNAVAILABLE", 1, after, act=kill, topic=topic.encode())
        )

    def _gone(self, name: str, service: str, method: str) -> Callable[[Fault], Outcome]:
        """As above, and with them the supervisors, who keep what a child held for the next one."""

        def vanish() -> None:
            for role in self.roles[name]:
                role.vanish()

        return lambda _: self._arm(service, Trick(method, "UNAVAILABLE", 1, after=False, act=vanish))

    def _arm(self, service: str, trick: Trick) -> Outcome:
        relay = self.services[service].relay
        relay.arm(trick)
        outcome = self._meet(trick.met.is_set)
        if outcome is Outcome.MISSED:
            relay.disarm(trick)
        return outcome  # met once; it goes on until it was met as often as it should be

    def _signal(self, name: str, fault: Fault, number: signal.Signals) -> Outcome:
        return self._meet(lambda: self._pick(name, fault).signal(number))

    def _signal_child(self, name: str, fault: Fault, number: signal.Signals) -> Outcome:
        return self._meet(lambda: send(self._child(name, fault), number))

    def _pick(self, name: str, fault: Fault) -> Role:
        roles = self.roles[name]
        return roles[fault.choice % len(roles)]

    def _child(self, name: str, fault: Fault) -> int | None:
        return self._pick(name, fault).child(fault.choice // len(self.roles[name]))

    def _stopped(self, name: str, fault: Fault) -> Outcome:
        stopped: list[int | None] = []

        def stop() -> bool:
            stopped[:] = [self._child(name, fault)]
            return send(stopped[0], signal.SIGSTOP)

        outcome = self._meet(stop)
        if outcome is Outcome.DONE:
            self._lifted.wait(fault.seconds)
            send(stopped[0], signal.SIGCONT)
        return outcome

    def _delayed(self, wire: Wire, fault: Fault) -> Outcome:
        wire.delay(on=True)
        self._lifted.wait(fault.seconds)
        wire.delay(on=False)
        return Outcome.DONE

    def _half_open(self, wire: Wire, fault: Fault) -> Outcome:
        wire.swallow(on=True)
        self._lifted.wait(fault.seconds)
        wire.swallow(on=False)
        return Outcome.DONE

    def _disk_full(self, fault: Fault) -> Outcome:
        if not self.disk.fill():
            return Outcome.IMPOSSIBLE
        self._lifted.wait(fault.seconds)
        self.disk.free()
        return Outcome.DONE

    def _meet(self, attempt: Callable[[], object]) -> Outcome:
        """Tries again for a while; what only comes after everything is lifted comes too late."""
        deadline = time.monotonic() + _MEET_SECONDS
        while not attempt():
            if time.monotonic() > deadline or self._lifted.wait(_POLL_SECONDS):
                return Outcome.MISSED
        return Outcome.DONE
