"""What is well and what is not, and the lines over time."""

from typing import Any

import pytest
from rich.console import Console

from namewire.health import Limits, reasons
from namewire.history import History
from namewire.picture import picture
from namewire.sparks import sparkline


def view(**changes: Any) -> dict[str, Any]:
    made = {
        "project": "p",
        **dict.fromkeys(("articles", "entities", "publications"), 3),
        "backlog": {"articles-ner": 0, "entities-store": 0},
        "oldest_s": {"articles-ner": 0.0, "entities-store": 0.0},
        "in_hand": {"work": 0, "write": 0},
        "processes": [process("work"), process("write")],
        "roles": {"work": {"alive": 1, "silent_s": 0.4}, "write": {"alive": 1, "silent_s": 0.4}},
        "dead_letters": {
            "articles-dead-review": {"at_least": 0, "more": False, "recent": 0},
            "entities-dead-review": {"at_least": 0, "more": False, "recent": 0},
        },
    }
    return {**made, **changes}


def process(role: str, *, done: int = 5, speed: float | None = 2.0) -> dict[str, Any]:
    return {
        "role": role,
        "slot": 0,
        "pid": 7,
        "alive": True,
        "received": done,
        "done": done,
        "dead_lettered": 0,
        "articles_per_s": speed,
        "words_per_s": 0.0,
        "busy_s": 1.0,
    }


def kinds(**changes: Any) -> list[tuple[str, str]]:
    return [(reason.part, reason.kind) for reason in reasons(view(**changes), Limits())]


def test_a_house_that_works_is_well() -> None:
    assert kinds() == []


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ({"alive": 0, "silent_s": None}, "role_missing"),
        ({"alive": 0, "silent_s": 0.5}, "role_missing"),
        ({"alive": 2, "silent_s": 7.0}, "role_silent"),
        ({"alive": 2, "silent_s": None}, "role_silent"),
    ],
)
def test_a_role_without_process_or_sign_is_named(state: dict[str, Any], kind: str) -> None:
    well = {"alive": 1, "silent_s": 0.0}
    assert kinds(roles={"work": state, "write": well}) == [("work", kind)]
    limits = Limits(roles=("write",))
    assert reasons(view(roles={"work": state, "write": well}), limits) == []


def test_where_the_processes_are_elsewhere_the_backlog_tells() -> None:
    assert kinds(processes=None, roles=None, in_hand=None) == []
    old = {"articles-ner": 121.0, "entities-store": None}
    waiting = {"articles-ner": 9, "entities-store": None}
    found = kinds(processes=None, roles=None, in_hand=None, backlog=waiting, oldest_s=old)
    assert found == [("articles-ner", "oldest")]


def test_one_dead_letter_is_no_illness_many_at_once_are() -> None:
    letters = view()["dead_letters"]
    for recent, ill in ((10, False), (11, True)):
        state = {"at_least": 90, "more": False, "recent": recent}
        found = kinds(dead_letters={**letters, "articles-dead-review": state})
        assert found == ([("articles-dead-review", "dead_letters")] if ill else [])


def test_a_backlog_of_which_nothing_is_done_is_named_after_a_while() -> None:
    now = 0.0
    history = History(clock=lambda: now)
    waiting = {"articles-ner": 4, "entities-store": 0}
    for done, seconds in ((5, 0.0), (5, 20.0), (5, 31.0), (6, 40.0)):
        now = seconds
        seen = view(backlog=waiting, processes=[process("work", done=done), process("write")])
        history.add(seen)
        found = [(reason.part, reason.kind) for reason in reasons(seen, Limits(), still_s=history.still_s())]
        assert found == ([("articles-ner", "no_progress")] if seconds == 31.0 else [])


def test_numbers_over_time_are_a_line() -> None:
    assert sparkline([0, 1, 4, 8, None, 0.1], width=10) == "▁▂▅█·▂"
    assert sparkline([1, 2, 3], width=2) == "▆█"
    assert sparkline([0, 0], width=9) == "▁▁"
    assert sparkline([], width=9) == ""


def test_the_picture_begins_with_what_is_wrong() -> None:
    history = History()
    history.add(view())
    reason = {"kind": "oldest", "part": "articles-ner", "what": "the oldest waits \x1b[31m"}
    console = Console(width=110)
    with console.capture() as shown:
        console.print(picture({**view(), "healthy": False, "reasons": [reason]}, history))
    lines = shown.get().splitlines()
    assert lines[:2] == ["not healthy", "  articles-ner: the oldest waits \\x1b[31m"]
    assert any("work, articles/s" in line and "█" in line for line in lines)
