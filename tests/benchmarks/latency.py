"""From POST to the article's document in Firestore, on an idle house.

python -m tests.benchmarks.latency [--json] [--articles N]
"""

import argparse
import json
import os
import statistics
import time
from typing import Any

import httpx
from google.cloud import firestore

from emulator.run import run_house
from tests.benchmarks.articles import many_articles
from tests.polling import eventually

# The first articles warm up what every process warms up once: kernels, channels, the emulators' Java.
WARM_UP = 10


def measure(count: int) -> dict[str, Any]:
    began = time.monotonic()
    with run_house() as running:
        ready = time.monotonic() - began
        os.environ.update(running.house.settings)
        client = firestore.Client(project=running.house.settings["GOOGLE_CLOUD_PROJECT"])
        with httpx.Client() as http:
            seconds = [
                _one(http, running.house.publish_url, client, {**article, "id": f"latency-{number}"})
                for number, article in enumerate(many_articles(WARM_UP + count))
            ][WARM_UP:]
        client.close()
    milliseconds = sorted(round(1_000 * value) for value in seconds)
    return {
        "articles": count,
        "house_ready_s": round(ready, 1),
        "median_ms": statistics.median(milliseconds),
        "p95_ms": milliseconds[int(0.95 * (count - 1))],
        "worst_ms": milliseconds[-1],
    }


def _one(http: httpx.Client, url: str, client: firestore.Client, article: dict[str, Any]) -> float:
    document = client.document(f"articles/{article['id']}")
    began = time.monotonic()
    http.post(url, json=article).raise_for_status()
    eventually(lambda: document.get().exists, seconds=60, pause=0.005)
    return time.monotonic() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--articles", type=int, default=100)
    options = parser.parse_args()
    result = measure(options.articles)
    if options.json:
        print(json.dumps(result))
        return
    for name, value in result.items():
        print(f"{name:16} {value:>8}")


if __name__ == "__main__":
    main()
