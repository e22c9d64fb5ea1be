"""A supervisor on its own, for tests: `host.py CHARACTER COUNT FOLDER DRAIN STALL PROGRESS` (seconds)."""

import sys
from pathlib import Path

from telemetry.logs import set_up_logging
from worker.supervisor import Supervisor, executing


def main(character: str, count: str, folder: str, drain: str, stall: str, progress: str) -> int:
    set_up_logging("info", name="host", form="text", environment={})

    def command(slot: int, pipe: int) -> list[str]:
        if character == "quick":  # grown too large as soon as it starts
            return ["sh", "-c", 'echo "$0 $$ 0" >> "$1/started"; exit 75', str(slot), folder]
        return [sys.executable, "-m", "tests.process.child", character, str(slot), str(pipe), folder]

    return Supervisor(
        start=executing(command),
        count=int(count),
        drain_seconds=float(drain),
        stall_seconds=float(stall),
        progress_seconds=float(progress),
        ready_file=Path(folder) / "ready",
    ).run()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
