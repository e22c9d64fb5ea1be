"""Who leads, by whichever numbers the question is about; the articles' own marks."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from contract.entities import name_of
from namewire.article import with_counted
from namewire.leaders import Found, leaders


class FakeFirestore:
    """Orders and filters as Firestore does."""

    def __init__(self) -> None:
        self.entities: dict[str, dict[str, Any]] = {}
        self.stored: dict[str, dict[str, Any]] = {}
        self.read = 0

    def add(self, article: str, publication: str, day: str, **mentions: int) -> None:
        self.stored[article] = {"publication_key": publication, "day": day, "mentions": mentions}
        for name, count in mentions.items():
            entity = self.entities.setdefault(
                name,
                {
                    "text": name.title(),
                    "label": "GPE" if name in ("paris", "oslo") else "PERSON",
                    "mentions": 0,
                    "articles": 0,
                    "publications": {},
                    "days": {},
                },
            )
            entity["mentions"] += count
            entity["articles"] += 1
            entity["publications"][publication] = entity["publications"].get(publication, 0) + count
            entity["days"][day] = entity["days"].get(day, 0) + count

    def leading(
        self, path: Sequence[str], *, equal: Mapping[str, str] | None = None, limit: int | None = None
    ) -> Iterator[Found]:
        def number(entity: Any) -> Any:
            for name in path:
                entity = entity.get(name, {})
            return entity

        rows = [
            (name, entity)
            for name, entity in self.entities.items()
            if isinstance(number(entity), int)
            and all(entity[field] == value for field, value in (equal or {}).items())
        ]
        rows.sort(key=lambda row: (-number(row[1]), row[0]))
        for row in rows[:limit]:
            self.read += 1
            yield row

    def articles(self, equal: Mapping[str, str], fields: Sequence[str]) -> Iterator[Found]:
        for name, article in self.stored.items():
            if all(article[field] == value for field, value in equal.items()):
                yield name, {field: article[field] for field in fields}

    def get_many(
        self, collection: str, names: Sequence[str], fields: Sequence[str] | None = None
    ) -> dict[str, dict[str, Any]]:
        assert collection == "entities"
        return {name: self.entities[name] for name in names if name in self.entities}


def house() -> FakeFirestore:
    fake = FakeFirestore()
    fake.add("a1", "planet", "2026-11-01", lois=5, paris=1)
    fake.add("a2", "planet", "2026-11-02", clark=3, paris=2, oslo=1)
    fake.add("a3", "bugle", "2026-11-01", peter=4, oslo=4)
    fake.add("a4", "bugle", "2026-11-02", paris=7, lois=1)
    return fake


def ask(fake: FakeFirestore, *, limit: int = 10, **options: str) -> list[tuple[str, int]]:
    return [(item.id, item.mentions) for item in leaders(fake, limit=limit, **options)]


def test_all_mentions_are_the_default() -> None:
    assert ask(house(), limit=3) == [("paris", 10), ("lois", 6), ("oslo", 5)]


def test_a_publication_or_a_day_orders_by_its_own_numbers() -> None:
    assert ask(house(), publication_key="planet") == [("lois", 5), ("clark", 3), ("paris", 3), ("oslo", 1)]
    assert ask(house(), day="2026-11-01") == [("lois", 5), ("oslo", 4), ("peter", 4), ("paris", 1)]


def test_both_together_are_counted_from_the_articles() -> None:
    assert ask(house(), publication_key="bugle", day="2026-11-02") == [("paris", 7), ("lois", 1)]
    leader = leaders(house(), limit=1, publication_key="planet", day="2026-11-02")[0]
    assert (leader.text, leader.mentions, leader.mentions_total) == ("Clark", 3, 3)


def test_a_label_leaves_out_the_others_and_still_fills_the_table() -> None:
    assert ask(house(), label="GPE", limit=1) == [("paris", 10)]
    assert ask(house(), label="GPE", day="2026-11-01", limit=2) == [("oslo", 4), ("paris", 1)]
    assert ask(house(), label="PERSON", day="2026-11-02", publication_key="bugle", limit=5) == [("lois", 1)]


def test_no_more_is_read_than_the_answer_needs() -> None:
    fake = house()
    assert ask(fake, label="PERSON", publication_key="planet", limit=1) == [("lois", 5)]
    assert fake.read == 1


def test_what_nobody_mentions_any_more_does_not_lead() -> None:
    fake = house()
    fake.entities["ghost"] = {"text": "Ghost", "label": "PERSON", "mentions": 0}
    assert "ghost" not in dict(ask(fake))
    assert ask(fake, publication_key="unknown") == []


def test_an_article_shows_which_of_its_entities_count() -> None:
    paris = name_of("Paris", "GPE").id
    document = {
        "entities": [
            {"text": "Paris", "label": "GPE", "start": 0, "end": 5},
            {"text": "three", "label": "CARDINAL", "start": 6, "end": 11},
        ],
        "mentions": {paris: 1},
    }
    assert [(item["text"], item["counted"]) for item in with_counted(document)] == [
        ("Paris", True),
        ("three", False),
    ]
    assert with_counted({"left_out": ["entities"], "mentions": {paris: 1}}) == []
