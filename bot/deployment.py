"""The one Slack workspace and the one Stripe account, in one mode, that a database serves (G11)."""

from datetime import datetime

from sqlalchemy import select
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


def identify(
    database: Database, stripe: StripeAPI, slack: SlackAPI, *, now: datetime
) -> Deployment:
    """Learn whom this deployment serves, and see that its database serves the same.

    Without Slack or Stripe it goes on with what was recorded: the mirror still answers.
    Raises: Misconfigured for others than were recorded; Unavailable at a first start.
    """
    try:
        slack_identity = slack.identify()
        account_id, is_live = stripe.account()
    except Unavailable as failed:
        with database.reading() as session:
            recorded = find_deployment(session)
            if recorded is None:
                raise
            session.expunge(recorded)
        log.warning("identity_unchecked", why=failed.message)
        return recorded
    with database.writing() as session:
        return record_deployment(
            session,
            slack=slack_identity,
            stripe_account_id=account_id,
            is_live=is_live,
            now=now,
        )


def find_deployment(session: Session) -> Deployment | None:
    """What was recorded at the first start, or None before it."""
    return session.get(Deployment, ONLY)


def record_deployment(
    session: Session, *, slack: SlackIdentity, stripe_account_id: str, is_live: bool, now: datetime
) -> Deployment:
    """Record whom this database serves; at later starts, see that it is still them.

    Raises: Misconfigured for another workspace, another Stripe account, or the other mode.
    """
    session.execute(
        insert_into(session, Deployment)
        .values(
            id=ONLY,
            slack_team_id=slack.team_id,
            slack_enterprise_id=slack.enterprise_id,
            slack_bot_id=slack.bot_id,
            slack_bot_user_id=slack.bot_user_id,
            stripe_account_id=stripe_account_id,
            is_live=is_live,
            recorded_at=now,
        )
        .on_conflict_do_nothing()
    )
    recorded = session.scalars(select(Deployment)).one()
    if recorded.slack_team_id != slack.team_id:
        raise Misconfigured(
            f"This database serves the Slack workspace {recorded.slack_team_id}, but "
            f"SLACK_BOT_TOKEN belongs to {slack.team_id}. Use another DATABASE_URL for it."
        )
    if (recorded.stripe_account_id, recorded.is_live) != (stripe_account_id, is_live):
        raise Misconfigured(
            f"This database mirrors {_named(recorded.stripe_account_id, recorded.is_live)}, but "
            f"STRIPE_SECRET_KEY belongs to {_named(stripe_account_id, is_live)}. "
            "Use another DATABASE_URL for it."
        )
    # The bot user may change when the app is installed again; the workspace is what counts.
    recorded.slack_bot_id = slack.bot_id
    recorded.slack_bot_user_id = slack.bot_user_id
    session.flush()
    session.expunge(recorded)
    return recorded


def _named(stripe_account_id: str, is_live: bool) -> str:  # noqa: FBT001 - one word of a sentence
    return f"the Stripe account {stripe_account_id} in {'live' if is_live else 'test'} mode"
