"""Sums attacks up, as `docs/reliability.md` tells them: `python -m tests.benchmarks.attacks *.json`.

Each file is what `namewire chaos --seed N --json` said.
"""

import json
import statistics
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

_SUMS: Final = {
    "articles": "articles",
    "duplicates": "published again",
    "corrections": "corrected",
    "hopeless": "published that can only become dead letters",
    "dead_letters": "dead letters",
    "buried": "articles in the dead letters that could have been handled",
    "lost": "lost",
    "stale": "not as published last",
    "counted_twice": "counted twice",
    "not_counted": "not counted",
    "faults": "faults",
}

Run = Mapping[str, Any]


def main(paths: Sequence[str]) -> None:
    runs = [json.loads(Path(path).read_text(encoding="utf-8")) for path in paths]
    if not runs:
        sys.exit(__doc__)
    for line in (*_whole(runs), "", *_by_kind(runs)):
        print(line)


def _whole(runs: Sequence[Run]) -> Iterator[str]:
    seeds = ", ".join(str(run["seed"]) for run in runs)
    yield f"Seeds {seeds}; clean: {sum(run['clean'] for run in runs)} of {len(runs)}."
    for name, told in _SUMS.items():
        yield f"| {told} | {sum(run[name] for run in runs):,} |"
    yield f"| faults that met nobody | {sum(kind['missed'] for run in runs for kind in run['kinds']):,} |"
    yield f"| from the last fault until all was done | {_spread(run['drain_s'] for run in runs)} |"
    yield f"| slowest end of a role after TERM | {max(run['slowest_end_s'] for run in runs):.1f} |"
    yield f"| a run as a whole | {_spread(run['took_s'] for run in runs)} |"


def _by_kind(runs: Sequence[Run]) -> Iterator[str]:
    injected: dict[str, int] = {}
    waits: dict[str, list[float]] = {}
    for run in runs:
        for kind in run["kinds"]:
            name = kind["kind"]
            injected[name] = injected.get(name, 0) + kind["injected"]
            waits.setdefault(name, []).extend(kind["recovered_s"])
    yield "| fault | injected | median s | worst s |"
    for name in sorted(injected):
        yield f"| {name} | {injected[name]} | {_spread(waits[name])} |"
    yield f"| all | {sum(injected.values())} | {_spread(wait for some in waits.values() for wait in some)} |"


def _spread(values: Iterable[float]) -> str:
    """Median and worst."""
    found = list(values)
    return f"{statistics.median(found):.1f} | {max(found):.1f}" if found else "|"


if __name__ == "__main__":
    main(sys.argv[1:])
