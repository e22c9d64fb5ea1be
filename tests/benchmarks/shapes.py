"""Saves a pipeline of some shape with random weights, for `namewire bench --model FOLDER`:

python -m tests.benchmarks.shapes sm FOLDER
"""

import argparse
from pathlib import Path
from typing import Final

from thinc.api import NumpyOps

from tests.unit.engine.pipelines import SHAPES, random_pipeline

# O and L- score so much more that there are about as many names as in the news.
_FAVOURED: Final = {"out": 14.0, "last": 8.0}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shape", choices=SHAPES)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    nlp = random_pipeline(SHAPES[options.shape], seed=5, **_FAVOURED, ops=NumpyOps(use_blis=False))
    nlp.meta["name"] = options.shape
    nlp.to_disk(options.folder)


if __name__ == "__main__":
    main()
