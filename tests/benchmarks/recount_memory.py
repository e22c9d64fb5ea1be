"""What `namewire verify` holds in memory: so many made-up articles through the sums, nothing else.

`python -m tests.benchmarks.recount_memory --articles 200000`
"""

import argparse
import random
import resource
import time
from collections.abc import Iterator
from typing import Any, Final

from contract.entities import name_of
from namewire.recount.compare import compare
from namewire.recount.shares import share_of
from namewire.recount.sums import Sums, scratch

# As in the news: few names are in every tenth article, most in one or two; a new one in every second.
_KNOWN: Final = 20_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=20_000, help="(20000)")
    parser.add_argument("--mentions", type=int, default=30, help="in each of them (30)")
    options = parser.parse_args()
    count = options.articles
    began, compared = time.monotonic(), 0
    with scratch() as disk:
        sums = Sums(disk)
        for number, article in enumerate(_articles(count, options.mentions)):
            share = share_of(f"a{number}", article)
            sums.add(share.numbers)
            sums.name(share.facts)
        sums.flush()
        added = time.monotonic() - began
        for reference in sums.unseen():
            compared += bool(compare(reference, None, sums.right(reference)).differences)
        pages, size = (disk.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    print(f"articles                {count:,}")
    print(f"documents to compare    {compared:,}")
    print(f"seconds                 {added:,.0f} adding, {time.monotonic() - began - added:,.0f} comparing")
    print(f"scratch file            {pages * size / 1e6:,.0f} MB")
    print(f"resident size at most   {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:,.0f} MB")


def _articles(count: int, length: int) -> Iterator[dict[str, Any]]:
    choice = random.Random(1)
    for number in range(count):
        # The first names come far more often than the last.
        ranks = [int(choice.random() ** 4 * _KNOWN) for _ in range(length - 1)]
        names = [f"Name {rank}" for rank in ranks] + [f"Nobody {number // 2}"]
        entities = [{"text": name, "label": "PERSON"} for name in names]
        mentions: dict[str, int] = {}
        for name in names:
            eid = name_of(name, "PERSON").id
            mentions[eid] = mentions.get(eid, 0) + 1
        yield {
            "publication": f"Paper {number % 50}",
            "publication_key": f"paper-{number % 50}",
            "day": f"2026-{number * 12 // count + 1:02}-{number % 28 + 1:02}",
            "mentions": mentions,
            "entity_ids": sorted(mentions),
            "entities": entities,
        }


if __name__ == "__main__":
    main()
