"""Data folder in, embedded pipeline out.

python -m model.recipe DATA [--steps N] [--out DIR] [--work DIR]
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from model import EMBEDDED
from model.recipe import corpora, report
from model.recipe.evaluate import evaluate
from model.recipe.pack import pack
from model.recipe.sources import problems

RECIPE = Path(__file__).resolve().parent
ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in ("OPENBLAS", "OMP", "BLIS", "MKL")}


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m model.recipe", description=__doc__)
    parser.add_argument("data", type=Path, help="folder with <source>.<split>.jsonl.gz")
    parser.add_argument("--steps", type=int, help="training steps (default: as in train.cfg)")
    parser.add_argument("--out", type=Path, default=EMBEDDED, help="pipeline folder to replace")
    parser.add_argument(
        "--work",
        type=Path,
        default=Path(tempfile.gettempdir()) / "namewire-model",
        help="corpora, checkpoints, figures",
    )
    return parser.parse_args()


def convert(data: Path, work: Path) -> None:
    """Write train.spacy and dev.spacy."""
    for name, samples in (("train", corpora.training(data)), ("dev", corpora.development(data))):
        print(f"{name}: {corpora.write(samples, work / f'{name}.spacy'):,} documents", flush=True)


def train(work: Path, steps: int | None) -> Path:
    """Run `spacy train` in a process of its own; returns the best pipeline by development F."""
    command = [sys.executable, "-m", "spacy", "train", str(RECIPE / "train.cfg")]
    command += ["--code", str(RECIPE / "kernels.py"), "--output", str(work)]
    command += [f"--paths.train={work / 'train.spacy'}", f"--paths.dev={work / 'dev.spacy'}"]
    if steps is not None:
        command.append(f"--training.max_steps={steps}")
    subprocess.run(command, env=os.environ | ONE_THREAD, check=True)
    return work / "model-best"


def ship(trained: Path, out: Path, data: Path, work: Path) -> None:
    """Pack and measure; the card is refreshed only when the embedded pipeline is replaced."""
    print(f"packed: {pack(trained, out):,} bytes in {out}", flush=True)
    figures = evaluate(out, data)
    (work / "figures.json").write_text(report.as_json(figures), encoding="utf-8")
    print(report.as_markdown(figures))
    if out.resolve() == EMBEDDED:
        report.refresh(figures)


def main() -> int:
    """Convert, train, pack, measure."""
    options = arguments()
    found = problems(options.data)
    if found:
        print("cannot train, the data folder is not complete:", *found, sep="\n  ", file=sys.stderr)
        return 2
    work = options.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    convert(options.data, work)
    ship(train(work, options.steps), options.out, options.data, work)
    return 0


if __name__ == "__main__":
    sys.exit(main())
