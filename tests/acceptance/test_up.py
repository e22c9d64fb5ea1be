"""`namewire up` and the commands that talk to the house it runs."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.acceptance import console

NEWS = {"publication": "Daily Planet", "content": "Angela Merkel met Barack Obama in Berlin."}


@dataclass
class Up:
    """A running house and the settings that lead to it."""

    process: subprocess.Popen[bytes]
    env_file: Path
    out: Path
    settings: dict[str, str]
    parts: list[psutil.Process]

    def ask(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return console.run(*arguments, settings=self.settings, stdin=stdin)

    def answer(self, *arguments: str, stdin: str = "") -> Any:
        done = self.ask(*arguments, "--json", stdin=stdin)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def wait_for(self, article: str) -> dict[str, Any]:
        found: list[dict[str, Any]] = []

        def is_there() -> bool:
            done = self.ask("article", article, "--json")
            found.extend([json.loads(done.stdout)] if done.returncode == 0 else [])
            return bool(found)

        console.wait_until(is_there, what=f"the article {article}")
        return found[0]


@contextmanager
def house(folder: Path, name: str, *options: str) -> Iterator[Up]:
    env_file, out = folder / f"{name}.env", folder / f"{name}.out"
    with console.started(["up", "--env-file", str(env_file), *options], out=out) as process:
        console.wait_until(lambda: env_file.exists() or process.poll() is not None, what="the house")
        assert process.poll() is None, out.read_text()
        parts = console.descendants(process.pid)
        yield Up(process, env_file, out, console.read_env_file(env_file), parts)


@pytest.fixture(scope="module")
def up(firestore_emulator: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    with house(tmp_path_factory.mktemp("up"), "house") as running:
        yield running
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(60) == 0, running.out.read_text()
        assert not running.env_file.exists()
        assert console.survivors(running.parts) == []
        assert not Path(running.settings["NAMEWIRE_RUN_DIR"]).exists()


def test_the_env_file_leads_to_the_house(up: Up) -> None:
    assert set(up.settings) == {
        *("GOOGLE_CLOUD_PROJECT", "PUBSUB_EMULATOR_HOST", "FIRESTORE_EMULATOR_HOST"),
        *("NAMEWIRE_PUBLISH_URL", "NAMEWIRE_EXPLORE_URL", "NAMEWIRE_RUN_DIR", "CLOUDSDK_CORE_PROJECT"),
        *("CLOUDSDK_API_ENDPOINT_OVERRIDES_PUBSUB", "CLOUDSDK_AUTH_DISABLE_CREDENTIALS"),
    }
    assert "Everything answers" in up.out.read_text()


def test_an_article_that_was_submitted_is_found_with_its_names(up: Up, tmp_path: Path) -> None:
    path = tmp_path / "news.jsonl"
    path.write_text(
        json.dumps({**NEWS, "id": "first", "published_at": "2026-11-01"}) + "\n{broken\n", encoding="utf-8"
    )
    done = up.ask("submit", str(path), "--json")
    assert done.returncode == 1
    report = json.loads(done.stdout)
    assert (report["accepted"], report["rejected"], report["complete"]) == (1, 1, True)
    assert report["rejections"][0]["place"] == "line 2"
    article = up.wait_for("first")
    assert article["day"] == "2026-11-01"
    for entity in article["entities"]:
        assert article["content"][entity["start"] : entity["end"]] == entity["text"]
    assert any("Merkel" in entity["text"] and entity["counted"] for entity in article["entities"])
    shown = up.ask("article", "first").stdout
    assert "Firestore, articles/first" in shown
    assert "Merkel" in shown


def test_the_leading_names_can_be_asked_for_by_publication_day_and_label(up: Up) -> None:
    stdin = "\n".join(
        json.dumps({**NEWS, "id": f"top-{day}", "publication": "Top Ten", "published_at": f"2026-10-0{day}"})
        for day in (1, 2)
    )
    assert up.answer("submit", "-", stdin=stdin)["accepted"] == 2
    for day in (1, 2):
        up.wait_for(f"top-{day}")
    everything = up.answer("top")["entities"]
    assert all(item["mentions"] == item["mentions_total"] for item in everything)
    publication = up.answer("top", "--publication", "Top Ten")["entities"]
    merkel = next(item for item in publication if "Merkel" in item["text"])
    assert merkel["mentions"] == 2
    day = up.answer("top", "--day", "2026-10-01")["entities"]
    both = up.answer("top", "--day", "2026-10-01", "--publication", "top-ten")["entities"]
    assert {(item["id"], item["mentions"]) for item in day} == {
        (item["id"], item["mentions"]) for item in both
    }
    label = up.answer("top", "--label", merkel["label"].lower(), "--day", "2026-10-01", "--limit", "1")[
        "entities"
    ]
    assert [item["label"] for item in label] == [merkel["label"]]
    nobody = up.ask("top", "--day", "1999-01-01")
    assert (nobody.returncode, nobody.stdout[:20]) == (0, "No entity matches. `")


def test_a_message_by_gcloud_takes_the_same_way(up: Up) -> None:
    gcloud = shutil.which("gcloud")
    assert gcloud is not None
    for message, attributes in (
        ("Angela Merkel met Barack Obama in Berlin.", "publication=Reuters,id=by-gcloud"),
        ('{"id": "dies", "publication": "Reuters"}', "other=1"),
    ):
        subprocess.run(
            [
                *(gcloud, "pubsub", "topics", "publish", "articles"),
                *(f"--message={message}", f"--attribute={attributes}"),
            ],
            env={**console.environment(), **up.settings},
            check=True,
            capture_output=True,
            timeout=60,
        )
    assert up.wait_for("by-gcloud")["publication"] == "Reuters"

    def is_dead() -> bool:
        return int(up.answer("status")["dead_letters"]["articles-dead-review"]["at_least"]) == 1

    console.wait_until(is_dead, what="the dead letter")
    done = up.ask("article", "dies", "--json")
    assert done.returncode == 1
    told = json.loads(done.stdout)
    assert [step["what"] for step in told["trail"]] == ["received", "dead"]
    assert "content: is required" in told["dead_letters"][0]["reason"]
    stored = json.loads(up.ask("article", "by-gcloud", "--letters", "--json").stdout)
    assert [step["what"] for step in stored["trail"]] == ["received", "read", "stored"]


def test_the_status_tells_what_is_known(up: Up) -> None:
    assert up.answer("submit", "-", stdin=json.dumps({**NEWS, "id": "status"}))["accepted"] == 1
    up.wait_for("status")
    status = up.answer("status")
    assert status["articles"] >= 1
    assert {process["role"] for process in status["processes"]} == {"work", "write"}
    assert all(process["alive"] for process in status["processes"])
    assert set(status["in_hand"]) == {"work", "write"}
    assert (status["healthy"], status["reasons"]) == (True, [])
    assert up.ask("status").stdout.startswith("healthy\n")


def test_the_status_tells_what_waits_while_the_worker_stands_still(up: Up) -> None:
    console.wait_until(lambda: _waiting(up) == {"articles-ner": 0, "entities-store": 0}, what="idleness")
    workers = [process["pid"] for process in up.answer("status")["processes"] if process["role"] == "work"]
    for pid in workers:
        os.kill(pid, signal.SIGSTOP)
    try:
        news = [json.dumps({**NEWS, "id": f"waits-{number}"}) for number in range(5)]
        assert up.answer("submit", "-", stdin="\n".join(news))["accepted"] == 5
        console.wait_until(lambda: _waiting(up)["articles-ner"] == 5, what="a backlog of five")
        assert 0 < up.answer("status")["oldest_s"]["articles-ner"] < 60
        assert "5, the oldest for" in up.ask("status").stdout
    finally:
        for pid in workers:
            os.kill(pid, signal.SIGCONT)
    console.wait_until(lambda: _waiting(up) == {"articles-ner": 0, "entities-store": 0}, what="idleness")


def _waiting(up: Up) -> dict[str, int]:
    waiting: dict[str, int] = up.answer("status")["backlog"]
    return waiting


def test_an_article_that_is_not_there_is_a_sentence(up: Up) -> None:
    done = up.ask("article", "nobody")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("There is no article nobody.")


@pytest.mark.slow
def test_a_second_house_works_beside_the_first(up: Up, tmp_path: Path) -> None:
    with house(tmp_path, "second") as second:
        assert second.answer("status")["articles"] == 0
        assert second.answer("submit", "-", stdin=json.dumps({**NEWS, "id": "elsewhere"}))["accepted"] == 1
        second.wait_for("elsewhere")
        assert up.ask("article", "elsewhere").returncode == 1
        second.process.send_signal(signal.SIGINT)
        assert second.process.wait(60) == 0, second.out.read_text()
    assert console.survivors(second.parts) == []
    assert up.answer("status")["project"] == "namewire-local"


def test_a_killed_launcher_leaves_nothing_running(firestore_emulator: str, tmp_path: Path) -> None:
    with house(tmp_path, "killed") as running:
        assert len(running.parts) >= 10
        running.process.kill()
        console.wait_until(lambda: not console.survivors(running.parts), what="the parts to end", seconds=20)


def test_a_part_that_dies_ends_the_house_and_is_named(firestore_emulator: str, tmp_path: Path) -> None:
    with house(tmp_path, "wounded") as running:
        victim = next(part for part in running.parts if part.cmdline()[-3:] == ["-m", "worker", "write"])
        assert "guard.py" in " ".join(victim.cmdline())
        assert running.answer("status")["healthy"]
        victim.children()[0].kill()
        console.wait_until(
            lambda: running.ask("status").returncode == 1, what="the status to say so", seconds=10
        )
        assert running.process.wait(60) == 1
        text = running.out.read_text()
        assert "The part `write` ended with exit code 137." in text
        assert "The logs are in" in text
    assert console.survivors(running.parts) == []
    assert not running.env_file.exists()


def test_a_model_that_is_missing_stops_the_house_with_its_own_code(firestore_emulator: str) -> None:
    done = console.run("up", settings={"NAMEWIRE_MODEL": "no_such_model"})
    assert done.returncode == 78, done.stderr
    assert "The part `work`" in done.stderr
    assert "no_such_model" in done.stderr


def test_a_taken_port_is_named_before_anything_starts(firestore_emulator: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = console.run("up", "--port-publish", str(port))
    assert done.returncode == 78
    assert f"Port {port} for the publish function cannot be used" in done.stderr


def test_a_missing_gcloud_or_java_is_named(tmp_path: Path) -> None:
    done = console.run("up", settings={"PATH": str(tmp_path)})
    assert done.returncode == 78
    assert "Install it" in done.stderr
    assert "Traceback" not in done.stderr


def test_commands_without_a_house_say_how_to_get_one() -> None:
    for arguments in (("top",), ("status",), ("article", "a")):
        done = console.run(*arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert "GOOGLE_CLOUD_PROJECT is not set. Run `namewire up" in done.stderr
    done = console.run("submit", "-")
    assert done.returncode == 2
    assert "NAMEWIRE_PUBLISH_URL" in done.stderr


def test_commands_say_when_the_house_is_gone() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        host = f"127.0.0.1:{server.getsockname()[1]}"
    gone = {
        "GOOGLE_CLOUD_PROJECT": "p",
        "FIRESTORE_EMULATOR_HOST": host,
        "PUBSUB_EMULATOR_HOST": host,
    }
    for arguments in (("top",), ("status",), ("article", "a")):
        done = console.run(*arguments, settings=gone)
        assert done.returncode == 1
        assert f"No Firestore emulator answers at {host}" in done.stderr
        assert "Traceback" not in done.stderr


def test_the_publish_address_answers_as_the_readme_says(up: Up) -> None:
    host = up.settings["NAMEWIRE_PUBLISH_URL"].removeprefix("http://").rstrip("/")
    connection = http.client.HTTPConnection(host, timeout=20)
    try:
        connection.request("POST", "/", json.dumps(NEWS), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        article = json.loads(answer.read())["id"]
    finally:
        connection.close()
    assert answer.status == 202
    assert up.wait_for(article)["publication"] == "Daily Planet"
    assert os.getpid() not in [part.pid for part in up.parts]
