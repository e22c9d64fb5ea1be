"""A machine to install: a Debian in a folder, entered by chroot, or booted with its own systemd."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

from emulator.errors import CannotRun
from tests.deploy.vm.cloud import Cloud
from tests.polling import eventually

STARTUP: Final = Path(__file__).parents[3] / "terraform" / "vm" / "startup.sh"
UNITS: Final = (
    "namewire-health.service",
    "namewire-metrics.service",
    "namewire-work.service",
    "namewire-write.service",
)
_PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_SECONDS: Final = 300.0
_BOOT: Final = Path(__file__).with_name("boot.sh")


@dataclass(frozen=True)
class Outcome:
    """How a program ended, and all that it said."""

    code: int
    output: str
    seconds: float


@dataclass
class Machine:
    """Installed or not; its files are below `root`."""

    root: Path
    layers: Path | None = None  # of a copy: what differs from the original
    init: int | None = None  # the process that is its systemd, while it is booted

    @classmethod
    def like(cls, other: "Machine", root: Path) -> "Machine":
        """One on its own that begins as the other is; only what differs takes room."""
        layers = root.with_name(f"{root.name}-layers")
        for folder in (root, layers / "upper", layers / "work"):
            folder.mkdir(parents=True)
        options = f"lowerdir={other.root},upperdir={layers / 'upper'},workdir={layers / 'work'}"
        subprocess.run(["mount", "-t", "overlay", "overlay", "-o", options, root], check=True)
        return cls(root, layers=layers)

    def remove(self) -> None:
        if self.layers is not None:
            subprocess.run(["umount", self.root], check=True)
            shutil.rmtree(self.layers)
        shutil.rmtree(self.root)

    @property
    def current(self) -> str | None:
        """The release that `current` points to."""
        link = self.root / "opt" / "namewire" / "current"
        return str(link.readlink()) if link.is_symlink() else None

    @property
    def releases(self) -> list[str]:
        folders = (self.root / "opt" / "namewire").glob("[0-9a-f]*")
        return sorted(folder.name for folder in folders if folder.is_dir() and not folder.is_symlink())

    @property
    def environment(self) -> list[str]:
        return (self.root / "etc" / "namewire" / "environment").read_text().splitlines()

    def inside(self, *command: str) -> list[str]:
        """The command line that runs this one on the machine."""
        if self.init is not None:
            spaces = ("--mount", "--pid", "--uts", "--ipc", "--cgroup", "--root", "--wd")
            return ["nsenter", f"--target={self.init}", *spaces, *command]
        # Its own /proc, which nobody needs to unmount.
        return ["unshare", "--mount", f"--root={self.root}", "--wd=/", "--mount-proc=/proc", *command]

    def run(self, *command: str, **environment: str) -> Outcome:
        began = time.monotonic()
        done = subprocess.run(
            self.inside(*command),
            env={"PATH": _PATH, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        return Outcome(done.returncode, done.stdout, time.monotonic() - began)

    def start_up(self, cloud: Cloud, *, retries: int = 0) -> Outcome:
        """What the guest agent does at every boot."""
        shutil.copy(STARTUP, self.root / "root" / "startup.sh")
        return self.run("bash", "/root/startup.sh", **_places(cloud, retries))

    @contextmanager
    def starting_up(self, cloud: Cloud) -> Iterator[subprocess.Popen[bytes]]:
        """The same under way, in a process group of its own that ends with the block."""
        shutil.copy(STARTUP, self.root / "root" / "startup.sh")
        process = subprocess.Popen(
            self.inside("bash", "/root/startup.sh"),
            env={"PATH": _PATH, **_places(cloud, 0)},
            start_new_session=True,
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def systemctl(self, *arguments: str) -> str:
        done = self.run("systemctl", "--no-pager", *arguments)
        assert done.code == 0, done.output + self.journal()
        return done.output.strip()

    def main_pid(self, unit: str) -> int:
        """As the machine counts; 0 when nothing runs."""
        return int(self.systemctl("show", "--value", "--property=MainPID", unit))

    def journal(self) -> str:
        return self.run("journalctl", "--no-pager", "--output=short").output

    @contextmanager
    def booted(self) -> Iterator[None]:
        """Runs the machine's own systemd. It has this system's network, and no say about anything else."""
        group = _new_control_group()
        process = subprocess.Popen(["bash", str(_BOOT), str(self.root), str(group)], start_new_session=True)
        try:
            self.init = eventually(lambda: _systemd_below(process), seconds=30)
            eventually(lambda: self._is_up(process), seconds=60, pause=0.2)
            yield
        finally:
            for child in psutil.Process(process.pid).children() if process.poll() is None else ():
                child.kill()  # the first process of the machine: all others end with it
            process.wait(30)
            self.init = None
            eventually(lambda: _removed(group), seconds=30)

    def _is_up(self, process: subprocess.Popen[bytes]) -> bool:
        assert process.poll() is None, "the machine's systemd has ended"
        done = self.run("systemctl", "is-system-running")
        return done.output.strip() in ("running", "degraded")


def snapshot(root: Path, *folders: str) -> dict[str, Sequence[object]]:
    """What can be seen of every file: mode, owner, size, times, and where a link points."""
    seen: dict[str, Sequence[object]] = {}
    for folder in folders:
        for path in (root / folder, *(root / folder).rglob("*")):
            facts = path.lstat()
            target = str(path.readlink()) if path.is_symlink() else ""
            seen[str(path.relative_to(root))] = (
                *(facts.st_mode, facts.st_uid, facts.st_gid, facts.st_ino),
                *(facts.st_size, facts.st_mtime_ns, target),
            )
    return seen


def properties(text: str) -> dict[str, str]:
    """What `systemctl show` says."""
    return dict(line.split("=", 1) for line in text.splitlines())


def _places(cloud: Cloud, retries: int) -> dict[str, str]:
    return {
        "NAMEWIRE_METADATA": f"{cloud.url}/computeMetadata/v1",
        "NAMEWIRE_STORAGE": cloud.url,
        "NAMEWIRE_AGENT_APT": f"{cloud.url}/apt",
        "NAMEWIRE_RETRIES": str(retries),
    }


def _new_control_group() -> Path:
    mounts = (line.split() for line in Path("/proc/mounts").read_text().splitlines())
    top = next((Path(mount[1]) for mount in mounts if mount[2] == "cgroup2"), None)
    if top is None or not os.access(top, os.W_OK):
        raise CannotRun(
            "Booting a machine's systemd needs a writable cgroup2 file system; there is none here."
        )
    group = top / f"namewire-test-{os.getpid()}"
    group.mkdir(exist_ok=True)
    return group


def _systemd_below(process: subprocess.Popen[bytes]) -> int | None:
    assert process.poll() is None, "the machine could not be booted"
    found = [child.pid for child in psutil.Process(process.pid).children() if child.name() == "systemd"]
    return found[0] if found else None


def _removed(group: Path) -> bool:
    """A control group goes from the inside out, when its processes are gone."""
    try:
        for folder in sorted((path for path in group.rglob("*") if path.is_dir()), reverse=True):
            folder.rmdir()
        group.rmdir()
    except OSError:
        return not group.exists()
    return True
