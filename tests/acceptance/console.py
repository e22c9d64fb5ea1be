"""The command as a person runs it: a process in a terminal's place."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psutil

ROOT: Final = Path(__file__).resolve().parents[2]
COMMAND: Final = (sys.executable, "-m", "namewire")
# For a machine on which other things compute.
PATIENCE_SECONDS: Final = 120.0


def environment(**settings: str) -> dict[str, str]:
    """Ours, without what would lead to another house."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("NAMEWIRE_", "GOOGLE_CLOUD_", "CLOUDSDK_"))
        and not name.endswith("_EMULATOR_HOST")
    }
    return {**kept, "PYTHONPATH": str(ROOT), **settings}


def here() -> dict[str, str]:
    """The settings of the house that the emulators' fixtures have made."""
    names = ("GOOGLE_CLOUD_PROJECT", "PUBSUB_EMULATOR_HOST", "FIRESTORE_EMULATOR_HOST")
    return {name: os.environ[name] for name in names}


def run(
    *arguments: str, settings: dict[str, str] | None = None, stdin: str = "", source: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """`source` is where the command's own code is looked for first."""
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=source,
        env=environment(**(settings or {})),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS + 30,
    )


@contextmanager
def started(arguments: Sequence[str], *, out: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A command that goes on; what it says goes to the file. Killed at the end if need be."""
    with out.open("wb") as file:
        process = subprocess.Popen(
            [*COMMAND, *arguments],
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.wait()


def read_env_file(path: Path) -> dict[str, str]:
    """As a shell reads it."""
    lines = subprocess.run(
        ["env", "-i", "sh", "-c", f'. "{path}"; env'], capture_output=True, text=True, check=True
    )
    found = dict(line.split("=", 1) for line in lines.stdout.splitlines())
    return {name: value for name, value in found.items() if name not in ("PWD", "SHLVL", "_")}


def wait_until(is_true: Callable[[], object], *, what: str, seconds: float = PATIENCE_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds:g} s for {what}")
        time.sleep(0.05)


def descendants(pid: int) -> list[psutil.Process]:
    """Everything a running house consists of, guards and what they guard."""
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def survivors(processes: Sequence[psutil.Process]) -> list[str]:
    """Those that still run, by their command lines."""
    found = []
    for process in processes:
        try:
            if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                found.append(" ".join(process.cmdline())[:150])
        except psutil.NoSuchProcess:
            continue
    return found
