"""What is examined after an attack: every kind of wrong is seen, and called by its name."""

import json
from typing import Any

from contract.entities import name_of
from emulator.chaos.articles import Kind, Plan, Send
from emulator.chaos.ledger import Findings, examine
from emulator.chaos.outside import Letter

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


def entity(times: int = 1) -> dict[str, Any]:
    numbers = {
        "mentions": times,
        "articles": times,
        "publications": {"gazette": times},
        "forms": {"Oslo": times},
    }
    return {**numbers, "days": {"2026-11-01": times}, "first_seen": "2026-11-01", "last_seen": "2026-11-01"}


def publication(times: int = 1) -> dict[str, Any]:
    numbers = {"mentions": times, "articles": times, "days": {"2026-11-01": times}}
    return {**numbers, "first_seen": "2026-11-01", "last_seen": "2026-11-01"}


LETTER = Letter("1", HOPELESS, {"reason": "body: is not JSON"})


def look(articles: dict[str, Any], times: int = 1, letters: tuple[Letter, ...] = (LETTER,)) -> Findings:
    counted = ({OSLO: entity(times)}, {"gazette": publication(times)}) if times else ({}, {})
    return examine(plan(), articles, *counted, letters)


def test_all_is_well() -> None:
    assert look({"a": article()}).problems == []


def test_an_article_that_is_nowhere_is_lost() -> None:
    findings = look({}, times=0)
    assert (findings.lost, findings.differences) == (["a"], [])


def test_an_article_in_the_dead_letters_is_not_lost() -> None:
    buried = Letter("2", b'{"id": "a"}', {"reason": "content: no"})
    findings = look({}, times=0, letters=(LETTER, buried))
    assert (findings.problems, findings.buried) == ([], 1)


def test_a_dead_letter_without_a_reason_is_a_problem() -> None:
    findings = look({"a": article()}, letters=(Letter("1", HOPELESS, {}),))
    assert findings.problems == ["1 dead letters give no reason"]


def test_what_cannot_be_handled_and_is_in_no_dead_letter_is_lost() -> None:
    assert len(look({"a": article()}, letters=()).lost) == 1


def test_an_earlier_version_is_stale() -> None:
    assert look({"a": article(OTHER)}).stale == ["a"]


def test_an_article_that_nobody_published_is_strange() -> None:
    assert look({"a": article(), "b": article()}, times=2).strange == ["b"]


def test_numbers_too_high_are_counted_twice_and_numbers_too_low_not_at_all() -> None:
    twice = look({"a": article()}, times=2)
    assert (twice.counted_twice, twice.not_counted) == (8, 0)
    never = look({"a": article()}, times=0)
    assert (never.counted_twice, never.not_counted) == (0, 8)
    assert "publications/gazette/articles is 2, not 1" in twice.differences


def test_offsets_that_miss_and_days_that_are_wrong_are_differences() -> None:
    wrong = {**article(), "entities": [{"text": "Oslo", "label": "GPE", "start": 1, "end": 5}]}
    assert look({"a": wrong}).differences == ["articles/a: offsets miss 'Oslo'"]
    late = {**entity(), "last_seen": "2026-11-02"}
    findings = examine(plan(), {"a": article()}, {OSLO: late}, {"gazette": publication()}, [LETTER])
    assert len(findings.differences) == 1
