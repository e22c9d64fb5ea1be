"""What is examined after an attack: every kind of wrong is seen, and called by its name."""

import json
from collections.abc import Sequence
from typing import Any

from contract.entities import name_of
from contract.names import ENTITIES, PUBLICATIONS
from emulator.chaos.articles import Kind, Plan, Send
from emulator.chaos.ledger import Findings, examine
from emulator.chaos.outside import Letter
from namewire.recount.findings import Difference

TEXT, OTHER, HOPELESS = "Oslo is calm.", "Oslo is loud.", b"{broken"
OSLO = name_of("Oslo", "GPE").id


def plan() -> Plan:
    send = Send(0.0, Kind.FIRST, "a", json.dumps({"id": "a"}).encode(), TEXT)
    return Plan([send], {"a": TEXT}, {HOPELESS})


def article(content: str = TEXT) -> dict[str, Any]:
    return {
        "content": content,
        "publication_key": "gazette",
        "day": "2026-11-01",
        "mentions": {OSLO: 1},
        "entities": [{"text": "Oslo", "label": "GPE", "start": 0, "end": 4}],
    }


LETTER = Letter("1", HOPELESS, {"reason": "body: is not JSON"})


def look(
    articles: dict[str, Any], letters: tuple[Letter, ...] = (LETTER,), differences: Sequence[Difference] = ()
) -> Findings:
    return examine(plan(), articles, letters, differences)


def test_all_is_well() -> None:
    assert look({"a": article()}).problems == []


def test_an_article_that_is_nowhere_is_lost() -> None:
    findings = look({})
    assert (findings.lost, findings.differences) == (["a"], [])


def test_an_article_in_the_dead_letters_is_not_lost() -> None:
    buried = Letter("2", b'{"id": "a"}', {"reason": "content: no"})
    findings = look({}, letters=(LETTER, buried))
    assert (findings.problems, findings.buried) == ([], 1)


def test_a_dead_letter_without_a_reason_is_a_problem() -> None:
    findings = look({"a": article()}, letters=(Letter("1", HOPELESS, {}),))
    assert findings.problems == ["1 dead letters give no reason"]


def test_what_cannot_be_handled_and_is_in_no_dead_letter_is_lost() -> None:
    assert len(look({"a": article()}, letters=()).lost) == 1


def test_an_earlier_version_is_stale() -> None:
    assert look({"a": article(OTHER)}).stale == ["a"]


def test_an_article_that_nobody_published_is_strange() -> None:
    assert look({"a": article(), "b": article()}).strange == ["b"]


def test_numbers_too_high_are_counted_twice_and_numbers_too_low_not_at_all() -> None:
    oslo, gazette = (ENTITIES, OSLO), (PUBLICATIONS, "gazette")
    findings = look(
        {"a": article()},
        differences=[
            Difference(oslo, ("mentions",), 3, 1),
            Difference(oslo, ("days", "2026-11-01"), None, 5),
            Difference(oslo, ("last_seen",), "2026-11-02", "2026-11-01"),
            Difference(gazette, (), {"mentions": 7, "articles": 2}, None),
        ],
    )
    assert (findings.counted_twice, findings.not_counted) == (2 + 9, 5)
    assert f"entities/{OSLO}/mentions is 3, not 1" in findings.differences
    assert len(findings.differences) == 4


def test_offsets_that_miss_are_differences() -> None:
    wrong = {**article(), "entities": [{"text": "Oslo", "label": "GPE", "start": 1, "end": 5}]}
    assert look({"a": wrong}).differences == ["articles/a: offsets miss 'Oslo'"]
