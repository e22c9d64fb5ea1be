"""The whole house, watched: every stage of an article under its parent, and numbers that add up."""

import json
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx
import psutil
import pytest

from emulator.run import Running, run_house
from tests.benchmarks.articles import sample_articles
from tests.collector import Collector, Seen, collecting
from tests.polling import eventually
from tests.skipping import or_skip

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

TEXT = "Ingrid Solhaug opened the Lisbon office of Kestrel on Monday."
PLANTED = "planted-in-the-environment"
SECONDS = 60.0
WRITE: dict[str, Any] = {
    "namewire-write: decode": {},
    "namewire-write: read": {},
    "namewire-write: commit": {},
}
WORK: dict[str, Any] = {
    "namewire-work: decode": {},
    "namewire-work: ner": {},
    "namewire-work: link": {},
    "namewire-work: send entities": {"namewire-write: process entities": WRITE},
}


@dataclass
class Watched:
    """A house that sends its spans and numbers to a collector."""

    running: Running
    collector: Collector
    sent: int = 0  # messages that can be stored
    bad: int = 0

    def post(self, body: object) -> httpx.Response:
        self.sent += len(body) if isinstance(body, list) else 1
        return httpx.post(self.running.house.publish_url, json=body, timeout=60)

    def settle(self) -> None:
        """Until both roles have told all that was sent; each process tells its numbers once a second."""
        eventually(lambda: self.stored() == self.sent, seconds=SECONDS)
        worked = partial(self.total, "namewire_messages_settled_total", 'role="work"')
        eventually(lambda: worked() >= self.sent + self.bad, seconds=SECONDS)

    def bare(self, text: str) -> None:
        """A message as `gcloud pubsub topics publish` makes it: no context."""
        import base64

        house = self.running.house
        message = {"data": base64.b64encode(text.encode()).decode(), "attributes": {"publication": "Gazette"}}
        request = urllib.request.Request(
            f"http://{house.pubsub_host}/v1/projects/{house.project}/topics/articles:publish",
            json.dumps({"messages": [message]}).encode(),
            {"Content-Type": "application/json"},
        )
        urllib.request.urlopen(request, timeout=30).close()
        if text.strip():
            self.sent += 1
        else:
            self.bad += 1

    def total(self, name: str, *labels: str) -> float:
        """What the Prometheus endpoint tells, over all processes."""
        lines = httpx.get(self.running.house.metrics_url, timeout=10).text.splitlines()
        found = [
            line for line in lines if line.startswith(f"{name}{{") and all(one in line for one in labels)
        ]
        return sum(float(line.rpartition(" ")[2]) for line in found)

    def stored(self) -> float:
        return self.total("namewire_articles_stored_total")

    def spans(self, name: str) -> list[Seen]:
        return [span for span in self.collector.spans if span.name == name]

    def logs(self) -> str:
        return "".join(path.read_text() for path in self.running.house.run_dir.glob("*.log"))


@pytest.fixture(scope="module")
def house() -> Iterator[Watched]:
    with collecting() as collector, pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
            "OTEL_BSP_SCHEDULE_DELAY": "200",
            "OTEL_METRIC_EXPORT_INTERVAL": "500",
            "NAMEWIRE_PROCESSES": "2",
            "NAMEWIRE_LOG_LEVEL": "debug",
            "NAMEWIRE_PLANTED": PLANTED,
        }.items():
            patch.setenv(name, value)
        with or_skip(), run_house() as running:
            yield Watched(running, collector)


def test_an_articles_way_is_one_trace_with_every_stage_under_its_parent(house: Watched) -> None:
    assert house.post({"id": "one", "publication": "Gazette", "content": TEXT}).status_code == 202
    sending = eventually(lambda: house.spans("send article"), seconds=SECONDS)[0]
    way = {"namewire-work: process article": WORK}
    eventually(lambda: house.collector.tree(sending) == way, seconds=SECONDS)
    [request] = eventually(lambda: house.spans("POST /articles"), seconds=SECONDS)
    assert sending.parent_id == request.span_id
    assert {span.trace_id for span in house.collector.spans if "batch" not in span.name} == {request.trace_id}
    for role in ("work", "write"):
        [batch] = house.spans(f"{role} batch")
        [handled] = house.spans(f"process {'article' if role == 'work' else 'entities'}")
        assert batch.links == (handled.span_id,)


def test_looking_at_an_article_is_the_last_part_of_its_trace(house: Watched) -> None:
    assert house.post({"id": "seen", "publication": "Gazette", "content": TEXT}).status_code == 202

    def trace_told() -> str:
        answer = httpx.get(f"{house.running.house.explore_url}articles/seen", timeout=10)
        return str(answer.headers.get("Namewire-Trace", ""))

    _, trace, parent, _ = eventually(trace_told, seconds=SECONDS).split("-")
    [shown] = eventually(lambda: house.spans("show article"), seconds=SECONDS)
    assert (shown.service, shown.trace_id, shown.parent_id) == ("namewire-explore", trace, parent)
    looked = eventually(lambda: house.spans("GET /articles/{id}"), seconds=SECONDS)[-1]
    assert looked.trace_id != trace
    assert shown.links == (looked.span_id,)
    # Each service tells its spans when it likes, and the page may be shown before the writer does.
    stored = eventually(
        lambda: [span for span in house.spans("process entities") if span.span_id == parent], seconds=SECONDS
    )
    assert [(span.service, span.trace_id) for span in stored] == [("namewire-write", trace)]
    [sending] = eventually(
        lambda: [span for span in house.spans("send article") if span.trace_id == trace], seconds=SECONDS
    )
    whole = {**WRITE, "namewire-explore: show article": {}}
    work = {**WORK, "namewire-work: send entities": {"namewire-write: process entities": whole}}
    way = {"namewire-work: process article": work}
    eventually(lambda: house.collector.tree(sending) == way, seconds=SECONDS)


def test_articles_of_a_request_and_bare_messages_have_traces_of_their_own(house: Watched) -> None:
    before = len(house.collector.spans)
    bodies = [{"id": f"many-{n}", "publication": "Gazette", "content": TEXT} for n in range(5)]
    assert house.post(bodies).status_code == 202
    house.bare(TEXT)

    def ways() -> list[Seen]:
        new = house.collector.spans[before:]
        complete = [span for span in new if span.name == "process article"]
        return complete if all(house.collector.tree(span) == WORK for span in complete) else []

    handled = eventually(lambda: ways() if len(ways()) == 6 else [], seconds=SECONDS)
    assert len({span.trace_id for span in handled}) == 6
    assert [span.parent_id for span in handled].count("") == 1  # the bare one

    def linked() -> bool:
        request = house.spans("POST /articles")[-1]
        return {span.links for span in house.spans("send article") if span.links} == {(request.span_id,)}

    eventually(linked, seconds=SECONDS)


def test_numbers_add_up_to_what_was_sent_in_prometheus_and_by_otlp(house: Watched) -> None:
    """Bad ones, repetitions and a correction among them."""
    house.settle()
    before = {"stored": house.stored(), "dead": house.total("namewire_dead_letters_total")}
    received = house.total("namewire_messages_received_total", 'role="work"')
    bodies = [{**article, "id": f"count-{n}"} for n, article in enumerate(sample_articles(40))]
    assert house.post(bodies).status_code == 202
    eventually(lambda: house.stored() - before["stored"] == 40, seconds=SECONDS)
    assert house.post([bodies[0], {**bodies[1], "content": TEXT}]).status_code == 202
    house.bare("   ")
    eventually(lambda: house.total("namewire_dead_letters_total") - before["dead"] == 1, seconds=SECONDS)
    eventually(lambda: house.stored() - before["stored"] == 42, seconds=SECONDS)
    house.settle()
    assert house.total("namewire_messages_received_total", 'role="work"') - received == 43
    assert house.total("namewire_articles_stored_total", 'outcome="correction"') == 1
    assert house.total("namewire_articles_stored_total", 'outcome="repeat"') == 1
    assert house.total("namewire_entities_total") > 40
    words = [house.total("namewire_words_out_total", f'role="{role}"') for role in ("work", "write")]
    assert words[0] == words[1] > 0
    key = ("namewire.articles.out", "write")
    eventually(lambda: house.collector.numbers.get(key) == house.stored(), seconds=SECONDS)


def test_totals_go_on_when_processes_are_killed(house: Watched) -> None:
    house.settle()
    sent, kills = 300, 4
    before = house.total("namewire_messages_settled_total", 'role="work"', 'outcome="acknowledged"')
    bodies = [{**article, "id": f"killed-{n}"} for n, article in enumerate(sample_articles(sent))]
    assert house.post(bodies).status_code == 202
    seen = [before]

    def look() -> float:
        seen.append(house.total("namewire_messages_settled_total", 'role="work"', 'outcome="acknowledged"'))
        return seen[-1]

    parent = psutil.Process(house.running.stack.pids()["work"])

    def has_done(number: int) -> bool:
        return look() >= before + number

    for step in range(kills):
        eventually(partial(has_done, step * 40), seconds=SECONDS)
        children = eventually(parent.children, seconds=SECONDS)
        children[step % len(children)].kill()
    # A kill between an acknowledgement and its note may cost the count of a batch; it never adds any.
    eventually(lambda: look() >= before + sent - 16 * kills, seconds=SECONDS)
    eventually(
        lambda: house.total("namewire_restarts_total", 'reason="killed"', 'role="work"') == kills,
        seconds=SECONDS,
    )
    assert seen == sorted(seen)
    assert look() <= before + sent


def test_nobody_tells_text_keys_or_environment(house: Watched) -> None:
    """After all that was sent above, at the level debug."""
    words = ("Solhaug", "Kestrel", PLANTED)
    logs = house.logs()
    assert "published" in logs
    assert "batch of" in logs
    for word in words:
        assert word not in logs
        assert all(word.encode() not in data for data in house.collector.raw)
