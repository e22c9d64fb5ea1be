"""One trace an article, through both roles: each stage under the right parent, batches linked."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from contract import limits
from telemetry.tracing import Tracing
from tests.fakes.database import FakeDatabase
from tests.fakes.pubsub import FakeSubscription, FakeTopic
from tests.unit.worker.lifelines import TimedLifeline
from tests.unit.worker.making import deliver_bytes
from tests.unit.worker.test_work import Capitals
from worker.dead import DeadLetters
from worker.fate import TryLater
from worker.intake import Intake
from worker.journal import Journal
from worker.leases import Leases
from worker.outbox import Outbox
from worker.pubsub import Outgoing, Received
from worker.pump import Handle, Pump
from worker.status import Counts, Status
from worker.store import Store
from worker.tracing import Traced, Traces, Untraced
from worker.work import Work

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
ARTICLE = b'{"content": "Ada met Bob", "publication": "Gazette"}'


class Line:
    """Both roles between topics in memory, watched."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.tracing = Tracing(provider)
        self.articles, self.entities, self.letters = FakeTopic(), FakeTopic(), FakeTopic()
        self._articles, self._entities = self.articles.subscribe(), self.entities.subscribe()
        self.lifeline = TimedLifeline()

    def work(self) -> None:
        traces = Traced(self.tracing, "work", "article")
        counts = Counts()
        role = Work(
            recognizer=Capitals(),
            outbox=Outbox(self.entities, self.lifeline, "entities"),
            dead=DeadLetters(Outbox(self.letters, self.lifeline, "dead"), counts, traces=traces),
            counts=counts,
            batch_words=100,
            content_chars=1_000,
            message_content=True,
            survived=lambda _: None,
            traces=traces,
        )
        self._once(self._articles, role.handle, traces)

    def write(self) -> None:
        traces = Traced(self.tracing, "write", "entities")
        counts = Counts()
        store = Store(
            database=FakeDatabase(),
            dead=DeadLetters(Outbox(self.letters, self.lifeline, "dead"), counts, traces=traces),
            counts=counts,
            lifeline=self.lifeline,
            commit_writes=500,
            keep_content=True,
            uncounted=frozenset(),
            traces=traces,
        )
        self._once(self._entities, store.handle, traces)

    def give_back(self) -> None:
        def refuse(_: Sequence[Received]) -> Iterator[Sequence[Received]]:
            yield []
            raise TryLater("not now")

        self._once(self._articles, refuse, Traced(self.tracing, "work", "article"))

    def _once(self, subscription: FakeSubscription, handle: Handle, traces: Traces) -> None:
        leases = Leases(subscription, Journal())
        intake = Intake(subscription, leases, room=10)
        intake._add(subscription.pull(10))
        pump = Pump(
            *(intake, leases, self.lifeline, Status("work", 0, ""), handle, 10, lambda: 0.0, 10**6, traces)
        )
        pump._turn()

    def spans(self) -> list[ReadableSpan]:
        return list(self.exporter.get_finished_spans())

    def named(self, name: str) -> list[ReadableSpan]:
        return [span for span in self.spans() if span.name == name]

    def tree(self, trace: str) -> dict[str, str | None]:
        """The name of each span's parent; None where that is from elsewhere."""
        own = [span for span in self.spans() if format(_id(span).trace_id, "032x") == trace]
        names = {_id(span).span_id: span.name for span in own}
        return {span.name: names.get(span.parent.span_id) if span.parent else "" for span in own}


def _id(span: ReadableSpan) -> Any:
    return span.get_span_context()


@pytest.fixture
def line() -> Line:
    return Line()


def test_an_articles_way_is_one_trace_from_the_publisher_to_the_commit(line: Line) -> None:
    line.articles.publish([Outgoing(ARTICLE, {"traceparent": f"00-{TRACE}-{PARENT}-01"})])
    line.work()
    line.write()
    assert line.tree(TRACE) == {
        "process article": None,
        "decode": "process entities",  # the later of the two of this name
        "ner": "process article",
        "link": "process article",
        "send entities": "process article",
        "process entities": "send entities",
        "read": "process entities",
        "commit": "process entities",
    }
    [first] = line.named("process article")
    assert first.parent is not None
    assert format(first.parent.span_id, "016x") == PARENT


def test_articles_of_a_batch_have_traces_of_their_own_and_the_batch_links_to_them(line: Line) -> None:
    line.articles.publish([Outgoing(ARTICLE, {}) for _ in range(3)])
    line.work()
    articles, [batch] = line.named("process article"), line.named("work batch")
    assert len({_id(span).trace_id for span in [*articles, batch]}) == 4
    assert {link.context.span_id for link in batch.links} == {_id(span).span_id for span in articles}
    stages = line.named("ner")
    assert {span.parent.span_id for span in stages if span.parent} == {_id(span).span_id for span in articles}
    assert {link.context.span_id for span in stages for link in span.links} == {_id(batch).span_id}


def test_a_message_without_a_context_begins_a_trace(line: Line) -> None:
    line.articles.publish([Outgoing(ARTICLE, {"traceparent": "broken"})])
    line.work()
    [span] = line.named("process article")
    assert span.parent is None


def test_a_context_that_is_not_sampled_stays_so(line: Line) -> None:
    line.articles.publish([Outgoing(ARTICLE, {"traceparent": f"00-{TRACE}-{PARENT}-00"})])
    line.work()
    assert line.named("process article") == []
    assert line.entities.sent[0].attributes["traceparent"].startswith(f"00-{TRACE}-")
    assert line.entities.sent[0].attributes["traceparent"].endswith("-00")


def test_a_dead_letter_is_an_error_in_its_trace_and_carries_it_on(line: Line) -> None:
    line.articles.publish([Outgoing(b"{}", {"traceparent": f"00-{TRACE}-{PARENT}-01"})])
    line.work()
    [span], [sending] = line.named("process article"), line.named("send dead letter")
    assert span.status.status_code is StatusCode.ERROR
    assert span.attributes is not None
    assert span.attributes["namewire.dead.stage"] == "decode"
    assert line.letters.sent[0].attributes["traceparent"] == (
        f"00-{TRACE}-{format(_id(sending).span_id, '016x')}-01"
    )


def test_a_context_never_makes_a_letter_too_large_for_pubsub(line: Line) -> None:
    line.articles.publish([Outgoing(b"{}", {f"name-{n}": "x" for n in range(limits.ATTRIBUTES)})])
    line.work()
    assert len(line.letters.sent[0].attributes) == limits.ATTRIBUTES


def test_what_was_given_back_says_so(line: Line) -> None:
    line.articles.publish([Outgoing(ARTICLE, {})])
    line.give_back()
    [span] = line.named("process article")
    assert span.attributes is not None
    assert span.attributes["namewire.released"] is True


def test_untraced_messages_are_as_they_were() -> None:
    with Untraced().send("x", [deliver_bytes(b"1"), deliver_bytes(b"2")]) as contexts:
        assert list(contexts) == [{}, {}]
