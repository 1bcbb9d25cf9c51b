"""What was built at start, in one frozen dataclass, passed down."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from bot.clock import BusinessClock
from bot.database import Database
from bot.settings import Settings
from bot.stripe_api import StripeAPI


@dataclass(frozen=True, slots=True)
class Runtime:
    """The parts that every way in and every job needs."""

    settings: Settings
    database: Database
    stripe: StripeAPI
    clock: BusinessClock


@contextlib.contextmanager
def opened(settings: Settings, *, clock: BusinessClock | None = None) -> Iterator[Runtime]:
    """Build the runtime, and take it down again at the end of the block."""
    database = Database(settings.database_url)
    stripe = StripeAPI(
        settings.stripe_secret_key.get_secret_value(),
        api_base=settings.stripe_api_base,
        requests_per_second=settings.stripe_requests_per_second,
    )
    try:
        yield Runtime(
            settings=settings, database=database, stripe=stripe, clock=clock or BusinessClock()
        )
    finally:
        stripe.close()
        database.close()
