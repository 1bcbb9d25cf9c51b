"""The dialog that sets a channel's digest up: opened new, or with what it is now, to be changed."""

from bot.access import find_actor, require
from bot.clock import find_zone, real_now
from bot.errors import NotFound, Refused
from bot.operations import set_digest
from bot.operations.set_digest import NewDigest
from bot.queries.accounts import find_account
from bot.queries.currencies import list_currencies
from bot.queries.digest_owing import DigestFilter
from bot.queries.digests import DigestSetup, find_digest_of_channel, get_digest_setup
from bot.slack_directory import find_slack_channel
from bot.slack_objects import SlackChannel, is_channel_id
from bot.views import digest_setup
from bot.views.action_values import parse_account, parse_digest
from bot.views.blocks import Message
from bot.views.digest_setup import Prefilled, digest_form
from handlers.slack.context import Ask
from handlers.slack.digests import RIGHT, show_digest
from handlers.slack.invalid_fields import InvalidFields
from handlers.slack.requests import Submission

SAVED = "Saved."


def ask_to_set_digest(ask: Ask, value: str) -> Message:
    """The dialog for a new digest, or for one that there is.

    A new one is for the channel where the person is, unless that has one.

    Raises: NotAllowed for others than admins; NotFound when it was stopped.
    """
    require(ask.actor, RIGHT)
    with ask.desk.runtime.database.looking() as session:
        currencies = list_currencies(session)
        if value != digest_setup.NEW:
            setup = get_digest_setup(session, parse_digest(value))
            return digest_form(
                _prefilled(setup), channel_name=setup.channel_name, currencies=currencies
            )
        channel_id = ask.request.caller.channel_id or ""
        is_free = find_digest_of_channel(session, channel_id) is None
    filled = Prefilled(
        digest_id=None,
        channel_id=channel_id if channel_id.startswith("C") and is_free else None,
        time_zone=ask.sight.zone,
    )
    return digest_form(filled, currencies=currencies)


def submitted_set_digest(ask: Ask, submission: Submission) -> Message:
    """Set it up, or change it.

    Raises: InvalidFields, also for a new one where there is one already; NotAllowed; NotFound when
        it was stopped meanwhile.
    """
    require(ask.actor, RIGHT)
    channel = _channel(ask, submission)
    new = NewDigest(
        wanted=DigestFilter(
            account_id=_account_id(ask, submission),
            owner_id=_owner_id(ask, submission),
            currency=submission.text(digest_setup.CURRENCY) or None,
            minimum=_minimum(submission),
        ),
        hour=_hour(submission),
        time_zone=_zone(submission),
        weekdays=_weekdays(submission),
        is_quiet=submission.text(digest_setup.NOTHING) == digest_setup.STAY_SILENT,
    )
    if submission.subject == digest_setup.NEW:
        _require_free(ask, channel, new)
    runtime = ask.desk.runtime
    with runtime.database.writing() as session:
        digest_id = set_digest.request(
            session,
            ask.actor,
            runtime.settings,
            new,
            channel=channel,
            business_at=ask.sight.now,
            now=real_now(),
        )
    return show_digest(ask, digest_id, said=SAVED, is_member=channel.is_member)


def _prefilled(setup: DigestSetup) -> Prefilled:
    return Prefilled(
        digest_id=setup.id,
        channel_id=setup.channel_id,
        account=setup.scope.account,
        owner_id=setup.wanted.owner_id,
        currency=setup.wanted.currency,
        minimum=setup.wanted.minimum,
        hour=setup.hour,
        time_zone=setup.time_zone,
        weekdays=setup.weekdays,
        is_quiet=setup.is_quiet,
    )


def _channel(ask: Ask, submission: Submission) -> SlackChannel:
    """The channel as Slack tells of it at this moment."""
    if submission.subject == digest_setup.NEW:
        channel_id = submission.text(digest_setup.CHANNEL)
        if not is_channel_id(channel_id):
            raise InvalidFields({digest_setup.CHANNEL: "Choose a channel."})
    else:
        with ask.desk.runtime.database.looking() as session:
            setup = get_digest_setup(session, parse_digest(submission.subject))
        channel_id = setup.channel_id
    try:
        return set_digest.require_channel(find_slack_channel(ask.desk.slack, channel_id))
    except (NotFound, Refused) as obstacle:
        if submission.subject != digest_setup.NEW:
            raise
        raise InvalidFields({digest_setup.CHANNEL: obstacle.message}) from None


def _require_free(ask: Ask, channel: SlackChannel, new: NewDigest) -> None:
    """A new digest does not take the place of another; the same one once more is no other."""
    with ask.desk.runtime.database.looking() as session:
        setup = find_digest_of_channel(session, channel.id)
    if setup is None:
        return
    here = NewDigest(setup.wanted, setup.hour, setup.time_zone, setup.weekdays, setup.is_quiet)
    if here != new:
        said = f"#{channel.name} has a digest. Close this, and choose Show beside it to change it."
        raise InvalidFields({digest_setup.CHANNEL: said})


def _account_id(ask: Ask, submission: Submission) -> int | None:
    text = submission.text(digest_setup.ACCOUNT)
    if not text:
        return None
    account_id = parse_account(text)
    with ask.desk.runtime.database.looking() as session:
        if find_account(session, account_id, sight=ask.sight) is None:
            raise InvalidFields({digest_setup.ACCOUNT: "There is no such account any more."})
    return account_id


def _owner_id(ask: Ask, submission: Submission) -> str | None:
    """Somebody who may look at accounts, as nobody else can look after any."""
    owner_id = submission.text(digest_setup.OWNER)
    if not owner_id:
        return None
    desk = ask.desk
    with desk.runtime.database.looking() as session:
        owner = find_actor(
            session,
            desk.runtime.settings,
            user_id=owner_id,
            team_id=desk.deployment.slack_team_id,
        )
    if owner is None or not owner.rights:
        said = "They have no role here, so they look after no account. Choose somebody else."
        raise InvalidFields({digest_setup.OWNER: said})
    return owner_id


def _minimum(submission: Submission) -> int | None:
    text = submission.text(digest_setup.MINIMUM).replace(",", "").replace(" ", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit()):
        said = "Write a whole number without a currency, such as 500."
        raise InvalidFields({digest_setup.MINIMUM: said})
    return int(text) or None


def _hour(submission: Submission) -> int:
    text = submission.text(digest_setup.HOUR)
    if not text.isdigit() or int(text) not in range(24):
        raise InvalidFields({digest_setup.HOUR: "Choose an hour."})
    return int(text)


def _zone(submission: Submission) -> str:
    name = submission.text(digest_setup.ZONE)
    if find_zone(name) is None:
        said = "Choose a time zone, such as Europe/Berlin."
        raise InvalidFields({digest_setup.ZONE: said})
    return name


def _weekdays(submission: Submission) -> frozenset[int]:
    ticked = submission.ticked.get(digest_setup.DAYS, ())
    days = frozenset(int(day) for day in ticked if day in set("1234567"))
    if not days:
        raise InvalidFields({digest_setup.DAYS: "Choose at least one day."})
    return days
