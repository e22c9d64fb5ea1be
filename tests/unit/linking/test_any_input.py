"""Whatever a recognizer finds: every mention counts for one entity, in work that grows with their number."""

import random
import sys
from collections.abc import Sequence
from types import FrameType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.entities import Entity, name_of
from tests.unit.contract.making import few, modest
from worker.linking import link
from worker.linking.countries import country, country_names
from worker.linking.folding import fold

LABELS = ("PERSON", "ORG", "GPE", "LOC", "FAC", "NORP", "DATE", "EVENT")
WORDS = (
    *(
        "Angela",
        "Merkel",
        "Merkels",
        "al",
        "Al",
        "bin",
        "van",
        "J.",
        "Jr.",
        "II",
        "Dr.",
        "President",
        "the",
        "The",
    ),
    *(
        "Bank",
        "of",
        "World",
        "Health",
        "Organization",
        "WHO",
        "(WHO)",
        "Inc.",
        "&",
        "U.S.",
        "US",
        "City",
        "Mexico",
        "De",
        "Supreme",
        "Court",
    ),
    *("Ōsaka", "大阪", "ميركل", "की", "İ", "ß", "e\u0301", "'s", "’", "-", "(", ")", "\u200f", "\n"),
)
any_name = st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map(" ".join) | st.text(min_size=1)
any_article = st.lists(st.tuples(any_name, st.sampled_from(LABELS)), max_size=12)


def placed(found: Sequence[tuple[str, str]]) -> tuple[str, list[Entity]]:
    """A text that consists of the names and brackets."""
    text, entities = "", []
    for name, label in found:
        text += " ("
        entities.append(Entity(name, label, len(text), len(text) + len(name)))
        text += name + ")"
    return text, entities


@modest
@given(any_article)
def test_every_mention_counts_for_one_entity_and_stays_as_it_is(found: list[tuple[str, str]]) -> None:
    text, entities = placed(found)
    linked = link(text, entities)
    assert [(one.text, one.start, one.end) for one in linked] == [
        (one.text, one.start, one.end) for one in entities
    ]
    for one in linked:
        assert one.canonical is None or one.canonical.strip()
        assert one.entity_id == name_of(one.canonical or one.text, one.label).id
    assert linked == link(text, entities)


@modest
@given(any_article, st.randoms(use_true_random=False))
def test_the_order_in_which_mentions_are_given_does_not_matter(
    found: list[tuple[str, str]], chance: random.Random
) -> None:
    text, entities = placed(found)
    shuffled = list(entities)
    chance.shuffle(shuffled)
    assert sorted(link(text, shuffled), key=lambda one: one.start) == link(text, entities)


@modest
@given(st.tuples(any_name, st.sampled_from(LABELS)))
def test_a_canonical_name_is_its_own_canonical_name(found: tuple[str, str]) -> None:
    (once,) = link(*placed([found]))
    if once.canonical is not None:
        (twice,) = link(*placed([(once.canonical, once.label)]))
        assert (twice.canonical, twice.entity_id) == (once.canonical, once.entity_id)


@few
@given(st.text(min_size=1))
def test_any_text_folds_to_some_word(text: str) -> None:
    assert fold(text)


def test_every_country_is_called_by_its_name() -> None:
    assert all(country(name) == name for name in country_names().values())


def adversaries(size: int) -> dict[str, list[tuple[str, str]]]:
    """Articles made to be slow: many names, and as many as possible with something in common."""
    numbers = range(size)
    return {
        "different people": [(f"Given{n} Family{n}", "PERSON") for n in numbers],
        "one family": [(f"Given{n} Merkel", "PERSON") for n in numbers],
        "one given name": [(f"Angela Family{n}", "PERSON") for n in numbers],
        "long names": [(" ".join(f"Name{n + part}" for part in range(15)), "PERSON") for n in numbers],
        "one organisation's offices": [(f"Bank of Place{n}", "ORG") for n in numbers],
        "one acronym": [(f"Some{n} Other{n} Name{n}", "ORG") for n in numbers] + [("SON", "ORG")] * size,
        "short and full": [(f"Firm{n // 2}" + " Group" * (n % 2), "ORG") for n in numbers],
        "one country's, with it and without": [
            ("U.S. " * (n % 2) + f"Agency{n // 2}", "ORG") for n in numbers
        ],
        "one country's courts": [(f"U.S. Court of Place{n}", "ORG") for n in numbers] + [("Court", "ORG")],
        "teams": [(f"City{n} Herons", "ORG") for n in numbers] + [("Herons", "ORG")] * size,
        "pairs of families": [
            (f"Given{n} Family{n}" + f"-Family{n + 1}" * (n % 2), "PERSON") for n in numbers
        ],
        "families with a hyphen": [
            (f"Given{n} " * (n % 2) + f"Family{n // 2}-Kin", "PERSON") for n in numbers
        ],
        "fathers and sons": [
            (f"Son{n // 2} " * (n % 2) + f"Given{n // 2} Family", "PERSON") for n in numbers
        ],
        "rivers": [("Niger" + "\u2019" * (n // 2) + " River" * (n % 2), "LOC") for n in numbers],
        "places": [(f"Place{n} City", "GPE") for n in numbers],
        "bays": [(f"Place{n} Bay", "LOC") for n in numbers] + [("Bay", "LOC")] * size,
        "two labels each": [(f"Name{n // 4}", LABELS[n % 2]) for n in numbers],
        "marks": [(f"e{chr(0x300 + n % 80) * 150}{n}", "PERSON") for n in numbers],
        "one long mention": [("A" + "\u0301" * 20_000, "PERSON")] * max(1, size // 100),
    }


@pytest.mark.parametrize("kind", adversaries(1))
def test_ten_times_the_mentions_take_about_ten_times_as_many_steps(kind: str) -> None:
    small, large = (placed(adversaries(size)[kind]) for size in (200, 2_000))
    assert _steps(*large) < 15 * _steps(*small)


def _steps(text: str, entities: list[Entity]) -> int:
    """The lines of Python that are executed, after the caches have been filled: the same on any machine."""
    link(text, entities)
    steps = 0

    def count(frame: FrameType, what: str, argument: object) -> Any:
        del frame, argument
        nonlocal steps
        steps += what == "line"
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        link(text, entities)
    finally:
        sys.settrace(before)
    return steps
