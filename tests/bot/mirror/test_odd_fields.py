"""Whatever stands in a field of Stripe's, the mirror goes on."""

import contextlib
import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from bot.database import Database
from bot.mirror.kinds import KINDS
from tests.bot.mirror.objects import customer_object, invoice_object, price_object, store_now

ODD_VALUES: list[Any] = [None, True, -1, 10**30, "", "x\x00y" * 200, [], {}, [None], {"data": 1}]
NAMES = [*map(repr, ODD_VALUES[:5]), "NULs", *map(repr, ODD_VALUES[6:])]
# Each case stores objects of its own, so one database serves them all.
_numbers = itertools.count()


@pytest.fixture(scope="module")
def database(shared_database_url: str) -> Iterator[Database]:
    with contextlib.closing(Database(shared_database_url)) as opened:
        yield opened


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("odd", ODD_VALUES, ids=NAMES)
def test_no_field_of_stripes_stops_the_mirror(database: Database, kind: str, odd: Any) -> None:
    shape = {
        "invoice": invoice_object(),
        "customer": customer_object(),
        "price": price_object(),
    }.get(kind, {})
    fields = {**shape, "items": 0, "recurring": 0, "status": 0, "payment": 0, "type": 0}

    for name in sorted(fields.keys() - {"id", "object"}):
        store_now(database, kind, {**shape, "id": f"x_{next(_numbers)}", name: odd})
    result = store_now(database, kind, {"id": f"x_{next(_numbers)}"})

    assert result.written == 1
