"""Remind a customer by the clock, once per step and invoice, of what is still to be paid by then.

Everything is judged again at the moment of sending: what Stripe has, what holds or pauses an
invoice, what the account wants, and the hour. What is held then may be sent another day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from bot import announcements, customer_channels, effects, mailing, reminder_rows, stripe_mail
from bot.audit.deeds import Deed, Private, Stage, Subject
from bot.audit.record import record
from bot.deployment import find_deployment
from bot.errors import Refused, ToldToWait, Unavailable
from bot.mail_api import Mail
from bot.operations import announce
from bot.pay_links import (
    UNSEEN_SECONDS,
    LinkLine,
    find_post,
    lane_of,
    lines_as_json,
    lines_of,
    recipient_of,
    sender_name,
    told_of,
    with_urls,
)
from bot.queries.addressees import Addressee, Way
from bot.queries.reminder_terms import GRAVITY, Level
from bot.queries.reminders import Planned
from bot.queries.responsible import list_responsible
from bot.reminder_checks import Judged, judge_now
from bot.settings import Settings
from bot.slack_posting import Place, post_message
from bot.views.payment_links import State, link_outcome
from bot.views.reminder_mail import reminder_mail, reminder_post
from bot.views.text import account_name, count_text, invoice_name

KIND = "send_reminder"


@dataclass(frozen=True, slots=True)
class Day:
    """The day of an account on which something is sent, and that moment by both clocks."""

    on: date
    business_at: datetime
    now: datetime


def request(session: Session, settings: Settings, planned: Planned, day: Day) -> int:
    """Promise one message to each whom it goes to; how many, 0 where somebody was quicker."""
    level = max((one.level for one in planned.invoices), key=GRAVITY.index)
    taken = reminder_rows.take(session, planned, level, day.on, now=day.now)
    if taken is None:
        return 0
    lines = {
        one.row.id: LinkLine(
            invoice_id=one.row.id,
            name=invoice_name(one.row),
            amount=one.row.remaining,
            due_on=one.due_on,
            days_late=one.row.days_late,
        )
        for one in planned.invoices
        if one.row.id in taken.invoice_ids
    }
    count = 0
    for place, target in enumerate(planned.targets):
        some = [lines[each] for each in target.invoice_ids if each in lines]
        if some:
            _promise(session, planned, target.addressee, some, taken.id, place, level, day)
            count += 1
    record(session, settings, _deed(planned, taken.id, level, [*lines]), now=day.now)
    return count


def _promise(  # noqa: PLR0913, PLR0917 - each is a part of the promise
    session: Session,
    planned: Planned,
    addressee: Addressee,
    lines: list[LinkLine],
    reminder_id: int,
    place: int,
    level: Level,
    day: Day,
) -> None:
    what = f"{count_text(len(lines), 'invoice')} of {account_name(planned.account)}"
    effects.promise(
        session,
        kind=KIND,
        subject=reminder_rows.subject_of(reminder_id),
        key=f"{KIND}:{reminder_id}:{place}",
        now=day.now,
        lane=lane_of(addressee),
        payload={
            "what": what,
            "account": planned.account.id,
            "zone": planned.account.time_zone,
            "level": level.value,
            "levels": {one.row.id: one.level.value for one in planned.invoices},
            "reminder": reminder_id,
            "about": addressee.about,
            **told_of(addressee, planned.terms.language),
            "lines": lines_as_json(lines),
            "asked_at": day.business_at.isoformat(),
        },
    )


def perform(effect: effects.Effect, means: effects.Means) -> effects.Outcome:
    """Send what may still be sent; what is held goes back to another day."""
    if effect.may_have_happened and (done := _find_sent(effect, means)) is not None:
        return done
    judged = judge_now(effect, means)
    if not judged.lines:
        return effects.Done({"sent": [], "held": judged.held})
    try:
        return _send(effect, means, judged)
    except Refused as refused:
        return effects.Refused(refused.message, needs_look=False)


def settle(
    session: Session,
    effect: effects.Effect,
    outcome: effects.Outcome,
    *,
    means: effects.Means,
    now: datetime,
) -> None:
    """Record what came of it; who looks after the account hears of what did not go out."""
    told, settings = effect.payload, means.runtime.settings
    reminder_id = told["reminder"]
    ids = [line.invoice_id for line in lines_of(told)]
    details: dict[str, Any] = {"way": told["way"], "level": told["level"], "invoices": ids}
    if told["about"]:
        details["recipient"] = Private(told["recipient"], about=told["about"])
    if isinstance(outcome, effects.Done):
        sent = outcome.answer["sent"]
        reminder_rows.settle(session, reminder_id, sent, state="sent", now=now)
        reminder_rows.release(session, effect, [one for one in ids if one not in sent])
        level = outcome.answer.get("level", told["level"])
        details |= {"sent": sent, "held": outcome.answer["held"], "level": level}
    else:
        reminder_rows.settle(session, reminder_id, ids, state="failed", now=now)
        details["why"] = outcome.why
        _tell(session, effect, outcome, settings, now=now)
    is_done = isinstance(outcome, effects.Done)
    deed = Deed(
        KIND,
        Stage.SETTLED if is_done else Stage.FAILED,
        None,
        Subject("account", str(told["account"])),
        account_id=told["account"],
        details=details,
    )
    record(session, settings, deed, now=now)


def _send(effect: effects.Effect, means: effects.Means, judged: Judged) -> effects.Outcome:
    told, runtime, language = effect.payload, means.runtime, judged.language
    ids = [line.invoice_id for line in judged.lines]
    level = _level_of(told, ids)
    done = effects.Done({"sent": ids, "held": judged.held, "level": level.value})
    shown = with_urls(judged.lines, judged.urls)
    if told["way"] == Way.STRIPE:
        stripe_mail.send(effect, means, ids[0])
        return done
    if told["way"] == Way.SLACK:
        place = customer_channels.place_now(means, told["account"], told["channel"])
        content = announcements.content_of(reminder_post(level, shown, language=language))
        try:
            made = post_message(means.slack, place, content, key=effect.key)
        except ToldToWait:
            raise
        except Unavailable as doubt:
            return effects.Unknown(doubt.message, again_seconds=UNSEEN_SECONDS)
        return replace(done, refused_blocks=made.refused)
    written = reminder_mail(level, shown, sender=sender_name(runtime), language=language)
    mail = Mail(effect.key, told["recipient"], written.subject, written.text, written.html)
    outcome = mailing.hand_over(effect, means, mail)
    return done if isinstance(outcome, effects.Done) else outcome


def _level_of(told: Mapping[str, Any], invoice_ids: Sequence[str]) -> Level:
    """The gravest tone of what is left to be written about."""
    levels = told.get("levels", {})
    found = (Level(levels.get(each, told["level"])) for each in invoice_ids)
    return max(found, key=GRAVITY.index)


def _find_sent(effect: effects.Effect, means: effects.Means) -> effects.Outcome | None:
    """What an earlier attempt has done, as far as anybody can tell; None for nothing."""
    told = effect.payload
    ids = [line.invoice_id for line in lines_of(told)]
    done = effects.Done({"sent": ids, "held": {}})
    match told["way"]:
        case Way.MAIL:
            if mailing.is_in_doubt(effect, means.runtime):
                return effects.Unknown(mailing.IN_DOUBT, is_final=True)
            return None
        case Way.SLACK:
            return done if find_post(effect, means, told["channel"]) is not None else None
    asked_at = datetime.fromisoformat(told["asked_at"])
    return done if stripe_mail.was_sent(means, ids[0], asked_at=asked_at) else None


def _tell(
    session: Session,
    effect: effects.Effect,
    outcome: effects.Refused | effects.Unknown,
    settings: Settings,
    *,
    now: datetime,
) -> None:
    told = effect.payload
    state = State.REFUSED
    if isinstance(outcome, effects.Unknown):
        state = State.IN_DOUBT if outcome.is_final else State.FAILED
    message = link_outcome(
        told["what"], state, recipient=told["recipient"], why=outcome.why, effect_id=effect.id
    )
    deployment = find_deployment(session)
    people = (
        list_responsible(session, settings, [told["account"]], team_id=deployment.slack_team_id)
        if deployment
        else []
    )
    for person_id in dict.fromkeys(one.person_id for one in people):
        key = f"{effect.key}:{effect.attempts}:{person_id}"
        announce.request(session, Place(person_id), message, key=key, now=now)


def _deed(planned: Planned, reminder_id: int, level: Level, ids: list[str]) -> Deed:
    sums: dict[str, int] = {}
    for one in planned.invoices:
        if one.row.id in ids:
            owed = one.row.remaining
            sums[owed.currency] = sums.get(owed.currency, 0) + owed.minor
    return Deed(
        KIND,
        Stage.REQUESTED,
        None,
        Subject("account", str(planned.account.id)),
        account_id=planned.account.id,
        details={
            "reminder": reminder_id,
            "level": level.value,
            "invoices": ids,
            "minor": sums,
            "to": [recipient_of(target.addressee) for target in planned.targets],
        },
    )
