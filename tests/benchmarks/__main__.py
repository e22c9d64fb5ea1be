"""`make bench`: every benchmark, one after the other; each is a program of its own with `--help`."""

import subprocess
import sys

BENCHMARKS = ("latency", "throughput", "writes", "publish_function", "explorer", "observing")


def main() -> int:
    worst = 0
    for name in BENCHMARKS:
        print(f"\npython -m tests.benchmarks.{name}", flush=True)
        worst = max(
            worst, subprocess.run([sys.executable, "-m", f"tests.benchmarks.{name}"], check=False).returncode
        )
    return worst


if __name__ == "__main__":
    sys.exit(main())
