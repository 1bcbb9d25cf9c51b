"""`/invoice 1234` and `/balance` of one account over signed HTTP, a million invoices in SQLite.

Budgets: one client at most 1.5 times a bare Bolt application that runs the card's own statements by
SQLAlchemy and returns the same blocks, and at most 4 times one that answers a constant; 32 clients
at least 0.6 of the former's answers per second; ready within 3 s and below 150 MB of anonymous
memory. The same statements by the bare driver stand beside it.
"""

import os
import tempfile
from pathlib import Path

from tests.benchmarks.book import NOW, fill_book
from tests.benchmarks.comparing import compare, running_product

INVOICES = int(os.environ.get("BENCH_INVOICES", "1000000"))


def main() -> None:
    """Fill the book, start the servers, measure them in turn, and print the figures."""
    with tempfile.TemporaryDirectory(prefix="tallyman-bench-") as folder:
        path = Path(folder) / "book.sqlite3"
        print(f"Filling a book of {INVOICES:,} invoices …", flush=True)
        fill_book(path, INVOICES)
        with running_product(path, now=NOW) as product:
            print(f"ready after {product.seconds:.2f} s (budget 3 s)")
            compare(product, path, "/invoice 1234", expected="BENCH-0000233", now=NOW)
            compare(product, path, "/balance Customer 234", expected="Good", now=NOW)
            print(f"\nanonymous memory {product.anonymous_mb:.0f} MB (budget 150 MB)")


if __name__ == "__main__":
    main()
