"""Run every measurement in turn, or the ones that are named: python -m tests.benchmarks webhooks.

What sizes a measurement is an environment variable or a constant at the top of its file.
"""

import argparse
import importlib
import time
from pathlib import Path

PREFIX = "bench_"
NAMES = sorted(path.stem.removeprefix(PREFIX) for path in Path(__file__).parent.glob("bench_*.py"))


def main() -> None:
    """Run the measurements, each under a heading of its own."""
    parser = argparse.ArgumentParser(prog="make bench", description="Measure against the budgets.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(NAMES)}")
    names = parser.parse_args().names
    if strangers := sorted(set(names) - set(NAMES)):
        parser.error(f"no measurement is called {', '.join(strangers)}: {', '.join(NAMES)}")
    for name in names or NAMES:
        print(f"\n== {name}", flush=True)
        began = time.monotonic()
        importlib.import_module(f"tests.benchmarks.{PREFIX}{name}").main()
        print(f"   ({time.monotonic() - began:.0f} s)", flush=True)


if __name__ == "__main__":
    main()
