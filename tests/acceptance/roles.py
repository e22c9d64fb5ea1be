"""The roles of the worker as real processes, for tests that kill them."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.polling import eventually

READY_SECONDS = 60.0
DRAIN_SECONDS = 25.0
_ROOT = Path(__file__).parents[2]


@dataclass
class Role:
    """`python -m worker ROLE` and the children below it."""

    name: str
    process: subprocess.Popen[bytes]
    run_dir: Path
    log: Path

    def wait_ready(self) -> None:
        eventually(lambda: (self.run_dir / f"{self.name}.ready").exists(), seconds=READY_SECONDS)

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children()

    def terminate(self) -> int:
        """Asks to drain; the exit code. Raises TimeoutExpired when it takes longer than promised."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(DRAIN_SECONDS)


def running(name: str, run_dir: Path, **settings: str) -> AbstractContextManager[Role]:
    """A role in the environment that the emulator fixtures have set; ended by force if it is still there."""
    return running_from(_ROOT, name, run_dir, settings)


@contextmanager
def running_from(root: Path, name: str, run_dir: Path, settings: Mapping[str, str]) -> Iterator[Role]:
    """The same, of the source in another folder."""
    log = run_dir / f"{name}.log"
    environment = {**os.environ, "NAMEWIRE_RUN_DIR": str(run_dir), **settings}
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "worker", name], cwd=root, env=environment, stderr=output
        )
    role = Role(name, process, run_dir, log)
    try:
        yield role
    finally:
        if process.poll() is None:
            children = role.children()
            process.kill()
            process.wait()
            for child in children:
                child.kill()
