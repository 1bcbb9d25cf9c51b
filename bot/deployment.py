"""The one Slack workspace and the one Stripe account, in one mode, that a database serves (G11)."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from typing import TypeVar

from sqlalchemy.orm import Session

from bot.database import Database, insert_into
from bot.errors import Misconfigured, Unavailable
from bot.models import Deployment
from bot.slack_api import SlackAPI, SlackIdentity
from bot.stripe_api import StripeAPI
from bot.telemetry import get_logger

log = get_logger("deployment")

# The table holds one row, and this is its id.
ONLY = 1
# How long a start waits for Slack and Stripe where it is known whom the database serves.
ANSWER_SECONDS_MAX = 3.0

Answer = TypeVar("Answer")


def identify(
    database: Database, stripe: StripeAPI, slack: SlackAPI, *, now: datetime
) -> Deployment:
    """Learn whom this deployment serves, and see that its database serves the same.

    Whichever of Slack and Stripe does not answer is believed to be the one that was recorded: the
    mirror still answers.
    Raises: Misconfigured for others than were recorded; Unavailable at a first start.
    """
    with database.reading() as session:
        seconds = None if find_deployment(session) is None else ANSWER_SECONDS_MAX
    slack_asked, stripe_asked = _ask(slack.identify), _ask(stripe.account)
    slack_answer = _wait_for(slack_asked, "Slack", seconds)
    stripe_answer = _wait_for(stripe_asked, "Stripe", seconds)
    (slack_identity, slack_failed), (stripe_account, stripe_failed) = slack_answer, stripe_answer
    failed = slack_failed or stripe_failed
    with database.writing() as session:
        if slack_identity is not None and stripe_account is not None:
            _record_first(session, slack_identity, stripe_account, now=now)
        recorded = find_deployment(session)
        if recorded is None:
            raise failed or Unavailable("The database does not keep whom it serves.")
        if slack_identity is not None:
            _check_slack(recorded, slack_identity)
        # Which mode a key is for can be read from it, even while Stripe is silent.
        account_id = stripe_account[0] if stripe_account else recorded.stripe_account_id
        _check_stripe(recorded, account_id, is_live=stripe.is_live)
        session.flush()
        session.expunge(recorded)
    if failed is not None:
        log.warning("identity_unchecked", why=failed.message)
    return recorded


def confirm_slack(session: Session, slack: SlackIdentity) -> None:
    """See that a token belongs to the workspace that was recorded.

    Raises: Misconfigured for another one.
    """
    recorded = find_deployment(session)
    if recorded is not None:
        _check_slack(recorded, slack)


def confirm_stripe(session: Session, account_id: str, *, is_live: bool) -> None:
    """See that a key belongs to the account and mode that were recorded.

    Raises: Misconfigured for others.
    """
    recorded = find_deployment(session)
    if recorded is not None:
        _check_stripe(recorded, account_id, is_live=is_live)


def find_deployment(session: Session) -> Deployment | None:
    """What was recorded at the first start, or None before it."""
    return session.get(Deployment, ONLY)


def _ask(ask: Callable[[], Answer]) -> "Future[Answer]":
    """Ask in a thread of its own, which nobody has to wait for."""
    asked: Future[Answer] = Future()

    def work() -> None:
        try:
            asked.set_result(ask())
        except BaseException as failed:  # noqa: BLE001 - raised again where the answer is wanted
            asked.set_exception(failed)

    threading.Thread(target=work, name="identify", daemon=True).start()
    return asked


def _wait_for(
    asked: "Future[Answer]", whose: str, seconds: float | None
) -> tuple[Answer | None, Unavailable | None]:
    try:
        return asked.result(seconds), None
    except Unavailable as failed:
        return None, failed
    except TimeoutError:
        return None, Unavailable(f"{whose} has not answered within {seconds:.0f} seconds.")


def _record_first(
    session: Session, slack: SlackIdentity, stripe_account: tuple[str, bool], *, now: datetime
) -> None:
    """Record whom this database serves, unless an earlier start or another process has."""
    session.execute(
        insert_into(session, Deployment)
        .values(
            id=ONLY,
            slack_team_id=slack.team_id,
            slack_enterprise_id=slack.enterprise_id,
            slack_bot_id=slack.bot_id,
            slack_bot_user_id=slack.bot_user_id,
            stripe_account_id=stripe_account[0],
            is_live=stripe_account[1],
            recorded_at=now,
        )
        .on_conflict_do_nothing()
    )


def _check_slack(recorded: Deployment, slack: SlackIdentity) -> None:
    if recorded.slack_team_id != slack.team_id:
        raise Misconfigured(
            f"This database serves the Slack workspace {recorded.slack_team_id}, but "
            f"SLACK_BOT_TOKEN belongs to {slack.team_id}. Use another DATABASE_URL for it."
        )
    # The bot user may change when the app is installed again; the workspace is what counts.
    recorded.slack_bot_id = slack.bot_id
    recorded.slack_bot_user_id = slack.bot_user_id


def _check_stripe(recorded: Deployment, account_id: str, *, is_live: bool) -> None:
    if (recorded.stripe_account_id, recorded.is_live) != (account_id, is_live):
        raise Misconfigured(
            f"This database mirrors {_named(recorded.stripe_account_id, recorded.is_live)}, but "
            f"STRIPE_SECRET_KEY belongs to {_named(account_id, is_live)}. "
            "Use another DATABASE_URL for it."
        )


def _named(stripe_account_id: str, is_live: bool) -> str:  # noqa: FBT001 - one word of a sentence
    return f"the Stripe account {stripe_account_id} in {'live' if is_live else 'test'} mode"
