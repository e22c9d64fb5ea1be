"""A run over the archive, between a worker and a writer in memory: killed, overtaken, throttled."""

import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.article import Article, read_article
from contract.documents import article_document
from contract.entities import Entity
from contract.letters import REPROCESSED_AT, Origin
from contract.messages import EntityMessage, Model, entity_message
from contract.names import ARTICLES
from contract.wire import decode_article
from namewire.backlog import Backlog
from namewire.errors import Trouble
from namewire.reading.records import Record
from namewire.reprocessing.bookmark import REFERENCE, Bookmark, open_bookmark
from namewire.reprocessing.rebuilding import CannotRebuild, OtherVersion, piece_of, rebuild
from namewire.reprocessing.running import Run
from namewire.reprocessing.sending import Sender
from namewire.reprocessing.sources import from_archive, from_files
from namewire.reprocessing.tally import Tally
from namewire.reprocessing.throttle import Throttle
from namewire.reprocessing.window import PATIENCE_SECONDS, Window
from namewire.review import Message, NoAnswer
from tests.fakes.versions import Versions
from tests.unit.contract.making import few
from tests.unit.worker.making import EPOCH, make_message
from tests.unit.worker.test_store import Room
from tests.unit.worker.test_work import Desk
from worker.bookkeeping import Entry
from worker.fate import TryLater
from worker.pubsub import Received

RUN = EPOCH + timedelta(days=2)
NOW = RUN + timedelta(hours=1)


class Killed(BaseException):
    """As a process is: nothing of it is caught."""


class House(Versions):
    """Firestore, the topic of articles, and worker and writer, which take what waits when asked to."""

    def __init__(self, articles: int) -> None:
        self.room = Room()
        super().__init__(self.room.database)
        for number in range(articles):
            self.room.take(make_message(f"Ada met Bo {number}", article_id=f"a{number:03}", sent=number))
        self.desk = Desk()
        self.desk.work.now = lambda: NOW
        self.queue: list[Message] = []
        self.published = 0
        self.outages = 0
        self.loses: set[str] = set()
        self.seconds = 0.0
        self.waiting: int | None = 0

    def publish(self, topic: str, messages: Sequence[Message]) -> list[str]:
        assert topic == "articles"
        if self.outages:
            self.outages -= 1
            raise NoAnswer("away")
        self.queue += messages
        self.published += len(messages)
        return [str(number) for number, _ in enumerate(messages)]

    away = 0

    def get_many(
        self, collection: str, names: Sequence[str], fields: Sequence[str] | None = None
    ) -> dict[str, dict[str, Any]]:
        if self.away:
            self.away -= 1
            raise Trouble("Firestore does not answer")
        stored = self.room.database.collection(collection)
        return {name: dict(stored[name]) for name in names if name in stored}

    def pause(self, seconds: float) -> None:
        """Time passes, and what waits is handled."""
        self.seconds += seconds
        if seconds:
            self.handle()

    def handle(self) -> None:
        waiting, self.queue = self.queue, []
        kept = [message for message in waiting if message.attributes["article_id"] not in self.loses]
        received = [
            Received(f"m{position}", str(900_000 + position), message.data, dict(message.attributes), NOW, 1)
            for position, message in enumerate(kept)
        ]
        list(self.desk.work.handle(received))
        sent, self.desk.entities.sent = self.desk.entities.sent, []
        self.room.handle(
            [
                Received(f"e{position}", str(position), message.data, {}, NOW, 1)
                for position, message in enumerate(sent)
            ]
        )

    def models(self) -> set[str]:
        return {article["model"]["name"] for article in self.room.database.collection(ARTICLES).values()}

    def mark(self, *, anew: bool = False, source: str = "archive") -> Bookmark:
        return open_bookmark(self.room.database, source, RUN, anew=anew, pause=self.pause)

    def run(self, *, in_flight: int = 10, mark: Bookmark | None = None, **options: Any) -> Tally:
        mark = mark or self.mark()
        tally = Tally()
        tally.counts.update(mark.tally)
        Run(
            candidates=options.get("candidates")
            or from_archive(self, mark.run, after=mark.after, pause=self.pause),
            database=self,
            sender=Sender(self, self.pause),
            bookmark=mark,
            throttle=options.get("throttle") or self.throttle(),
            window=Window(mark.run, clock=lambda: self.seconds),
            tally=tally,
            in_flight=in_flight,
            pause=options.get("pause", self.pause),
            show=lambda *_: None,
            clock=lambda: self.seconds,
        ).run()
        return tally

    def throttle(self, *, behind: int = 5, rate: float | None = None) -> Throttle:
        return Throttle(
            lambda: {"articles-ner": Backlog(self.waiting)}, 0.1, behind, rate, clock=lambda: self.seconds
        )


def test_everything_is_read_again_once_and_nothing_is_left() -> None:
    house = House(25)
    tally = house.run()
    assert (tally.counts, house.published) == ({"read": 25}, 25)
    assert house.models() == {"en_capitals"}
    assert REFERENCE not in house.room.database.documents
    house.room.check()


def test_no_more_than_the_window_is_under_way() -> None:
    house, most = House(30), 0

    def pause(seconds: float) -> None:
        nonlocal most
        most = max(most, len(house.queue))
        house.pause(seconds)

    house.run(in_flight=7, pause=pause)
    assert most == 7


def die(_: Sequence[Entry]) -> None:
    raise Killed


def test_a_run_killed_at_any_moment_goes_on_and_counts_each_article_once() -> None:
    choice = random.Random(18)
    house, ends = House(40), 0
    tally: Tally | None = None
    while tally is None:
        left = choice.randrange(1, 8)

        def pause(seconds: float) -> None:
            nonlocal left
            left -= 1
            if not left:
                # It has no time to note how far it came.
                house.room.database.before_commit = die
                raise Killed
            house.pause(seconds)

        mark = house.mark()
        try:
            tally = house.run(mark=mark, pause=pause, in_flight=choice.randrange(1, 10))
        except Killed:
            ends += 1
            house.room.database.before_commit = lambda _: None
            house.handle()
            house.room.check()
    assert ends > 2
    assert (tally.settled, house.models()) == (40, {"en_capitals"})
    assert set(tally.counts) <= {"read", "already"}
    house.room.check()


def test_what_came_in_since_the_run_began_is_not_read_twice() -> None:
    house = House(3)
    late = make_message("Cy", article_id="b", sent=9).model_copy(update={"processed_at": NOW})
    house.room.take(late)
    assert house.run().counts == {"read": 3, "already": 1}


def test_a_correction_that_overtakes_the_run_stays_and_is_read_itself() -> None:
    house, corrected = House(3), False

    def pause(seconds: float) -> None:
        nonlocal corrected
        if house.queue and not corrected:
            corrected = True
            # Found by an old worker, stored by the writer before what the run has sent.
            house.room.take(make_message("Ada met Cy", article_id="a001", sent=500))
        house.pause(seconds)

    assert house.run(pause=pause).counts == {"read": 3}
    assert house.room.database.collection(ARTICLES)["a001"]["content"] == "Ada met Cy"
    assert house.models() == {"en_capitals"}
    house.room.check()


def test_what_does_not_come_back_is_named_and_holds_up_nobody() -> None:
    house = House(30)
    house.loses = {"a003"}
    tally = house.run(in_flight=4)
    assert (tally.counts["read"], tally.counts["missing"]) == (29, 1)
    assert [name for _, name, _ in tally.reasons] == ["a003"]
    assert not tally.is_clean
    assert house.seconds > PATIENCE_SECONDS


def test_a_house_in_which_nothing_moves_is_told_and_the_run_can_go_on() -> None:
    house = House(30)
    house.loses = {f"a{number:03}" for number in range(30)}
    with pytest.raises(Trouble, match="Nothing has come back"):
        house.run(in_flight=4)
    assert house.published == 4
    house.loses = set()
    assert house.run().counts == {"read": 30}


def test_an_article_that_was_deleted_meanwhile_is_only_counted() -> None:
    house = House(2)
    house.loses = {"a001"}

    def pause(seconds: float) -> None:
        if house.queue:
            house.room.database.documents.pop((ARTICLES, "a001"), None)
        house.pause(seconds)

    assert house.run(pause=pause).counts == {"read": 1, "gone": 1}


def test_outages_are_waited_out() -> None:
    house = House(5)
    house.outages = house.away = 3
    assert house.run().counts == {"read": 5}


def test_live_articles_go_first() -> None:
    house = House(5)
    house.waiting, began = 6, 0.0

    def pause(seconds: float) -> None:
        if house.seconds > 60:
            house.waiting = 5
        elif house.waiting == 6:
            assert house.published == 0
        house.pause(seconds)

    assert house.run(pause=pause).counts == {"read": 5}
    assert house.seconds > began + 60


def test_what_is_under_way_itself_does_not_count_as_waiting() -> None:
    house = House(0)
    house.waiting = 12
    assert house.throttle(behind=5).room(100, under_way=7) == 100
    assert house.throttle(behind=5).room(100, under_way=6) == 0
    house.waiting = None
    assert house.throttle(behind=0).room(100, under_way=0) == 100


def test_the_rate_is_kept() -> None:
    house = House(50)
    house.run(throttle=house.throttle(rate=5.0), in_flight=50)
    assert 9.0 <= house.seconds <= 12.0


def test_of_files_only_what_is_stored_in_that_version_is_sent() -> None:
    house = House(3)
    texts = {"a000": "Ada met Bo 0", "a001": "Older text", "b": "New"}
    records = [record(name, text) for name, text in texts.items()]
    records.append(Record("f", "line 4", {"content": "no publication"}))
    records.append(record("a000", "Ada met Bo 0"))
    found = from_files(records, house, RUN, after=None, pause=house.pause)
    tally = house.run(candidates=found, mark=house.mark(source="files x"))
    assert tally.counts == {"read": 1, "other_version": 1, "not_stored": 1, "left_out": 1, "already": 1}
    again = from_files(records, house, RUN, after="3", pause=house.pause)
    assert [candidate.place for candidate in again] == ["4", "5"]
    house.room.check()


def record(name: str, text: str) -> Record:
    fields = {"id": name, "content": text, "publication": "The Gazette", "published_at": "2026-10-30"}
    return Record("f", name, fields)


def test_a_second_command_takes_over_and_the_first_one_stops() -> None:
    house = House(30)
    first = house.mark()
    second = house.mark()
    with pytest.raises(Trouble, match="taken over"):
        house.run(mark=first, in_flight=5)
    assert house.run(mark=second).settled == 30
    house.room.check()


def test_a_run_over_something_else_is_not_forgotten_by_accident() -> None:
    house = House(1)
    house.mark()
    with pytest.raises(Trouble, match="is not finished"):
        house.mark(source="files x")
    assert not house.mark(source="files x", anew=True).resumed


def test_a_note_whose_answer_was_lost_counts_once() -> None:
    house = House(1)
    mark = house.mark()
    lose = [True]

    def after_commit(_: Sequence[Entry]) -> None:
        if lose.pop() if lose else False:
            raise TryLater("lost")

    house.room.database.after_commit = after_commit
    mark.save("a1", {"read": 1})
    mark.save("a2", {"read": 2})
    assert house.mark().after == "a2"


def test_an_article_is_rebuilt_exactly_as_it_was_sent() -> None:
    document = article_document(make_message("Ada", title="T"))
    piece = piece_of(rebuild("a1", document), document, RUN)
    assert piece.message.attributes == {
        "article_id": "a1",
        "publication_key": "the-gazette",
        **Origin(EPOCH, "1000").attributes(),
        REPROCESSED_AT: "2026-11-03T12:00:00Z",
    }


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"content": None}, CannotRebuild),
        ({"source_message_id": "x"}, CannotRebuild),
        ({"received_at": None}, CannotRebuild),
        ({"publication": ""}, CannotRebuild),
        ({"title": "Another"}, OtherVersion),
    ],
)
def test_what_would_not_be_the_same_article_is_not_sent(
    change: dict[str, Any], error: type[Exception]
) -> None:
    document = {**article_document(make_message("Ada")), **change}
    with pytest.raises(error):
        piece_of(rebuild("a1", document), document, RUN)


texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=20)
names = texts.filter(lambda text: text.strip())


@few
@given(
    st.fixed_dictionaries(
        {"content": names, "publication": names},
        optional={
            "title": texts,
            "url": texts,
            "authors": st.lists(texts, max_size=3),
            "language": st.sampled_from(["en", "pt-BR"]),
            "section": texts,
            "published_at": st.sampled_from(["2026-10-30", "2026-10-30T10:11:12.000345+02:00"]),
        },
    )
)
def test_any_article_comes_back_as_the_same_version(fields: dict[str, Any]) -> None:
    article = read_article({**fields, "id": "a1"})
    document = article_document(stored(article))
    piece = piece_of(rebuild("a1", document), document, RUN)
    again = decode_article(piece.message.data, piece.message.attributes)
    assert again == article
    assert article_document(stored(again))["version"] == document["version"]


def stored(article: Article) -> EntityMessage:
    return entity_message(
        article,
        list[Entity](),
        model=Model(name="m", version="1"),
        received_at=EPOCH,
        processed_at=EPOCH,
        source_message_id="1",
    )
