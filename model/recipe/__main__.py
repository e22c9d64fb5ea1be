"""Data folder in, embedded pipeline out.

python -m model.recipe DATA [--articles DIR] [--steps N] [--out DIR] [--work DIR]

A first training learns from the labelled corpora. One more goes on from where it ended, with fresh copies
of the corpora, our own texts, news articles whose names are listed, and the roles of rare words; two more
go on from that, side by side. Their mean is what ships.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from model import EMBEDDED
from model.recipe import corpora, report, roles
from model.recipe.blend import blend
from model.recipe.evaluate import evaluate, predictor
from model.recipe.hooks import write_norms
from model.recipe.news import SOURCES, articles_of
from model.recipe.pack import pack
from model.recipe.sources import problems

RECIPE = Path(__file__).resolve().parent
ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in ("OPENBLAS", "OMP", "BLIS", "MKL")}

# Half as large batches as the first training ends with, more of them, and half of its dropout.
AGAIN: Mapping[str, object] = {
    "training.batcher.size.start": 600,
    "training.batcher.size.stop": 600,
    "training.dropout": 0.1,
}


class Round(NamedTuple):
    """Trainings that go on from one pipeline, side by side, each with copies of its own seed."""

    seeds: tuple[int, ...]
    rate: float
    steps: int

    def settings(self, pipeline: Path, seed: int) -> dict[str, object]:
        """What is its own of a training that goes on from `pipeline`."""
        return {
            "paths.weights": pipeline,
            "system.seed": seed,
            "training.optimizer.learn_rate.initial_rate": self.rate,
            "training.max_steps": self.steps,
        }


ROUNDS = (
    Round((1,), rate=0.0007, steps=25_000),
    Round((2, 3), rate=0.0005, steps=12_000),
)


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m model.recipe", description=__doc__)
    parser.add_argument("data", type=Path, help="folder with <source>.<split>.jsonl.gz")
    parser.add_argument("--articles", type=Path, help="folder of articles (DATA/../articles)")
    parser.add_argument("--steps", type=int, help="steps of each training (default: 10,000, 25,000, 12,000)")
    parser.add_argument("--out", type=Path, default=EMBEDDED, help="pipeline folder to replace")
    parser.add_argument(
        "--work",
        type=Path,
        default=Path(tempfile.gettempdir()) / "namewire-model",
        help="corpora, checkpoints, figures",
    )
    return parser.parse_args()


def start(work: Path, name: str, settings: Mapping[str, object]) -> "subprocess.Popen[bytes]":
    """`spacy train` in a process of its own."""
    command = [sys.executable, "-m", "spacy", "train", str(RECIPE / "train.cfg")]
    command += ["--code", str(RECIPE / "hooks.py"), "--output", str(work / name)]
    command += [f"--paths.train={work / f'{name}.spacy'}", f"--paths.dev={work / 'dev.spacy'}"]
    command += [f"--{setting}={value}" for setting, value in settings.items()]
    return subprocess.Popen(command, env=os.environ | ONE_THREAD)


def finish(trainings: Mapping[Path, "subprocess.Popen[bytes]"]) -> list[Path]:
    """Waits for all; the pipelines as they are after the last step. Where one fails, the others end too."""
    try:
        for process in trainings.values():
            if process.wait() != 0:
                raise subprocess.CalledProcessError(process.returncode, process.args)
    finally:
        for process in trainings.values():
            process.terminate()  # does nothing to one that has ended
    return [folder / "model-last" for folder in trainings]


def learn(data: Path, articles: Path, work: Path, known: Mapping[str, str], steps: int | None) -> Path:
    """All trainings; `known` are the roles of words, `steps` is for trying the recipe out."""
    corpora.write(corpora.development(data), work / "dev.spacy")
    corpora.write(corpora.training(data), work / "first.spacy")
    fewer = {} if steps is None else {"training.max_steps": steps}
    (latest,) = finish({work / "first": start(work, "first", fewer)})
    predict = predictor(latest)
    for number, stage in enumerate(ROUNDS, 1):
        trainings = {}
        for seed in stage.seeds:
            name = f"again{seed}"
            corpora.write(corpora.again(articles, data, predict, seed), work / f"{name}.spacy")
            norms = write_norms(roles.part(known, seed), work / f"{name}.json")
            trainings[name] = {**AGAIN, **stage.settings(latest, seed), "paths.norms": norms, **fewer}
        done = finish({work / name: start(work, name, settings) for name, settings in trainings.items()})
        latest = blend(done, work / f"round{number}")
    return latest


def ship(trained: Path, known: Mapping[str, str], out: Path, data: Path, work: Path) -> None:
    """Pack and measure; the card is refreshed only when the embedded pipeline is replaced."""
    print(f"packed: {pack(trained, out, known):,} bytes in {out}", flush=True)
    figures = evaluate(out, data)
    (work / "figures.json").write_text(report.as_json(figures), encoding="utf-8")
    print(report.as_markdown(figures))
    if out.resolve() == EMBEDDED:
        report.refresh(figures)


def main() -> int:
    """Train, pack, measure."""
    options = arguments()
    articles = options.articles or options.data.resolve().parent / "articles"
    found = problems(options.data)
    found += [f"{path}: missing" for s in SOURCES if not (path := articles_of(articles, s)).is_file()]
    if found:
        print("cannot train, the data folder is not complete:", *found, sep="\n  ", file=sys.stderr)
        return 2
    work = options.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    known = roles.table(corpora.words(articles, options.data), roles.words_of_lists())
    trained = learn(options.data, articles, work, known, options.steps)
    ship(trained, known, options.out, options.data, work)
    return 0


if __name__ == "__main__":
    sys.exit(main())
