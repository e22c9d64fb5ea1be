"""Settings, the environment file, status files, signals, waiting for arrivals, finding the tools."""

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from emulator import tools
from emulator.errors import COULD_NOT_START, CannotRun
from emulator.house import Ports, plan_house
from emulator.logs import Follower, last_lines
from emulator.topology import read_topology, subscription_body
from namewire.arrival import STILL_SECONDS, Arrival
from namewire.bars import BytesBar
from namewire.env_file import env_file
from namewire.errors import Interrupted, Trouble
from namewire.output import print_json, print_line, say, tame, visible
from namewire.processes import paces, read_processes
from namewire.publishing import Accepted
from namewire.reading.standard_input import interruptible
from namewire.review import Letter
from namewire.settings import read_settings
from namewire.signals import Signals

EPOCH = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("blank", ["", "  "])
def test_a_blank_setting_is_not_set(blank: str) -> None:
    names = ("GOOGLE_CLOUD_PROJECT", "NAMEWIRE_PUBLISH_URL", "NAMEWIRE_RUN_DIR", "FIRESTORE_EMULATOR_HOST")
    settings = read_settings(dict.fromkeys(names, blank))
    assert settings == read_settings({})
    with pytest.raises(Trouble, match="GOOGLE_CLOUD_PROJECT is not set"):
        settings.need_project()
    with pytest.raises(Trouble, match="NAMEWIRE_PUBLISH_URL"):
        settings.need_publish_url(blank)


def test_the_address_given_comes_before_the_one_in_the_environment() -> None:
    settings = read_settings({"NAMEWIRE_PUBLISH_URL": "http://a/", "NAMEWIRE_API_KEY": "secret"})
    assert settings.need_publish_url(None) == "http://a/"
    assert settings.need_publish_url("https://b/") == "https://b/"
    assert "secret" not in repr(settings)
    with pytest.raises(Trouble, match="has to start with http"):
        settings.need_publish_url("localhost:8080")


def test_a_password_in_the_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(Trouble, match="NAMEWIRE_API_KEY") as caught:
        read_settings({}).need_publish_url("https://ada:hush@example.test/")
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    "text", ["\x1b[2J", "a\rb", "\x9b8m", "x\u202ey", "\u2028", "\ud83d", "\x00", "\x7f"]
)
def test_what_a_terminal_would_obey_is_shown_instead(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    print_line(text)
    say(text)
    print_json({"text": text})
    BytesBar(1).say(text)
    shown = "".join(capsys.readouterr())
    assert not any(char in shown for char in "\x1b\r\x9b\u202e\u2028\ud83d\x00\x7f")
    assert visible(text).isprintable()
    assert json.loads(f'"{tame(text)}"') == text


def test_words_and_emoji_are_shown_as_they_are() -> None:
    text = "Zoë met 👩\u200d🚀 in नई दिल्ली,\nand left.\tفارسی\u200cها"
    assert tame(text) == text
    assert visible(text, keep="\n\t") == text


def test_the_environment_file_is_for_the_shell_and_goes_away(tmp_path: Path) -> None:
    path = tmp_path / "house.env"
    with env_file(path) as file:
        assert not path.exists()
        file.write({"NAME": "it's $HOME", "OTHER": "1"})
        shell = subprocess.run(["sh", "-c", f'. {path}; printf "%s" "$NAME"'], capture_output=True, text=True)
        assert shell.stdout == "it's $HOME"
        assert list(tmp_path.iterdir()) == [path]
    assert not path.exists()


def test_a_stale_environment_file_goes_at_once_and_a_strange_one_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "house.env"
    with env_file(path) as file:
        file.write({"NAME": "old"})
        stale = path.read_text()
    path.write_text(stale)
    with env_file(path):
        assert not path.exists()
    path.write_text("precious\n")
    with pytest.raises(Trouble, match="not an environment file"), env_file(path):
        pass
    assert path.read_text() == "precious\n"


def test_the_environment_file_of_another_house_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "house.env"
    with env_file(path) as first:
        first.write({"NAME": "first"})
        with env_file(path) as second:
            second.write({"NAME": "second"})
            first.remove()
            assert "second" in path.read_text()


def test_the_environment_file_of_a_running_house_is_not_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "house.env"
    with env_file(path) as file:
        file.write({"NAME": "mine"})
        text = path.read_text().replace(f"process {os.getpid()};", f"process {os.getppid()};")
        path.write_text(text)
        with pytest.raises(Trouble, match=f"still running .process {os.getppid()}"), env_file(path):
            pass
        assert path.read_text() == text


def test_a_folder_that_does_not_exist_is_trouble_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="cannot be written"), env_file(tmp_path / "no" / "house.env"):
        pass


def status_file(folder: Path, role: str, slot: int, **values: Any) -> None:
    value: dict[str, Any] = {
        **dict.fromkeys(("received", "done", "dead_lettered", "words", "busy_s"), 0),
        "role": role,
        "slot": slot,
        "pid": os.getpid(),
        "at": 100.0,
        **values,
    }
    (folder / f"{role}-{slot}.json").write_text(json.dumps(value), encoding="utf-8")


def test_speed_is_what_happened_between_two_looks(tmp_path: Path) -> None:
    status_file(tmp_path, "work", 0, done=10, words=1_000)
    before = read_processes(tmp_path)
    status_file(tmp_path, "work", 0, at=102.0, received=35, done=30, words=5_000, dead_lettered=1)
    status_file(tmp_path, "work", 1, received=3, done=3)
    (tmp_path / "work-2.json").write_text("{")
    now = read_processes(tmp_path)
    assert now is not None
    first, second = paces(before, now)
    assert (first.articles_per_s, first.words_per_s, first.process.in_hand) == (10.0, 2_000.0, 4)
    assert second.articles_per_s is None
    assert first.process.alive


def test_a_process_that_was_replaced_has_no_speed_yet_and_a_dead_one_is_shown(tmp_path: Path) -> None:
    with subprocess.Popen(["true"]) as ended:
        pass
    status_file(tmp_path, "work", 0, pid=ended.pid, done=10)
    before = read_processes(tmp_path)
    assert before is not None
    assert not before[0].alive
    status_file(tmp_path, "work", 0, at=102.0, done=1)
    now = read_processes(tmp_path)
    assert now is not None
    assert paces(before, now)[0].articles_per_s is None


def test_without_a_run_folder_nothing_is_known_of_the_processes(tmp_path: Path) -> None:
    assert read_processes(None) is None
    assert read_processes(tmp_path / "gone") is None


def test_a_signal_is_obeyed_between_two_steps_and_only_once() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with Signals() as signals:
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(Interrupted) as caught:
            signals.pause(30)
        assert caught.value.exit_code == 143
        signals.check()
        began = time.monotonic()
        signals.pause(0.05)
        assert time.monotonic() - began >= 0.04
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_read_that_waits_for_data_is_ended_by_a_signal() -> None:
    read, write = os.pipe()
    with Signals() as signals, interruptible(read, wait=signals.wait_readable) as file:
        os.write(write, b"one\ntw")
        assert file.readline() == b"one\n"
        timer = threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGINT))
        timer.start()
        with pytest.raises(Interrupted):
            file.readline()
        timer.join()
    os.close(read)
    os.close(write)


class FakeHouse:
    """Stores one article more with every look, then the letters."""

    def __init__(self, ids: Sequence[str], *, letters: Sequence[str] = ()) -> None:
        self.waiting = list(ids)
        self.stored: dict[str, dict[str, Any]] = {}
        self.letters = list(letters)
        self.now = 0.0

    def clock(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        self.now += seconds

    def count(self, collection: str) -> int:
        assert collection == "articles"
        if self.waiting:
            name, _, message = self.waiting.pop(0).partition("@")
            self.stored[name] = {"confirmed_by": message}
        return len(self.stored)

    def get_many(
        self, collection: str, names: Sequence[str], fields: Sequence[str] | None = None
    ) -> dict[str, dict[str, Any]]:
        return {name: self.stored[name] for name in names if name in self.stored}

    def take(self, subscription: str) -> list[Letter]:
        taken, self.letters = self.letters, []
        return [
            Letter(subscription, f"m-{name}", name, b"", {"article_id": name, "reason": "why"}, EPOCH)
            for name in taken
        ]


def wait(house: FakeHouse, *sent: str) -> Arrival:
    arrival = Arrival()
    for index, item in enumerate(sent):
        name, _, message = item.partition("@")
        arrival.expect(Accepted(index, name, message))
    arrival.wait(house, house, pause=house.pause, show=lambda count: None, clock=house.clock)
    return arrival


def test_a_correction_has_arrived_when_its_own_message_is_noted() -> None:
    house = FakeHouse(["a@1", "b@2", "b@2", "a@3"])
    arrival = wait(house, "a@1", "b@2", "a@3")
    assert house.stored["a"] == {"confirmed_by": "3"}
    assert (arrival.sent, arrival.distinct) == (3, 2)


def test_dead_letters_count_as_arrived() -> None:
    arrival = wait(FakeHouse(["a@1"], letters=["b"]), "a@1", "b@2")
    assert arrival.dead == {"b": {"article_id": "b", "reason": "why"}}


def test_an_article_that_is_both_stored_and_dead_does_not_stand_for_a_missing_one() -> None:
    house = FakeHouse(["a@1", "a@1", "a@1", "c@3"], letters=["a"])
    wait(house, "a@1", "a@2", "c@3")
    assert "c" in house.stored


def test_when_nothing_moves_the_wait_ends_with_a_sentence() -> None:
    house = FakeHouse(["a@1"])
    with pytest.raises(Trouble, match="1 of 2 articles are there"):
        wait(house, "a@1", "b@2")
    assert STILL_SECONDS <= house.now < STILL_SECONDS + 5


def sdk(folder: Path, *launchers: str) -> dict[str, str]:
    """An SDK as a package manager installs it, with a link on the PATH."""
    for name in ("bin/gcloud", *launchers):
        (folder / "sdk" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "sdk" / name).write_text("#!/bin/sh\nexit 1\n")
        (folder / "sdk" / name).chmod(0o755)
    (folder / "path").mkdir()
    (folder / "path" / "gcloud").symlink_to(folder / "sdk" / "bin" / "gcloud")
    return {"PATH": str(folder / "path")}


def test_the_emulators_are_found_where_the_link_to_gcloud_leads(tmp_path: Path) -> None:
    environment = sdk(tmp_path, tools.PUBSUB.launcher)
    assert (
        tools.find_launcher(tools.PUBSUB, environment) == (tmp_path / "sdk" / tools.PUBSUB.launcher).resolve()
    )
    with pytest.raises(CannotRun, match="gcloud components install cloud-firestore-emulator") as caught:
        tools.find_launcher(tools.FIRESTORE, environment)
    assert "apt-get install google-cloud-cli-firestore-emulator" in str(caught.value)
    assert caught.value.exit_code == COULD_NOT_START


def test_an_sdk_behind_a_script_is_found_by_asking_gcloud(tmp_path: Path) -> None:
    environment = sdk(tmp_path, tools.PUBSUB.launcher)
    script = tmp_path / "path" / "gcloud"
    script.unlink()
    script.write_text(f"#!/bin/sh\necho {tmp_path / 'sdk'}\n")
    script.chmod(0o755)
    assert tools.find_launcher(tools.PUBSUB, environment) == tmp_path / "sdk" / tools.PUBSUB.launcher


def test_what_is_missing_is_named_with_how_to_install_it(tmp_path: Path) -> None:
    nothing = {"PATH": str(tmp_path)}
    with pytest.raises(CannotRun, match=r"Google Cloud CLI \(gcloud\) is missing"):
        tools.find_launcher(tools.PUBSUB, nothing)
    with pytest.raises(CannotRun, match="apt-get install default-jre-headless"):
        tools.find_java(nothing)
    with pytest.raises(CannotRun, match="JAVA_HOME is /no/where"):
        tools.find_java({**nothing, "JAVA_HOME": "/no/where"})


def test_a_house_without_tools_starts_nothing(tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match="is missing"):
        plan_house(tmp_path, environment={"PATH": str(tmp_path)})
    assert list(tmp_path.iterdir()) == []


def test_two_parts_cannot_have_the_same_port(tmp_path: Path) -> None:
    environment = sdk(tmp_path, tools.PUBSUB.launcher, tools.FIRESTORE.launcher, "bin/java")
    environment["JAVA_HOME"] = str(tmp_path / "sdk")
    house = plan_house(tmp_path, environment=environment)
    port = int(house.pubsub_host.rsplit(":", 1)[1])
    assert f":{port}/" not in house.publish_url
    with pytest.raises(CannotRun, match="change --port-publish"):
        plan_house(tmp_path, ports=Ports(pubsub=port, publish=port), environment=environment)


def test_policies_become_what_the_emulator_takes() -> None:
    policies = read_topology()["subscriptions"]
    body = subscription_body("p", policies["articles-ner"])
    assert body["deadLetterPolicy"] == {
        "deadLetterTopic": "projects/p/topics/articles-dead",
        "maxDeliveryAttempts": 5,
    }
    review = subscription_body("p", policies["articles-dead-review"])
    assert "deadLetterPolicy" not in review
    assert review["messageRetentionDuration"] == "604800s"


def test_a_log_is_followed_by_whole_lines(tmp_path: Path) -> None:
    log = tmp_path / "work.log"
    follower = Follower(log)
    assert list(follower.loud_lines()) == []
    log.write_text("INFO fine\nERROR one\nWARN")
    assert list(follower.loud_lines()) == ["ERROR one"]
    with log.open("a") as file:
        file.write("ING two\n")
    assert list(follower.loud_lines()) == ["WARNING two"]
    assert last_lines(log, most=2) == ["ERROR one", "WARNING two"]
    assert last_lines(tmp_path / "none.log") == []
