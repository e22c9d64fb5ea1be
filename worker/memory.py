"""Memory as the system sees it: how much this process has and may have, and who died for want of it."""

import os
import resource
from pathlib import Path
from typing import Final

# Of the machine, and of the container or service that this process runs in.
_OOM_COUNTERS: Final = (Path("/proc/vmstat"), Path("/sys/fs/cgroup/memory.events"))


def resident_megabytes() -> int:
    """The memory of this process, or 0 where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") // 1_000_000


def allow_megabytes(megabytes: int) -> None:
    """Whoever asks for more gets a MemoryError from now on, instead of a machine without memory."""
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = megabytes * 1_000_000
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (allowed, hard))


def oom_kills() -> int:
    """How many processes the kernel has killed for want of memory; only that it grows means something."""
    return sum(_read_count(path) for path in _OOM_COUNTERS)


def _read_count(path: Path) -> int:
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("oom_kill "))
