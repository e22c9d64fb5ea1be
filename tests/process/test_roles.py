"""The real roles as processes: what keeps them from starting, and how they wait and end."""

import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.polling import eventually
from tests.process.programs import Program, running
from worker.exits import COULD_NOT_START, OK

Start = Callable[..., Program]

NOBODY = "127.0.0.1:9"  # discards; nothing listens there
DRAIN_SECONDS = 25.0  # what a service manager is told to wait
LOADING_SECONDS = 60.0  # spaCy on a busy machine


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a role in an environment that has what is given and nothing else of ours."""
    with ExitStack() as stack:

        def start(role: str, **settings: str) -> Program:
            environment = {
                "PATH": os.environ["PATH"],
                "HOME": str(tmp_path),
                "NO_GCE_CHECK": "true",
                "PUBSUB_EMULATOR_HOST": NOBODY,
                "FIRESTORE_EMULATOR_HOST": NOBODY,
                "GOOGLE_CLOUD_PROJECT": "test-roles",
                "NAMEWIRE_PROCESSES": "1",
                "NAMEWIRE_RUN_DIR": str(tmp_path / "run"),
                **settings,
            }
            return stack.enter_context(running(tmp_path, "worker", role, environment=environment))

        yield start


def wait_ready(program: Program, role: str) -> None:
    eventually((program.folder / "run" / f"{role}.ready").exists, seconds=LOADING_SECONDS)
    program.children()


@pytest.mark.parametrize("role", ["work", "write"])
def test_without_a_project_a_role_says_what_to_set(start: Start, role: str) -> None:
    program = start(role, GOOGLE_CLOUD_PROJECT=" ")
    assert program.wait(seconds=LOADING_SECONDS) == COULD_NOT_START
    assert program.log() == (
        f"namewire {role}: GOOGLE_CLOUD_PROJECT is not set. "
        "Set it to the Google Cloud project (any name for emulators).\n"
    )


def test_a_wrong_setting_is_named(start: Start) -> None:
    program = start("work", NAMEWIRE_PROCESSES="many")
    assert program.wait(seconds=LOADING_SECONDS) == COULD_NOT_START
    assert program.log().startswith("namewire work: NAMEWIRE_PROCESSES is 'many'; it must be a whole number")


def test_a_run_folder_that_cannot_be_made_is_named(start: Start, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    program = start("write", NAMEWIRE_RUN_DIR=str(tmp_path / "file" / "run"))
    assert program.wait(seconds=LOADING_SECONDS) == COULD_NOT_START
    assert "which cannot be made (Not a directory). Choose another folder." in program.log()


def test_a_missing_model_stops_the_house_and_says_what_to_install(start: Start) -> None:
    program = start("work", NAMEWIRE_MODEL="en_none_such", NAMEWIRE_PROCESSES="2")
    assert program.wait(seconds=LOADING_SECONDS) == COULD_NOT_START
    assert "namewire work: NAMEWIRE_MODEL is 'en_none_such', which is neither an installed" in program.log()
    assert "Traceback" not in program.log()
    assert program.survivors() == []


@pytest.mark.parametrize("role", ["work", "write"])
def test_without_credentials_or_an_emulator_a_role_says_what_to_do(start: Start, role: str) -> None:
    program = start(role, PUBSUB_EMULATOR_HOST="")
    assert program.wait(seconds=LOADING_SECONDS) == COULD_NOT_START
    assert (
        f"namewire {role}: There are no Google Cloud credentials, and PUBSUB_EMULATOR_HOST" in program.log()
    )
    assert "Traceback" not in program.log()
    assert program.survivors() == []


@pytest.mark.parametrize("role", ["work", "write"])
def test_pubsub_out_of_reach_is_waited_for_and_said_and_term_still_ends_it(start: Start, role: str) -> None:
    program = start(role)
    wait_ready(program, role)
    program.wait_logged("waiting for Pub/Sub, next try in 0.5 s; nothing is lost: Pub/Sub: UNAVAILABLE")
    program.send(signal.SIGTERM)
    assert program.wait(seconds=DRAIN_SECONDS) == OK
    assert "drained; 0 messages done" in program.log()
    assert list((program.folder / "run").iterdir()) == []
    assert program.survivors() == []


def test_a_pubsub_that_takes_calls_and_never_answers_does_not_delay_the_end(start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        program = start("work", PUBSUB_EMULATOR_HOST=f"127.0.0.1:{silent.getsockname()[1]}")
        wait_ready(program, "work")
        program.send(signal.SIGTERM)
        assert program.wait(seconds=DRAIN_SECONDS) == OK


def test_a_stop_request_while_the_model_is_loading_is_not_lost(start: Start) -> None:
    program = start("work", NAMEWIRE_PROCESSES="2")
    program.wait_children(2)
    os.killpg(program.process.pid, signal.SIGINT)
    assert program.wait(seconds=DRAIN_SECONDS) == OK
    assert "Traceback" not in program.log()
    assert program.survivors() == []


def test_children_of_a_killed_role_end_by_themselves(start: Start) -> None:
    program = start("write")
    wait_ready(program, "write")
    program.send(signal.SIGKILL)
    program.wait()
    eventually(lambda: program.survivors() == [], seconds=DRAIN_SECONDS)
    assert "drained" in program.log()


@pytest.mark.parametrize(("arguments", "code"), [(["--help"], 0), (["rest"], 2), ([], 2)])
def test_the_command_explains_itself(tmp_path: Path, arguments: list[str], code: int) -> None:
    with running(tmp_path, "worker", *arguments) as program:
        assert program.wait() == code
