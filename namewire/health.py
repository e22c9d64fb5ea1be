"""Whether the house is well, and if not, which part and why. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

ROLES: Final = ("work", "write")
# Supervisors touch their ready files once a second; a busy machine may be late without being ill.
SILENT_SECONDS: Final = 6.0
OLDEST_SECONDS: Final = 120.0
STILL_SECONDS: Final = 30.0
# One bad article is its sender's concern; so many at once mean that something else is wrong.
DEAD_LETTERS: Final = 10
RECENT_SECONDS: Final = 600.0
_EMPTIED_BY: Final = {"articles-ner": "work", "entities-store": "write"}


@dataclass(frozen=True, slots=True)
class Limits:
    """What still counts as well."""

    roles: Sequence[str] = ROLES
    silent_s: float = SILENT_SECONDS
    oldest_s: float = OLDEST_SECONDS
    dead_letters: int = DEAD_LETTERS


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the house is not well."""

    kind: str  # role_missing, role_silent, no_progress, oldest or dead_letters
    part: str
    what: str

    def as_json(self) -> dict[str, str]:
        return {"kind": self.kind, "part": self.part, "what": self.what}


def reasons(
    view: Mapping[str, Any], limits: Limits, *, still_s: Mapping[str, float] | None = None
) -> list[Reason]:
    """All of them; none means well. `still_s` is for how long nothing has moved in spite of a backlog."""
    found = []
    # In the cloud the processes are elsewhere; the backlog shows whether they work.
    if view["processes"] is not None:
        found += [reason for role in limits.roles if (reason := _role(role, view, limits)) is not None]
    for name, waiting in view["backlog"].items():
        reason = _backlog(name, waiting, view["oldest_s"][name], limits, (still_s or {}).get(name, 0.0))
        found += [reason] if reason is not None else []
    for name, letters in view["dead_letters"].items():
        if letters["recent"] > limits.dead_letters:
            more = "+" if letters["more"] else ""
            what = f"{letters['recent']}{more} letters came in within {RECENT_SECONDS / 60:.0f} minutes"
            found.append(Reason("dead_letters", name, f"{what}: `namewire dead-letters list`"))
    return found


def _role(role: str, view: Mapping[str, Any], limits: Limits) -> Reason | None:
    state = view["roles"].get(role, {"alive": 0, "silent_s": None})
    if not state["alive"]:
        return Reason(
            "role_missing", role, f"no process of it is alive; start `namewire {role}`, see its log"
        )
    silent = state["silent_s"]
    if silent is None:
        return Reason("role_silent", role, "it is starting or stopping: it does not say that it is ready")
    if silent > limits.silent_s:
        what = f"it has given no sign for {silent:,.0f} s; its supervisor is gone, or it does not move"
        return Reason("role_silent", role, what)
    return None


def _backlog(
    name: str, waiting: int | None, oldest_s: float | None, limits: Limits, still_s: float
) -> Reason | None:
    if not waiting:
        return None
    if still_s > STILL_SECONDS:
        what = f"{waiting:,} messages wait, and nothing has moved for {still_s:,.0f} s"
        return Reason("no_progress", name, f"{what}: look at `namewire {_EMPTIED_BY[name]}`")
    if oldest_s is not None and oldest_s > limits.oldest_s:
        what = f"the oldest of {waiting:,} messages has waited for {oldest_s:,.0f} s"
        return Reason("oldest", name, f"{what}, longer than {limits.oldest_s:,.0f} s")
    return None
