"""Changing how an account is dealt with: what is filled in is read, seen once more, and kept."""

import json
import re
from collections.abc import Mapping
from typing import Any

from bot.access import Permission, find_actor, permissions_for
from bot.clock import real_now
from bot.customer_channels import require_suitable
from bot.errors import BadRequest, NotFound, Refused
from bot.operations import change_terms
from bot.operations.change_terms import COLUMNS, own_terms
from bot.queries.account_cards import AccountCard, get_account_card
from bot.queries.terms import Language, Preference, find_terms, parse_cadence
from bot.slack_directory import find_slack_channel
from bot.slack_objects import SlackChannel
from bot.views import account_forms as forms
from bot.views import actions
from bot.views.blocks import Message
from bot.views.forms import Form
from handlers.slack.account_terms import card_of, changeable_card
from handlers.slack.context import Ask
from handlers.slack.invalid_fields import InvalidFields
from handlers.slack.people import meet_person
from handlers.slack.requests import Submission

HOURS = 24
# Reminders of one invoice, and how far from its due day.
STEPS_MAX, BEFORE_DAYS_MAX, AFTER_DAYS_MAX = 8, 30, 180
_QUIET = re.compile(r"([0-9]{1,2})(?::00)?\s*[-–]\s*([0-9]{1,2})(?::00)?", re.ASCII)
_STEP = re.compile(r"[-−+]?[0-9]{1,3}", re.ASCII)
_LABELS = {
    "owner_id": "Looked after by",
    "preference": "Hears from us",
    "channel_id": "Its own channel",
    "language": "Language",
    "quiet": "Quiet hours",
    "weekdays": "Days",
    "cadence": "Reminders",
    "is_opted_out": "The customer wants no reminders",
    "is_thanked": "Thanks for a payment",
}
_YES_NO = {forms.YES: True, forms.NO: False}


def ask_for_terms(ask: Ask, value: str) -> Message:
    """The dialog in which the terms are set; raises as changeable_card does."""
    return forms.terms_form(changeable_card(ask, value))


def submitted_terms(ask: Ask, submission: Submission) -> Message:
    """What changes, to be confirmed; the card where nothing does.

    Raises: InvalidFields; as changeable_card does.
    """
    card = changeable_card(ask, submission.subject)
    wanted = _read_terms(submission)
    _check_owner(ask, card, wanted["owner_id"])
    channel = _check_channel(ask, card, wanted)
    return _preview(ask, card, wanted, channel)


def confirmed_terms(ask: Ask, submission: Submission) -> Message:
    """Set them; then the card.

    Raises: Refused for a channel that is not suitable; as changeable_card does.
    """
    value, seen, wanted = _carried(submission.subject)
    card = changeable_card(ask, value)
    _check_owner(ask, card, wanted["owner_id"])
    channel_id = wanted["channel_id"]
    runtime = ask.desk.runtime
    # Asked at this very moment: who reads along there is Slack's to say.
    channel = find_slack_channel(ask.desk.slack, channel_id) if channel_id else None
    with runtime.database.writing() as session:
        is_changed = change_terms.request(
            session,
            ask.actor,
            runtime.settings,
            change_terms.Change(card.account.id, seen, wanted, channel),
            now=real_now(),
        )
        after = get_account_card(session, card.account.id, sight=ask.sight)
    said = "The terms are changed." if is_changed else "The terms are so already."
    return card_of(ask, after, said)


def _read_terms(submission: Submission) -> dict[str, Any]:
    """What was filled in, as the columns have it; None where it is to be inherited."""
    quiet = _read_quiet(submission.text(forms.QUIET))
    return {
        "owner_id": submission.text(forms.OWNER) or None,
        "preference": _read_choice(submission, forms.PREFERENCE, {*Preference}),
        "channel_id": submission.text(forms.CHANNEL) or None,
        "language": _read_choice(submission, forms.LANGUAGE, {*Language}),
        "quiet_from_hour": quiet and quiet[0],
        "quiet_until_hour": quiet and quiet[1],
        "weekdays": _read_days(submission),
        "cadence": _read_cadence(submission.text(forms.CADENCE)),
        "is_opted_out": _YES_NO.get(submission.text(forms.OPTED_OUT)),
        "is_thanked": _YES_NO.get(submission.text(forms.THANKS)),
    }


def _read_choice(submission: Submission, name: str, known: set[Any]) -> str | None:
    chosen = submission.text(name)
    return chosen if chosen in known else None


def _read_days(submission: Submission) -> str | None:
    ticked = submission.ticked.get(forms.DAYS, ())
    return "".join(sorted({*ticked} & set("1234567"))) or None


def _read_quiet(text: str) -> tuple[int, int] | None:
    if not text:
        return None
    matched = _QUIET.fullmatch(text)
    hours = (int(matched[1]), int(matched[2])) if matched else (HOURS, HOURS)
    if max(hours) >= HOURS:
        said = "Write two full hours of the day, such as 18-8; 0-0 for none."
        raise InvalidFields({forms.QUIET: said})
    return hours


def _read_cadence(text: str) -> str | None:
    if not text:
        return None
    words = [word for word in re.split(r"[,;\s]+", text) if word]
    example = "Write days from the due day with commas, such as -3, 1, 7, 14, 30."
    if not all(_STEP.fullmatch(word) for word in words):
        raise InvalidFields({forms.CADENCE: example})
    days = sorted({int(word.replace("−", "-")) for word in words})
    if len(days) > STEPS_MAX or days[0] < -BEFORE_DAYS_MAX or days[-1] > AFTER_DAYS_MAX:
        said = (
            f"Write at most {STEPS_MAX} days, from {BEFORE_DAYS_MAX} before the due day (as "
            f"-{BEFORE_DAYS_MAX}) to {AFTER_DAYS_MAX} after it."
        )
        raise InvalidFields({forms.CADENCE: said})
    return ",".join(map(str, days))


def _check_owner(ask: Ask, card: AccountCard, owner_id: str | None) -> None:
    """See that whoever looks after an account may look at it.

    Raises: InvalidFields.
    """
    if owner_id is None:
        return
    desk = ask.desk
    team_id = desk.deployment.slack_team_id
    meet_person(desk.runtime, desk.slack, owner_id, own_team_id=team_id)
    with desk.runtime.database.looking() as reading:
        actor = find_actor(reading, desk.runtime.settings, user_id=owner_id, team_id=team_id)
    rights = permissions_for(actor, card.account.id) if actor else frozenset()
    if Permission.SEND_LINKS not in rights:
        said = "They have no role that covers chasing this account: give them one first."
        raise InvalidFields({forms.OWNER: said})


def _check_channel(ask: Ask, card: AccountCard, wanted: Mapping[str, Any]) -> SlackChannel | None:
    """The wanted channel as Slack tells of it now.

    Raises: InvalidFields for one that can't be this customer's.
    """
    needs_one = wanted["preference"] in {Preference.SLACK, Preference.BOTH}
    channel_id = wanted["channel_id"]
    if channel_id is None:
        inherited = card.terms.channel is not None and card.account.path[1:]
        if needs_one and not inherited:
            raise InvalidFields({forms.CHANNEL: "Choose the customer’s channel, or another way."})
        return None
    channel = find_slack_channel(ask.desk.slack, channel_id)
    try:
        with ask.desk.runtime.database.looking() as reading:
            return require_suitable(reading, ask.desk.runtime.settings, channel)
    except (Refused, NotFound) as unfit:
        raise InvalidFields({forms.CHANNEL: unfit.message}) from None


def _preview(
    ask: Ask, card: AccountCard, wanted: dict[str, Any], channel: SlackChannel | None
) -> Message:
    with ask.desk.runtime.database.reading() as session:
        seen = own_terms(session, card.account.id)
        usual = find_terms(session, [card.account.id])[card.account.id]
    names = {seen["channel_id"]: f"#{usual.channel.name}" if usual.channel else None}
    if channel is not None:
        names[channel.id] = f"#{channel.name}"
    changes = [
        (label, _words(card, name, seen, names), _words(card, name, wanted, names))
        for name, label in _LABELS.items()
        if _part(seen, name) != _part(wanted, name)
    ]
    if not changes:
        return card_of(ask, card, "Nothing has changed.")
    carried = [card.account.id, *([each[name] for name in COLUMNS] for each in (seen, wanted))]
    subject = json.dumps(carried, separators=(",", ":"))
    form = Form(actions.CONFIRM_TERMS, "Change", subject=subject)
    note = "It holds from the moment that you change it."
    if channel is not None and seen["channel_id"] != channel.id:
        # Our own is one of them.
        others = len(channel.team_ids) - 1
        whose = f"people of {others} organisations" if others > 1 else "people of the customer"
        note = f"In #{channel.name} {whose} read along: they will see this account’s figures."
    return forms.terms_preview(card, changes, note=note, form=form)


def _part(values: Mapping[str, Any], name: str) -> Any:
    if name == "quiet":
        return values["quiet_from_hour"], values["quiet_until_hour"]
    return values[name]


def _words(
    card: AccountCard, name: str, values: Mapping[str, Any], channels: Mapping[Any, str | None]
) -> str:
    value = _part(values, name)
    match name, value:
        case "quiet", (int(from_hour), int(until_hour)):
            return f"{from_hour:02}:00 to {until_hour:02}:00"
        case "channel_id", str():
            return channels.get(value) or value
        case "is_thanked", bool():
            return "Sent" if value else "Not sent"
        case _, bool():
            return "Yes" if value else "No"
        case _, str():
            return forms.term_words(card, name, value)
    return forms.term_words(card, name, None)


def _carried(subject: str) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """What the second look was at; it comes back from outside.

    Raises: BadRequest when it is of another form.
    """
    try:
        account_id, seen, wanted = json.loads(subject)
        value = actions.account_text(int(account_id))
        before, after = (dict(zip(COLUMNS, each, strict=True)) for each in (seen, wanted))
        parse_cadence(after["cadence"] or "")
    except (ValueError, TypeError):
        raise BadRequest("This dialog is not understood any more. Open it anew.") from None
    return value, before, after
