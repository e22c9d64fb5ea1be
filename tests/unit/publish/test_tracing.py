"""The function begins an article's trace, or goes on with its caller's, and the message carries it."""

from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from contract import limits
from publishing.errors import Unavailable
from publishing.submission import Outgoing
from telemetry.tracing import Tracing
from telemetry.web import WebTraces
from tests.unit.publish.house import FakeTopic, article, client

TRACE, CALLER = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


class Watched:
    """A function whose spans are kept."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        traces = WebTraces({"OTEL_TRACES_EXPORTER": "otlp"}, service="test")
        traces._made = Tracing(provider)
        self.topic = FakeTopic()
        self._client = client(self.topic, traces=traces)

    def post(self, body: Any, **headers: str) -> int:
        return self._client.post("/", json=body, headers=headers).status_code

    def named(self, name: str) -> list[ReadableSpan]:
        return [span for span in self.exporter.get_finished_spans() if span.name == name]


@pytest.fixture
def watched() -> Watched:
    return Watched()


def own_id(span: ReadableSpan) -> Any:
    return span.get_span_context()


def test_one_article_goes_on_with_its_callers_trace(watched: Watched) -> None:
    assert watched.post(article(), traceparent=f"00-{TRACE}-{CALLER}-01") == 202
    [request], [sending] = watched.named("POST /articles"), watched.named("send article")
    assert request.parent is not None
    assert sending.parent is not None
    assert format(request.parent.span_id, "016x") == CALLER
    assert sending.parent.span_id == own_id(request).span_id
    carried = watched.topic.messages[0].attributes["traceparent"]
    assert carried == f"00-{TRACE}-{format(own_id(sending).span_id, '016x')}-01"
    assert sending.attributes is not None
    assert sending.attributes["messaging.message.id"] == "1"


def test_each_of_many_has_a_trace_of_its_own_linked_to_the_request(watched: Watched) -> None:
    assert watched.post([article(id="a"), {"content": ""}, article(id="b")]) == 202
    [request], sendings = watched.named("POST /articles"), watched.named("send article")
    assert len({own_id(span).trace_id for span in [request, *sendings]}) == 3
    assert [span.parent for span in sendings] == [None, None]
    assert {link.context.span_id for span in sendings for link in span.links} == {own_id(request).span_id}
    carried = [message.attributes["traceparent"][3:35] for message in watched.topic.messages]
    assert carried == [format(own_id(span).trace_id, "032x") for span in sendings]


def test_what_was_not_confirmed_is_an_error(watched: Watched) -> None:
    watched.topic.failure = Unavailable("away")
    assert watched.post(article()) == 503
    [request], [sending] = watched.named("POST /articles"), watched.named("send article")
    assert request.status.status_code is sending.status.status_code is StatusCode.ERROR
    assert request.attributes is not None
    assert request.attributes["http.response.status_code"] == 503


def test_a_callers_mistake_is_none_of_ours(watched: Watched) -> None:
    assert watched.post({"content": ""}) == 422
    [request] = watched.named("POST /articles")
    assert request.status.status_code is StatusCode.UNSET
    assert watched.named("send article") == []


def test_the_context_fits_into_what_a_call_allows_for_a_message(watched: Watched) -> None:
    """The largest of each attribute, with its name and some bytes of framing."""
    body = article(id="x" * 128, publication="ü" * limits.PUBLICATION_CHARS)
    assert watched.post(body) == 202
    [message] = watched.topic.messages
    pairs = message.attributes.items()
    assert {"article_id", "publication_key", "traceparent"} == set(message.attributes)
    spent = sum(len(name.encode()) + len(value.encode()) + 8 for name, value in pairs) + 64
    assert spent <= message.size - len(message.data)
    assert all(len(value.encode()) <= limits.ATTRIBUTE_BYTES for value in message.attributes.values())


def test_untraced_messages_are_as_they_were() -> None:
    topic = FakeTopic()
    header = {"traceparent": f"00-{TRACE}-{CALLER}-01"}
    assert client(topic).post("/", json=article(), headers=header).status_code == 202
    [message] = topic.messages
    assert isinstance(message, Outgoing)
    assert set(message.attributes) == {"article_id", "publication_key"}
