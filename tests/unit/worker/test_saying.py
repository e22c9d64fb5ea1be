"""What the worker says: one line a batch, none an article, and never what an article says."""

import io
import logging
from collections.abc import Iterator, Sequence

import pytest

from contract.entities import Entity
from telemetry.logs import formatter
from tests.unit.worker.test_pump import House, finish
from tests.unit.worker.test_work import Capitals, Desk
from worker.pubsub import Received

TEXT = "Ingrid Solhaug opened the Lisbon office"


class Quoting(Capitals):
    """A foreign pipeline that repeats what it cannot take."""

    def find(self, texts: Sequence[str]) -> list[list[Entity]]:
        if any("Solhaug" in text for text in texts):
            raise ValueError(f"cannot take {texts!r}")
        return super().find(texts)


@pytest.fixture(params=["json", "text"])
def said(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Everything, debugging included, as it would be written."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter(request.param, name="work", environment={}, stream=stream))
    root = logging.getLogger()
    monkeypatch.setattr(root, "level", logging.DEBUG)
    root.addHandler(handler)
    yield stream
    root.removeHandler(handler)


def test_there_is_one_line_a_batch_and_none_an_article(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    house = House(finish)
    house.run()
    lines = [record for record in caplog.records if record.__dict__["event"] == "batch.done"]
    assert len(lines) == len(house.batches) < 10
    assert sum(record.__dict__["fields"]["messages"] for record in lines) == 10
    assert sum(record.__dict__["fields"]["done"] for record in lines) == 10
    assert {record.__dict__["event"] for record in caplog.records} == {"batch.done", "drained"}


def test_a_failing_pipeline_cannot_make_the_log_quote_an_article(said: io.StringIO) -> None:
    desk = Desk()
    desk.work.recognizer = desk.recognizer = Quoting()
    good, bad = make(1, "Ada met Bob"), make(2, TEXT)
    done = [message.message_id for part in desk.work.handle([good, bad]) for message in part]
    assert done == ["1", "2"]
    written = said.getvalue()
    assert "ValueError" in written
    assert "in find" in written
    assert "Solhaug" not in written
    assert "Solhaug" in str(desk.letters.sent[0].data)  # the article itself is in the letter, whole


def make(number: int, content: str) -> Received:
    from tests.unit.worker.making import deliver_bytes

    return deliver_bytes(f'{{"content": "{content}", "publication": "Gazette"}}'.encode(), number)
