"""Nothing lost, nothing twice: counted anew after duplicates, corrections, deaths and outages."""

import random
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from google.cloud import firestore

from tests.acceptance.ledger import (
    Sent,
    assert_everything_is_exact,
    assert_no_message_is_left,
    send_articles,
    stored_contents,
)
from tests.acceptance.roles import Role, running
from tests.benchmarks.articles import many_articles, sample_articles
from tests.polling import eventually

# What nobody extends is handed out again after the subscription's own deadline.
LEASE_SECONDS = 60


def wait_for(client: firestore.Client, sent: Sent, *, seconds: float) -> None:
    counter = client.collection("articles").count()
    eventually(lambda: int(counter.get()[0][0].value) >= len(sent.final), seconds=seconds, pause=1.0)
    eventually(lambda: stored_contents(client) == sent.final, seconds=seconds, pause=2.0)


def test_duplicates_and_corrections_leave_every_count_exact(
    project: str, client: firestore.Client, roles: tuple[Role, Role]
) -> None:
    sent = send_articles(project, sample_articles(200), seed=1)
    wait_for(client, sent, seconds=120)
    # A last repetition may still be on its way; draining finishes it.
    assert [role.terminate() for role in roles] == [0, 0]
    assert_everything_is_exact(client)
    assert_no_message_is_left(project)


@pytest.mark.parametrize("name", ["work", "write"])
def test_term_in_the_middle_of_work_drains_and_loses_nothing(
    project: str, client: firestore.Client, tmp_path: Path, name: str
) -> None:
    with running("work", tmp_path) as work, running("write", tmp_path) as write:
        work.wait_ready()
        write.wait_ready()
        sent = send_articles(project, sample_articles(150), seed=2)
        eventually(lambda: len(stored_contents(client)) > 5, seconds=60)
        stopped = work if name == "work" else write
        assert stopped.terminate() == 0
        with running(name, tmp_path) as again:
            again.wait_ready()
            wait_for(client, sent, seconds=120)
            others = [again, write if name == "work" else work]
            assert [role.terminate() for role in others] == [0, 0]
    assert_everything_is_exact(client)
    assert_no_message_is_left(project)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_two_thousand_articles_are_counted_exactly(
    project: str, client: firestore.Client, roles: tuple[Role, Role]
) -> None:
    sent = send_articles(project, many_articles(2_000), seed=3)
    wait_for(client, sent, seconds=600)
    assert [role.terminate() for role in roles] == [0, 0]
    assert_everything_is_exact(client)
    assert_no_message_is_left(project)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_killing_a_child_every_second_and_the_writer_once_loses_nothing(
    project: str, client: firestore.Client, roles: tuple[Role, Role]
) -> None:
    work, write = roles
    with killing(work, every=1.0, seed=4) as kills:
        sent = send_articles(project, many_articles(2_000), seed=4)
        eventually(lambda: len(stored_contents(client)) > 200, seconds=300, pause=1.0)
        write.children()[0].kill()
        wait_for(client, sent, seconds=600)
    assert len(kills) > 10  # a quick machine is done in some twenty seconds
    # Repetitions included. What was on its way to a process that died comes when its lease has ended.
    eventually(lambda: is_quiet(project, client, sent), seconds=2 * LEASE_SECONDS, pause=5.0)
    assert [role.terminate() for role in roles] == [0, 0]
    assert_everything_is_exact(client)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("which", ["pubsub_emulator", "firestore_emulator"])
def test_an_outage_of_half_a_minute_loses_nothing(
    project: str,
    client: firestore.Client,
    roles: tuple[Role, Role],
    which: str,
    request: pytest.FixtureRequest,
) -> None:
    port = int(request.getfixturevalue(which).rpartition(":")[2])
    sent = send_articles(project, sample_articles(150), seed=5)
    eventually(lambda: len(stored_contents(client)) > 5, seconds=60)
    with frozen(listener(port)):
        threading.Event().wait(30)
    wait_for(client, sent, seconds=300)
    assert all(role.process.poll() is None for role in roles)
    assert [role.terminate() for role in roles] == [0, 0]
    assert_everything_is_exact(client)


@contextmanager
def killing(role: Role, *, every: float, seed: int) -> Iterator[list[int]]:
    """Kills a random child of the role, again and again."""
    choice, stop, kills = random.Random(seed), threading.Event(), []

    def loop() -> None:
        while not stop.wait(every):
            children = role.children()
            if children:
                victim = choice.choice(children)
                victim.kill()
                kills.append(victim.pid)

    thread = threading.Thread(target=loop)
    thread.start()
    try:
        yield kills
    finally:
        stop.set()
        thread.join()


@contextmanager
def frozen(process: psutil.Process) -> Iterator[None]:
    process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        process.send_signal(signal.SIGCONT)


def is_quiet(project: str, client: firestore.Client, sent: Sent) -> bool:
    """Whether every message has been settled, to go by the subscriptions and the documents."""
    try:
        assert_no_message_is_left(project)
    except AssertionError:
        return False
    return stored_contents(client) == sent.final


def listener(port: int) -> psutil.Process:
    for connection in psutil.net_connections("tcp"):
        if connection.status == psutil.CONN_LISTEN and connection.laddr[1:] == (port,) and connection.pid:
            return psutil.Process(connection.pid)
    raise AssertionError(f"nobody listens on {port}")
