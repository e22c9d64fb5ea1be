"""`namewire bench` as a person runs it, on a few short articles."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import spacy

from namewire.plot import plot_bench

SPEEDS = ("stock", "stock_openblas", "engine", "engine_cold", "limit")


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "namewire", "bench", *arguments],
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
        env={**os.environ, "COLUMNS": "110"},
    )


@pytest.fixture(scope="module")
def measured() -> dict[str, Any]:
    run = bench("--json", "--limit", "6", "--rounds", "1")
    assert run.returncode == 0, run.stderr
    assert "all lengths are taken" in run.stderr
    result: dict[str, Any] = json.loads(run.stdout)
    return result


def test_everything_is_measured_side_by_side(measured: dict[str, Any]) -> None:
    assert all(measured[f"{name}_words_per_s"] > 0 for name in SPEEDS)
    assert measured["ratio"] == pytest.approx(
        measured["engine_words_per_s"] / measured["stock_words_per_s"], rel=0.01
    )
    assert measured["model"].startswith("en_namewire_news ")
    assert set(measured["stages"]) == {"tokens", "vectors and closed moves", "walks", "entities"}
    assert sum(measured["stages"].values()) == pytest.approx(1, abs=0.01)


def test_the_names_are_compared_with_those_of_spacy(measured: dict[str, Any]) -> None:
    assert measured["identical_documents"] == measured["documents"] == 6
    assert measured["entities"] > 20


def test_the_figure_is_drawn(measured: dict[str, Any], tmp_path: Path) -> None:
    scales = [
        {"processes": count, "engine_words_per_s": 50_000 * count, "efficiency": 1.0} for count in (1, 2)
    ]
    for name, figures in (("one.svg", measured), ("both.svg", {**measured, "scaling": scales})):
        plot_bench(figures, tmp_path / name)
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert text.startswith("<?xml")
        assert "<path" in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--plot", "figure.docx"], "its name must end in .png, .svg, .pdf"),
        (["--processes", "4096"], "this machine has"),
        (["--min-words", "9", "--max-words", "8"], "is more than"),
        (["--articles", "nowhere.jsonl"], "does not exist"),
    ],
)
def test_what_cannot_be_measured_is_said_before_it_takes_time(arguments: list[str], said: str) -> None:
    run = bench(*arguments)
    assert run.returncode == 2
    assert said in run.stderr
    assert "Traceback" not in run.stderr


def test_a_pipeline_that_the_engine_does_not_know_is_named(tmp_path: Path) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "ORG", "pattern": "Meridian Wire"}])  # type: ignore[attr-defined]
    nlp.initialize()
    nlp.to_disk(tmp_path / "rules")
    run = bench("--limit", "1", "--model", str(tmp_path / "rules"))
    assert run.returncode == 1
    assert "There is nothing to compare: the engine cannot stand in for this pipeline" in run.stderr


@pytest.mark.slow
def test_the_engine_is_measured_on_several_cores_at_once(tmp_path: Path) -> None:
    run = bench(
        *("--json", "--limit", "6", "--rounds", "1", "--processes", "2"),
        *("--plot", str(tmp_path / "figure.png")),
    )
    assert run.returncode == 0, run.stderr
    counts = [scale["processes"] for scale in json.loads(run.stdout)["scaling"]]
    assert counts == [1, 2]
    assert (tmp_path / "figure.png").stat().st_size > 5_000
