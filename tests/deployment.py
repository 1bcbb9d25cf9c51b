"""A whole Tallyman for tests: both stand-ins and the bot over HTTP, as app.py puts it together."""

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from app import build_application
from bot import database_waits
from bot.audit.record import begin as begin_audit
from bot.clock import BusinessClock, real_now
from bot.deployment import identify
from bot.effects import Means, lanes
from bot.mirror.backfill import run_backfill
from bot.mirror.keeper import EventKeeper
from bot.runtime import Runtime, opened
from bot.sandbox.server import serving
from bot.sandbox.slack import StandIn as SlackStandIn
from bot.sandbox.slack import open_workspace
from bot.sandbox.stripe import StandIn as StripeStandIn
from bot.settings import Settings
from bot.slack_api import SlackAPI
from handlers.slack.connection import Pace
from handlers.slack.context import Desk
from handlers.slack.socket_mode import connected
from jobs import people, sync
from jobs.effects import carrying_out
from tests.workspace import PATIENCE_SECONDS, Person

ADMIN, STRANGER = "U0AVERY", "U0KIM"
SIGNING_SECRET = "fake-signing-secret"
BOT_TOKEN = "xoxb-fake-tallyman"
APP_TOKEN = "xapp-fake-tallyman"
SECRET_KEY = "sk_test_fake_tallyman"
AUDIT_KEY = "fake-audit-key-of-at-least-32-characters"

# Enough to keep the order in which messages were promised.
MESSAGE_SECONDS = 0.05

# In Socket Mode, as quick with the next step as tests want it, and as patient with Slack as a
# machine may be busy.
HASTY = Pace(
    open_seconds=60.0,
    hello_seconds=60.0,
    ping_seconds=0.3,
    pong_seconds=60.0,
    retire_seconds=0.5,
    settled_seconds=0.0,
    backoff_seconds=0.05,
    backoff_max_seconds=0.2,
    refused_seconds=0.5,
)
# The same where it is about a Slack that says nothing any more.
IMPATIENT = replace(HASTY, hello_seconds=0.3, pong_seconds=1.0)


@dataclass(frozen=True, slots=True)
class Tallyman:
    """What a test may look at and turn: the stand-ins, the bot's runtime, and where it listens."""

    stripe: StripeStandIn
    slack: SlackStandIn
    runtime: Runtime
    desk: Desk
    url: str
    slack_url: str

    def backfill(self) -> None:
        """Fill the mirror from the stand-in, and see that it is up to date."""
        run_backfill(self.runtime, report=lambda _progress: None)
        self.sync()

    def sync(self) -> None:
        """One round of the sync job."""
        sync.run(self.runtime)

    def person(self, user_id: str = ADMIN) -> Person:
        """Somebody at the workspace page."""
        return Person(self.slack_url, user_id)


@contextlib.contextmanager
def deployed(
    database_url: str,
    *,
    now: datetime,
    stripe: StripeStandIn | None = None,
    pace: Pace = HASTY,
    patience_seconds: float = PATIENCE_SECONDS,
    **changed: Any,
) -> Iterator[Tallyman]:
    """Everything running for the length of a block; the business clock follows Stripe's.

    Shape: `changed` are settings by their lower-case names; `patience_seconds` is how long answers
        wait for the database.
    """
    with contextlib.ExitStack() as stack:
        clock = BusinessClock()
        clock.follow(now)
        stripe = stripe or StripeStandIn(now=now, secret_key=SECRET_KEY, requests_per_second=None)
        stripe.on_clock = clock.follow
        stripe_url = stack.enter_context(serving(stripe.app)).url
        stack.callback(stripe.close)
        manifest = json.loads(Path("manifest.json").read_text("utf-8"))
        manifest["settings"]["socket_mode_enabled"] = "slack_app_token" in changed
        slack = open_workspace(
            SlackStandIn(
                manifest,
                signing_secret=SIGNING_SECRET,
                bot_token=BOT_TOKEN,
                patience_seconds=PATIENCE_SECONDS,
            )
        )
        # How lanes pace is tried where they are, and how Slack holds back where the stand-in is.
        # Here each message to somebody would wait a second for the one before.
        slack.state.is_rate_limited = False
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(lanes, "SLACK_CHANNEL_SECONDS", MESSAGE_SECONDS)
        patch.setattr(database_waits, "ANSWER_SECONDS_MAX", patience_seconds)
        slack_url = stack.enter_context(serving(slack.app)).url
        endpoint = stripe.call(
            "POST",
            "/v1/webhook_endpoints",
            {"url": "http://127.0.0.1:9/stripe/webhook", "enabled_events": ["*"]},
        )
        settings = Settings(
            _env_file=None,
            **{
                "slack_bot_token": BOT_TOKEN,
                "slack_signing_secret": SIGNING_SECRET,
                "slack_api_base_url": f"{slack_url}/api/",
                "stripe_secret_key": SECRET_KEY,
                "stripe_webhook_secret": endpoint["secret"],
                "stripe_api_base": stripe_url,
                "stripe_requests_per_second": 1000,
                "database_url": database_url,
                "billing_admins": ADMIN,
                "audit_key": AUDIT_KEY,
                "support_email": "billing@tallyman.example",
                "support_phone": "+1 555 0100",
                **changed,
            },
        )
        runtime = stack.enter_context(opened(settings, clock=clock))
        api = SlackAPI(BOT_TOKEN, base_url=settings.slack_api_base_url)
        stack.callback(api.close)
        identified = identify(runtime.database, runtime.stripe, api, now=real_now())
        begin_audit(runtime.database, settings, now=real_now())
        people.run(runtime, api, own_team_id=identified.slack_team_id)
        desk = Desk(runtime=runtime, slack=api, deployment=identified)
        keeper = EventKeeper(runtime.database)
        stack.callback(keeper.stop)
        keeper.start()
        url = stack.enter_context(serving(build_application(desk, keeper))).url
        slack.request_url = f"{url}/slack/events"
        stripe.call(
            "POST", f"/v1/webhook_endpoints/{endpoint['id']}", {"url": f"{url}/stripe/webhook"}
        )
        stack.enter_context(connected(desk, pace=pace))
        means = Means(runtime=runtime, slack=api, deployment=identified)
        stack.enter_context(carrying_out(means))
        yield Tallyman(stripe, slack, runtime, desk, url, slack_url)
