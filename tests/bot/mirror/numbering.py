"""Storing many invoices, in a process of its own."""

import random

from bot.database import Database
from bot.errors import Unavailable
from tests.bot.mirror.objects import invoice_object, store_now

INVOICES = 200
PAGE = 10
TRIES_MAX = 20


def store_pages(database_url: str, place: str) -> None:
    """Store INVOICES invoices, one page after the other, in an order of its own."""
    database = Database(database_url)
    invoices = [f"in_{number:04d}" for number in range(INVOICES)]
    random.Random(place).shuffle(invoices)
    for start in range(0, INVOICES, PAGE):
        page = [invoice_object(one) for one in invoices[start : start + PAGE]]
        for tries_left in reversed(range(TRIES_MAX)):
            try:
                store_now(database, "invoice", *page)
            except Unavailable:
                # A deadlock, or SQLite's one writer: whoever stores tries again.
                if not tries_left:
                    raise
            else:
                break
    database.close()
