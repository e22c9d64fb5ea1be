"""`namewire demo`, as a stranger runs it first."""

import json
import re
import signal
from pathlib import Path

import emulator
from tests.acceptance import console

SAMPLES = Path(str(emulator.__file__)).parent / "samples" / "articles.jsonl"


def test_the_demo_ends_well_with_names_that_are_in_the_samples(firestore_emulator: str) -> None:
    done = console.run("demo")
    assert done.returncode == 0, done.stderr
    articles = [json.loads(line) for line in SAMPLES.read_text(encoding="utf-8").splitlines()]
    text = " ".join(" ".join(str(value) for value in article.values()) for article in articles)
    names = re.findall(r"^│ +\d+ │ ([^│]+?) +│", done.stdout, re.MULTILINE)
    assert len(names) == 15
    assert all(name in text for name in names)
    assert "83/83" not in done.stderr  # 83 lines are 80 articles: a correction and two duplicates
    assert "80/80" in done.stderr
    assert re.search(r"^80 articles from 7 publications, .*; 3 came again", done.stdout, re.MULTILINE)


def test_the_demo_takes_any_file_and_says_what_was_rejected(firestore_emulator: str, tmp_path: Path) -> None:
    path = tmp_path / "news.csv"
    path.write_text(
        "date,year,month,day,author,title,article,url,section,publication\n"
        "2016-12-09,2016,12.0,9,Lee,One,Angela Merkel met Barack Obama in Berlin.,https://a/1,,Vox\n"
        "2016-12-10,2016,12.0,10,Lee,Two,,https://a/2,,Vox\n"
        "2016-12-11,2016,12.0,11,Lee,Three,Angela Merkel left Berlin.,https://a/3,,Vox\n",
        encoding="utf-8",
    )
    done = console.run("demo", "--articles", str(path))
    assert done.returncode == 0, done.stderr
    assert "2 articles from 1 publications" in done.stdout
    assert "Merkel" in done.stdout
    assert "line 3" in done.stdout


def test_control_c_in_the_middle_leaves_nothing_running(firestore_emulator: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with console.started(["demo"], out=out) as process:
        console.wait_until(lambda: "pubsub is ready" in out.read_text(), what="the first part")
        house = console.descendants(process.pid)
        assert len(house) >= 4
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130, out.read_text()
    assert console.survivors(house) == []


def test_a_file_that_does_not_exist_is_told_before_anything_starts() -> None:
    done = console.run("demo", "--articles", "/no/such.jsonl")
    assert (done.returncode, done.stderr) == (2, "/no/such.jsonl does not exist.\n")
