"""Publishes the plan at its pace, in a thread of its own, straight to the emulator."""

import threading
import time
from dataclasses import dataclass, field
from typing import Final

from contract.names import ARTICLES_TOPIC
from emulator.chaos.articles import Kind, Plan, requests
from emulator.chaos.outside import Outside

_EVERY: Final = 0.2  # seconds
_MOST: Final = 100  # articles in a request


@dataclass(slots=True)
class Sending:
    """What is due is sent, in the order of the plan: so the version that is last there is published last."""

    outside: Outside
    plan: Plan
    _stop: threading.Event = field(init=False, default_factory=threading.Event)
    _thread: threading.Thread | None = field(init=False, default=None)
    _error: Exception | None = field(init=False, default=None)

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="sending", daemon=True)
        self._thread.start()

    def send_first(self) -> None:
        """The first article alone."""
        first = next(send for send in self.plan.sends if send.kind is Kind.FIRST)
        self.outside.publish(ARTICLES_TOPIC, [first.body])

    @property
    def over(self) -> bool:
        """Whether everything is published."""
        return self._thread is not None and not self._thread.is_alive()

    def check(self) -> None:
        """Raises what went wrong."""
        if self._error is not None:
            raise self._error

    def stop(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        self.outside.close()

    def _run(self) -> None:
        began, sent = time.monotonic(), 0
        sends = self.plan.sends
        try:
            while sent < len(sends) and not self._stop.is_set():
                due = sent
                while due < len(sends) and sends[due].at <= time.monotonic() - began:
                    due += 1
                for part in requests(sends[sent:due], _MOST):
                    self.outside.publish(ARTICLES_TOPIC, [send.body for send in part])
                sent = due
                self._stop.wait(_EVERY)
        except Exception as error:  # noqa: BLE001 - told by check(), in the thread that can act on it
            self._error = error
