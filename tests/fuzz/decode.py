"""Coverage-guided fuzzing of the wire decoders: `python -m tests.fuzz.decode --seconds 300`.

Begins with the inputs in `corpus`; an input that breaks something is left in `crashes`, where
`test_decoding.py` tries it again for ever after.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
CORPUS: Final = HERE / "corpus"
CRASHES: Final = HERE / "crashes"
# Far above what one input of this length takes; an unlucky pause of the machine is not a finding.
_INPUT_SECONDS: Final = 10
_MEGABYTES: Final = 1_024
_INPUT_BYTES: Final = 65_536


def main(arguments: Sequence[str] | None = None) -> None:
    """Ends the process: 0 when nothing was found, otherwise libFuzzer's own exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.decode", description=__doc__)
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0, help="0 chooses one, and prints it")
    parser.add_argument("--crashes", type=Path, default=CRASHES, help="where to leave what breaks something")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as found:
        _fuzz(options.seconds, options.seed, options.crashes, found)


def _fuzz(seconds: int, seed: int, crashes: Path, found: str) -> None:
    import atheris

    with atheris.instrument_imports(include=["contract"]):
        from tests.fuzz.decoding import check_input
    from tests.fuzz.mutating import mutated

    limits = {
        "max_total_time": seconds,
        "seed": seed,
        "timeout": _INPUT_SECONDS,
        "rss_limit_mb": _MEGABYTES,
        "max_len": _INPUT_BYTES,
        "artifact_prefix": f"{crashes}/",
        "dict": HERE / "words.dict",
        "print_final_stats": 1,
    }
    # What is new goes into the first folder.
    options = [f"-{name}={value}" for name, value in limits.items()]
    atheris.Setup(
        [sys.argv[0], *options, found, str(CORPUS)],
        check_input,
        custom_mutator=lambda raw, most, chance: mutated(raw, most, chance, atheris.Mutate),
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main()
