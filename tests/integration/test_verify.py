"""`namewire verify` on the emulator: every kind of difference is named and repaired."""

import io
import itertools
import json
import uuid
from collections.abc import Iterator
from contextlib import redirect_stdout
from datetime import UTC, datetime
from typing import Any

import pytest
from google.cloud import firestore

from contract.entities import name_of
from namewire.database import open_database
from namewire.recount.course import recount, recount_and_repair
from namewire.recount.findings import Findings
from namewire.recount.reading import Reading
from namewire.recount.recounting import Recount
from namewire.recount.sums import Sums, scratch
from namewire.settings import read_settings
from namewire.signals import Signals
from tests.acceptance import console
from tests.unit.worker.making import deliver, make_message
from tests.unit.worker.test_store import Hasty, Letters
from worker import firestore as gate
from worker.dead import DeadLetters
from worker.outbox import Outbox
from worker.status import Counts
from worker.store import Store

ADA, BO, CY = (name_of(name, "PERSON").id for name in ("Ada", "Bo", "Cy"))
DAY = "2026-10-30"


@pytest.fixture
def client(firestore_emulator: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[firestore.Client]:
    """A house with three articles, as the writer wrote it; the environment names it."""
    assert firestore_emulator
    project = f"test-{uuid.uuid4().hex[:12]}"
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", project)
    write(
        project,
        make_message("Ada met Bo. Ada left.", article_id="a1"),
        make_message("Ada met Cy", article_id="a2", published_at="2026-10-31"),
        make_message("Bo", article_id="a3", publication="Other"),
        make_message("nobody", article_id="a4", publication="Quiet"),
    )
    client = firestore.Client(project=project)
    yield client
    client.close()


def write(project: str, *messages: Any) -> None:
    channel = gate.open_channel()
    counts, lifeline = Counts(), Hasty()
    store = Store(
        database=gate.Database(channel, project),
        dead=DeadLetters(Outbox(Letters(), lifeline, "entities-dead"), counts),
        counts=counts,
        lifeline=lifeline,
        commit_writes=500,
        keep_content=True,
        uncounted=frozenset(),
    )
    assert len(list(itertools.chain.from_iterable(store.handle(deliver(*messages))))) == len(messages)
    channel.close()


def ask(*, repair: bool = False) -> tuple[int, dict[str, Any]]:
    """The exit code and the answer in JSON."""
    said = io.StringIO()
    course = recount_and_repair if repair else recount
    with Signals() as signals, redirect_stdout(said):
        report = course(read_settings(), signals, as_json=True)
    return report.exit_code, json.loads(said.getvalue())


def found(answer: dict[str, Any]) -> dict[tuple[str, ...], tuple[Any, Any]]:
    return {
        (item["document"], *item["field"]): (item["stored"], item["right"]) for item in answer["differences"]
    }


def contents(client: firestore.Client) -> dict[str, Any]:
    return {
        f"{name}/{item.id}": item.to_dict()
        for name in ("articles", "entities", "publications", "repairs")
        for item in client.collection(name).stream()
    }


def test_a_clean_house_is_clean_and_stays_as_it_is(client: firestore.Client) -> None:
    before = contents(client)
    code, answer = ask()
    assert (code, answer["count"], answer["differences"]) == (0, 0, [])
    assert answer["read"] == {"articles": 4, "entities": 3, "publications": 3}
    assert (answer["snapshot"], answer["complete"], answer["repaired"]) == (True, True, None)
    assert ask(repair=True)[1]["repaired"] == 0
    assert contents(client) == before


def test_an_empty_house_is_clean(firestore_emulator: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert firestore_emulator
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "test-empty")
    assert ask()[0] == 0


Plant = tuple[str, dict[str, Any] | None, dict[tuple[str, ...], tuple[Any, Any]]]
GONE = firestore.DELETE_FIELD
ENTITY, PUBLICATION = f"entities/{ADA}", "publications/the-gazette"

# A document, what is written into it (None deletes it), and what has to be told.
PLANTS: dict[str, Plant] = {
    "a number too large": (ENTITY, {"mentions": 7}, {(ENTITY, "mentions"): (7, 3)}),
    "a number below zero": (ENTITY, {"articles": -2}, {(ENTITY, "articles"): (-2, 2)}),
    "a number that is none": (ENTITY, {"mentions": "many"}, {(ENTITY, "mentions"): ("many", 3)}),
    "a fraction": (ENTITY, {"mentions": 3.5}, {(ENTITY, "mentions"): (3.5, 3)}),
    "a whole fraction": (ENTITY, {"mentions": 3.0}, {(ENTITY, "mentions"): (3.0, 3)}),
    "no number": (ENTITY, {"articles": GONE}, {(ENTITY, "articles"): (None, 2)}),
    "a wrong day": (ENTITY, {f"days.`{DAY}`": 5}, {(ENTITY, "days", DAY): (5, 2)}),
    "a missing day": (ENTITY, {f"days.`{DAY}`": GONE}, {(ENTITY, "days", DAY): (None, 2)}),
    "a day too many": (
        ENTITY,
        {"days.`2031-01-01`": 1, "last_seen": "2031-01-01"},
        {
            (ENTITY, "days", "2031-01-01"): (1, None),
            (ENTITY, "last_seen"): ("2031-01-01", "2026-10-31"),
        },
    ),
    "a zero that stayed": (ENTITY, {"days.`2031-01-01`": 0}, {(ENTITY, "days", "2031-01-01"): (0, None)}),
    "days that are none": (
        ENTITY,
        {"days": "never"},
        {
            (ENTITY, "days"): ("never", {}),
            (ENTITY, "days", DAY): (None, 2),
            (ENTITY, "days", "2026-10-31"): (None, 1),
        },
    ),
    "a publication too many": (
        ENTITY,
        {"publications.other": 2},
        {(ENTITY, "publications", "other"): (2, None)},
    ),
    "a wrong form": (ENTITY, {"forms.Ada": 1}, {(ENTITY, "forms", "Ada"): (1, 3)}),
    "a form too many": (ENTITY, {"forms.`A.D.A.`": 9}, {(ENTITY, "forms", "A.D.A."): (9, None)}),
    "a wrong first day": (
        ENTITY,
        {"first_seen": "1999-01-01"},
        {(ENTITY, "first_seen"): ("1999-01-01", DAY)},
    ),
    "no last day": (ENTITY, {"last_seen": GONE}, {(ENTITY, "last_seen"): (None, "2026-10-31")}),
    "a wrong text": (ENTITY, {"text": "Eve"}, {(ENTITY, "text"): ("Eve", "Ada")}),
    "a wrong label": (ENTITY, {"label": "ORG"}, {(ENTITY, "label"): ("ORG", "PERSON")}),
    "a wrong key": (ENTITY, {"key": "ORG:ada"}, {(ENTITY, "key"): ("ORG:ada", "PERSON:ada")}),
    "no entity": (ENTITY, None, {(ENTITY,): (None, {"mentions": 3, "articles": 2})}),
    "an entity that nobody mentions": (
        "entities/nobody",
        {"mentions": 2, "articles": 1, "text": "Nobody", "days": {DAY: 2}},
        {("entities/nobody",): ({"mentions": 2, "articles": 1}, None)},
    ),
    "an empty entity": ("entities/empty", {}, {("entities/empty",): ({"mentions": 0, "articles": 0}, None)}),
    "a publication's articles": (PUBLICATION, {"articles": 5}, {(PUBLICATION, "articles"): (5, 2)}),
    "a publication's mentions": (
        "publications/quiet",
        {"mentions": GONE},
        {("publications/quiet", "mentions"): (None, 0)},
    ),
    "a publication's day": (PUBLICATION, {f"days.`{DAY}`": 9}, {(PUBLICATION, "days", DAY): (9, 1)}),
    "a publication's name": (
        PUBLICATION,
        {"name": "Times"},
        {(PUBLICATION, "name"): ("Times", "The Gazette")},
    ),
    "a publication's last day": (
        PUBLICATION,
        {"last_seen": "2026-12-31"},
        {(PUBLICATION, "last_seen"): ("2026-12-31", "2026-10-31")},
    ),
    "no publication": (PUBLICATION, None, {(PUBLICATION,): (None, {"mentions": 5, "articles": 2})}),
    "a publication without articles": (
        "publications/ghost",
        {"name": "Ghost", "articles": 1, "mentions": 0},
        {("publications/ghost",): ({"mentions": 0, "articles": 1}, None)},
    ),
}


@pytest.mark.parametrize("plant", PLANTS.values(), ids=PLANTS.keys())
def test_every_kind_of_difference_is_named_and_repaired(client: firestore.Client, plant: Plant) -> None:
    path, fields, expected = plant
    before = contents(client)
    document = client.document(path)
    if fields is None:
        document.delete()
    elif path in before:
        document.update(fields)
    else:
        document.set(fields)
    code, answer = ask(repair=True)
    assert (code, found(answer), answer["repaired"]) == (0, expected, 1)
    assert contents(client) == before


def test_an_articles_own_numbers_are_compared_with_its_entities(client: firestore.Client) -> None:
    before = contents(client)
    client.document("articles/a1").update({f"mentions.{ADA}": 1, f"mentions.{CY}": 4, "entity_ids": [ADA]})
    code, answer = ask()
    assert code == 1
    own = {key: value for key, value in found(answer).items() if key[0] == "articles/a1"}
    assert own == {
        ("articles/a1", "mentions", ADA): (1, 2),
        ("articles/a1", "mentions", CY): (4, None),
        ("articles/a1", "entity_ids"): ([ADA], sorted([ADA, BO])),
    }
    assert ask(repair=True)[0] == 0
    assert contents(client) == before
    assert ask()[0] == 0


def test_what_an_article_leaves_out_is_not_missed(client: firestore.Client) -> None:
    """Too large for its offsets, an article still counts; a lost document of its gets a name later."""
    write(client.project, make_message("Zed " * 24_000, article_id="big"))
    left_out = (client.document("articles/big").get().to_dict() or {})["left_out"]
    assert left_out == ["content", "entities"]
    assert ask()[0] == 0
    lost = client.document(f"entities/{name_of('Zed', 'PERSON').id}")
    lost.delete()
    assert ask(repair=True)[0] == 0
    assert ask()[0] == 0
    write(client.project, make_message("Zed", article_id="small"))
    named = lost.get().to_dict() or {}
    assert (named["text"], named["label"], named["mentions"]) == ("Zed", "PERSON", 24_001)
    assert ask()[0] == 0


def test_an_article_that_nobody_can_count_is_named_and_not_repaired(client: firestore.Client) -> None:
    client.document("articles/a3").update({"day": "yesterday"})
    code, answer = ask(repair=True)
    assert (code, answer["unmendable"]) == (1, 1)
    assert found(answer)["articles/a3", "day"] == ("yesterday", None)
    client.document("articles/a3").update({"day": DAY})
    assert ask(repair=True)[0] == 0
    assert ask()[0] == 0


def test_a_form_that_is_not_the_commonest_is_told_and_is_no_error(client: firestore.Client) -> None:
    write(client.project, make_message("ADA", article_id="a5"))
    client.document(ENTITY).update({"text": "ADA"})
    code, answer = ask()
    assert (code, answer["lagging"], answer["count"]) == (0, 1, 0)
    assert ask(repair=True)[0] == 0
    assert (client.document(ENTITY).get().to_dict() or {})["text"] == "Ada"


def test_versions_that_are_too_old_are_told_and_everything_is_counted_at_moments_of_its_own(
    client: firestore.Client,
) -> None:
    """As it is when a recount takes longer than Firestore keeps versions."""
    client.document(f"entities/{ADA}").update({"mentions": 9})
    client.document(f"entities/{BO}").delete()
    client.document(PUBLICATION).update({"days": {}})
    said: list[str] = []
    with open_database(read_settings()) as database, scratch() as disk:
        reading = Reading(database, datetime(1990, 1, 1, tzinfo=UTC), pause=never, say=said.append, page=2)
        findings = Findings(disk)
        Recount(reading, Sums(disk), findings).run()
        differences = {("/".join(item.reference), *item.field): item.right for item in findings.all()}
    assert "does not keep the versions of 1990-01-01" in said[0]
    assert len(said) == 1
    assert differences == {
        (ENTITY, "mentions"): 3,
        (f"entities/{BO}",): {"mentions": 2, "articles": 2},
        (PUBLICATION, "days", DAY): 1,
        (PUBLICATION, "days", "2026-10-31"): 1,
    }
    assert findings.undecided == 0


def never(seconds: float) -> None:
    raise AssertionError(f"nothing to wait {seconds} s for")


def test_a_table_shows_the_first_differences_and_what_to_do(client: firestore.Client) -> None:
    assert "Every number is the sum over the articles." in shown()
    for number in range(25):
        client.document(f"entities/extra-{number:02}").set({"articles": 1, "mentions": 1})
    wrong = shown()
    assert "entities/extra-19" in wrong
    assert "entities/extra-20" not in wrong
    assert "and 5 more; --json has all of them" in wrong
    assert "`namewire verify --repair` sets them right" in wrong
    assert "25 documents set right." in shown(repair=True)


def shown(*, repair: bool = False) -> str:
    said = io.StringIO()
    with Signals() as signals, redirect_stdout(said):
        (recount_and_repair if repair else recount)(read_settings(), signals, as_json=False)
    return said.getvalue()


def test_the_command_ends_with_1_when_anything_differs(client: firestore.Client) -> None:
    settings = {
        "GOOGLE_CLOUD_PROJECT": client.project,
        "FIRESTORE_EMULATOR_HOST": str(read_settings().firestore_emulator),
    }
    client.document(ENTITY).update({"mentions": 4})
    wrong = console.run("verify", "--json", settings=settings)
    assert wrong.returncode == 1, wrong.stderr
    assert found(json.loads(wrong.stdout)) == {(ENTITY, "mentions"): (4, 3)}


def test_names_and_links_of_linked_articles_are_repaired_too(client: firestore.Client) -> None:
    names = {"Ada": "Ada Lovelace"}
    write(client.project, make_message("Ada met Ada", article_id="linked", linked=names, linking_version=1))
    before, eid = contents(client), name_of("Ada Lovelace", "PERSON").id
    client.document(f"entities/{eid}").update({"names": {"Ada L.": 2}, "text": "Ada L."})
    article = client.document("articles/linked")
    mentions = (article.get().to_dict() or {})["entities"]
    article.update({"entities": [{**mentions[0], "entity_id": ADA}, *mentions[1:]]})
    code, answer = ask()
    assert (code, found(answer)) == (
        1,
        {
            ("articles/linked", "entities", "0", "entity_id"): (ADA, eid),
            (f"entities/{eid}", "names", "Ada L."): (2, None),
            (f"entities/{eid}", "names", "Ada Lovelace"): (None, 2),
            (f"entities/{eid}", "text"): ("Ada L.", "Ada Lovelace"),
        },
    )
    assert ask(repair=True)[0] == 0
    assert contents(client) == before
    assert ask()[0] == 0
