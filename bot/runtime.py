"""What was built at start, in one frozen dataclass, passed down."""

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
