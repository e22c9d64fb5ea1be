"""A copy of the worker with a fault in it, to see whether a chaos run finds it."""

import shutil
from dataclasses import dataclass
from pathlib import Path

_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Planted:
    """Replacements in the worker's source. `kinds` are the faults that bring it to light."""

    what: str
    changes: tuple[tuple[str, str, str], ...]  # file, text, other text
    kinds: tuple[str, ...]

    def install(self, folder: Path) -> Path:
        """The copy; the folder to look in first. Fails where the source has changed under the fault."""
        shutil.copytree(_ROOT / "worker", folder / "worker", ignore=shutil.ignore_patterns("__pycache__"))
        for name, text, other in self.changes:
            file = folder / "worker" / name
            source = file.read_text(encoding="utf-8")
            assert source.count(text) == 1, f"{self.what}: {name} has no longer, once: {text!r}"
            file.write_text(source.replace(text, other), encoding="utf-8")
        return folder


ACK_BEFORE_COMMIT = Planted(
    "acknowledging before the commit",
    (
        (
            "pump.py",
            "        self.leases.begin(batch)\n",
            "        self.leases.begin(batch)\n        self.leases.subscription.acknowledge(list(left))\n",
        ),
    ),
    # Not a child alone: the next child inherits what a killed one held, whether acknowledged or not.
    ("write machine gone before its commit",),
)
INCREMENT_OUTSIDE = Planted(
    "incrementing outside the commit",
    (
        (
            "store.py",
            "            written = self.store.database.commit(entries)\n",
            (
                "            others = self.store.database.commit(entries[len(changes) :])\n"
                "            written = self.store.database.commit(entries[: len(changes)]) + others\n"
            ),
        ),
    ),
    ("firestore unavailable after writing", "firestore deadline after writing"),
)
NO_MARKER = Planted(
    "dropping the idempotency marker",
    (
        (
            "store.py",
            "self._decided = before, decide(None if before is None else before.document, self.versions)",
            "self._decided = before, decide(None, self.versions)",
        ),
        (
            "bookkeeping.py",
            "    requires = False if stored is None else stored.update_time\n    if change.confirms_only:",
            "    requires = None\n    if change.confirms_only:",
        ),
    ),
    ("firestore unavailable after writing", "write killed between commit and ack"),
)
SWALLOWED = Planted(
    "swallowing one exception",
    (
        (
            "store.py",
            "            self.store.known.forget(self.references)\n            raise\n",
            "            self.store.known.forget(self.references)\n            return\n",
        ),
    ),
    ("firestore unavailable before writing",),
)
