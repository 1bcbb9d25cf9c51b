"""How the copy of Stripe's data is doing, in words for people who work with figures."""

from collections.abc import Iterator
from datetime import timedelta

from bot.queries.effects import DeadEnd, EffectsReport
from bot.queries.sync import FailingObject, LastVerify, OpenAlert, SyncReport
from bot.views import actions, blocks
from bot.views.blocks import Block, Element, Message
from bot.views.freshness import footing
from bot.views.text import age_text, count_text, escape, literal, moment_text, plain
from bot.views.timetable import timetable_section

DETAIL_MAX = 300
ID_MAX = 60

# What people call each kind of alert, and each kind of object at Stripe.
ALERT_NAMES = {
    "events_gap": "News from Stripe was lost",
    "sync_failing": "The copy falls behind",
    "refresh_failing": "Something can’t be read from Stripe",
    "news_failing": "What follows from a change can’t be done",
    "kind_left_out": "Something is not listed by Stripe",
    "first_fill_failing": "The copy can’t be filled",
    "foreign_events": "News of another Stripe account came in",
    "mirror_differs": "Our copy differs from Stripe",
    "audit_broken": "The audit trail was tampered with",
    "job_failing": "What the clock asks for fails",
    "effects_failing": "Calls to Slack, Stripe or the mail server fail",
    "effects_unknown": "Work of a newer version waits",
    "slack_blocks_refused": "Slack does not take a message as it is meant",
    "invoice_sum_differs": "An invoice does not add up",
    "account_zone_unknown": "A time zone is not known",
    "people_failing": "People in Slack are not kept up",
    "slack_socket_mode": "No connection to Slack by Socket Mode",
    "slack_token": "Slack’s token is at fault",
    "stripe_key": "Stripe’s key is at fault",
    "account_zone_conflict": "An account has several time zones",
}
# The same for each kind of promised call.
EFFECT_NAMES = {
    "announce": "Post a message",
    "share_answer": "Post a shared card",
    "post_digest": "Post a digest",
    "update_announcement": "Bring a message up to date",
}
DECISIONS = (("Retry", actions.RETRY_EFFECT), ("Dismiss", actions.DISMISS_EFFECT))
DECISIONS_AFTER_A_LOOK = (
    ("It was posted", actions.CONFIRM_EFFECT),
    ("Post it again", actions.REPEAT_EFFECT),
)
ACCOUNT_KINDS = ("organisation", "company", "customer")
KIND_NAMES = {
    "customer": "Customer",
    "product": "Product",
    "billing.meter": "Meter",
    "price": "Price",
    "subscription": "Subscription",
    "invoice": "Invoice",
    "invoice_payment": "Payment",
    "credit_note": "Credit note",
    "charge": "Charge",
    "refund": "Refund",
    "dispute": "Chargeback",
    "payment_method": "Payment method",
    # These are read customer by customer, and it is the customer's id that stands behind it.
    "customer_balance_transaction": "Credit balance of customer",
}


def sync_card(report: SyncReport, *, note: str = "") -> Message:
    """Freshness, what waits, what differed, and what needs a look, with what can be done about it.

    Shape: `note` says what a press has just done.
    """
    emoji, verdict = _verdict(report)
    shown = [
        blocks.header("Stripe and our copy of it"),
        blocks.rich_text(blocks.emoji(emoji), blocks.text(f" {verdict}", is_bold=True)),
        *([blocks.context(blocks.plain_text(note))] if note else []),
        _facts(report),
        *timetable_section(report.jobs),
        *_failing(report),
        *_dead_ends(report.effects),
        *_alerts(report),
        blocks.actions([blocks.button("Look again", action_id=actions.SHOW_SYNC, value="now")]),
        footing(report.freshness, report.zone),
    ]
    return Message(text=literal(f"Stripe and our copy of it: {verdict}"), blocks=tuple(shown))


def _verdict(report: SyncReport) -> tuple[str, str]:
    """The one sentence that matters, and its emoji."""
    if report.age is None:
        return "hourglass_flowing_sand", "The copy is being filled: cards may be incomplete."
    limit = age_text(report.alarm)
    if report.freshness.is_stale:
        return "red_circle", f"The figures are {age_text(report.age)} old; {limit} is the limit."
    if count := report.alerts_count + report.failing_count + report.effects.dead_ends_count:
        needs = "needs" if count == 1 else "need"
        return "large_yellow_circle", (
            f"The figures are fresh, but {count_text(count, 'thing')} {needs} a look."
        )
    return "large_green_circle", "All is well: the figures are fresh and nothing needs a look."


def _facts(report: SyncReport) -> Block:
    facts = {
        "Age of the figures": _age(report),
        "We asked Stripe for news": _ago(report.swept_age, "Never"),
        "Stripe last sent news": _ago(report.webhook_age, "Not lately"),
        "News not looked at yet": _backlog(report.unnoted.count, report.unnoted.oldest_age),
        "Waiting to be read again": _backlog(report.unread.count, report.unread.oldest_age),
        "First filling": _filling(report),
        "Compared with Stripe": _verify(report.verify),
        "Alerts": f"{count_text(report.alerts_count, 'alert')} open"
        if report.alerts_count
        else "No open ones",
    }
    if report.effects.pending_count:
        waiting = _backlog(report.effects.pending_count, report.effects.oldest_age)
        facts["Promised, not done yet"] = waiting
    return blocks.fields([blocks.mrkdwn(f"*{label}*\n{fact}") for label, fact in facts.items()])


def _age(report: SyncReport) -> str:
    limit = f"the alarm is at {age_text(report.alarm)}"
    return f"{age_text(report.age)}; {limit}" if report.age is not None else f"No figures; {limit}"


def _ago(age: timedelta | None, otherwise: str) -> str:
    return otherwise if age is None else f"{age_text(age).capitalize()} ago"


def _backlog(count: int, oldest_age: timedelta | None) -> str:
    if oldest_age is None:
        return "Nothing"
    oldest = "for" if count == 1 else "the oldest for"
    return f"{count:,}, {oldest} {age_text(oldest_age)}"


def _filling(report: SyncReport) -> str:
    filling = report.filling
    objects = count_text(filling.objects_count, "object")
    if filling.finished_at is not None:
        return f"Done {moment_text(filling.finished_at, report.zone)}, {objects}"
    return f"Under way, {objects} so far" if filling.objects_count else "Not begun"


def _verify(verify: LastVerify | None) -> str:
    if verify is None:
        return "Never"
    when = f"{age_text(verify.age).capitalize()} ago, {count_text(verify.checked_count, 'object')}"
    ways = {
        "missing here": verify.missing_count,
        "gone at Stripe": verify.extra_count,
        "different": verify.different_count,
    }
    found = ", ".join(f"{count:,} {way}" for way, count in ways.items() if count)
    if not found:
        return f"{when}: no difference"
    if not verify.is_repaired:
        return f"{when}: {found}; not put right"
    left = f", but for {verify.unrepaired_count:,}" if verify.unrepaired_count else ""
    return f"{when}: {found}; put right{left}"


def _failing(report: SyncReport) -> Iterator[Block]:
    """What could not be read, each with a button that has it tried at once."""
    if not report.failing:
        return
    yield blocks.divider()
    yield blocks.section(blocks.mrkdwn("*Could not be read from Stripe*"))
    for place, failing in enumerate(report.failing):
        yield blocks.section(
            blocks.plain_text(_failing_text(failing)), accessory=_retry_button(failing, place)
        )
    yield from _rest(report.failing_count - len(report.failing))


def _failing_text(failing: FailingObject) -> str:
    kind = KIND_NAMES.get(failing.kind, plain(failing.kind.replace("_", " "), limit=40))
    name = f"{kind} {plain(failing.object_id, limit=ID_MAX)}"
    tries = count_text(failing.attempts, "attempt")
    if failing.next_try is None:
        when = "being read now"
    else:
        when = f"next in {age_text(failing.next_try)}" if failing.next_try else "due now"
    why = f"\n{plain(failing.last_error, limit=DETAIL_MAX)}" if failing.last_error else ""
    return f"{name} · {tries}, {when}{why}"


def _retry_button(failing: FailingObject, place: int) -> Element:
    name = actions.action_id(actions.RETRY_OBJECT, place)
    return blocks.button("Retry", action_id=name, value=str(failing.id))


def _dead_ends(effects: EffectsReport) -> Iterator[Block]:
    """What was promised and could not be done, each with what a person may decide."""
    if not effects.dead_ends:
        return
    yield blocks.divider()
    yield blocks.section(blocks.mrkdwn("*Could not be done*"))
    for place, end in enumerate(effects.dead_ends):
        kind = EFFECT_NAMES.get(end.kind, plain(end.kind.replace("_", " ").capitalize(), limit=60))
        facts = f"{escape(kind)} {_whither(end)} · promised {age_text(end.age)} ago"
        why = escape(plain(end.why, limit=DETAIL_MAX))
        yield blocks.section(blocks.mrkdwn(f"{facts}\n{why}" if why else facts))
        unsure = end.room_id if end.is_doubtful else None
        if unsure is not None:
            yield blocks.context(blocks.mrkdwn(_look_text(unsure)))
        yield blocks.actions(
            [
                blocks.button(text, action_id=actions.action_id(name, place), value=str(end.id))
                for text, name in (DECISIONS if unsure is None else DECISIONS_AFTER_A_LOOK)
            ]
        )
    yield from _rest(effects.dead_ends_count - len(effects.dead_ends))


def _whither(end: DeadEnd) -> str:
    """Where a message was to go; of another call, what it was about."""
    if end.room_id is None:
        return f"· {escape(plain(end.subject, limit=ID_MAX))}"
    return f"for <@{end.room_id}>" if end.room_id[0] in "UW" else f"in <#{end.room_id}>"


def _look_text(room_id: str) -> str:
    """What somebody has to find out before they can decide: a conversation of two is not theirs."""
    if room_id[0] in "UW":
        return f"Please ask <@{room_id}> whether my message is there."
    return f"Please look in <#{room_id}> whether it is there."


def _alerts(report: SyncReport) -> Iterator[Block]:
    """What needs a look, newest first, each with a button for whoever has looked."""
    if not report.alerts:
        return
    yield blocks.divider()
    yield blocks.section(blocks.mrkdwn("*Needs a look*"))
    for place, alert in enumerate(report.alerts):
        button = blocks.button(
            "Dismiss",
            action_id=actions.action_id(actions.DISMISS_ALERT, place),
            value=str(alert.id),
        )
        text = blocks.plain_text(_alert_text(alert, report.zone))
        yield blocks.section(text, accessory=button)
    yield from _rest(report.alerts_count - len(report.alerts))


def _alert_text(alert: OpenAlert, zone: str) -> str:
    name = ALERT_NAMES.get(alert.kind, plain(alert.kind.replace("_", " ").capitalize(), limit=60))
    subject = _subject(alert.subject)
    times = "once" if alert.times == 1 else f"{alert.times:,} times"
    since = moment_text(alert.raised_at, zone)
    last = f"last {age_text(alert.last_age)} ago" if alert.times > 1 else ""
    facts = " · ".join(part for part in (subject, times, f"since {since}", last) if part)
    return f"{name}\n{plain(alert.detail, limit=DETAIL_MAX)}\n{facts}"


def _subject(subject: str) -> str:
    """What an alert is about; an account's key is written as people would: "Organisation Acme"."""
    if subject in EFFECT_NAMES:
        return EFFECT_NAMES[subject]
    kind, colon, name = subject.partition(":")
    if colon and kind in ACCOUNT_KINDS:
        return f"{kind.capitalize()} {plain(name, limit=ID_MAX)}"
    return plain(subject, limit=ID_MAX)


def _rest(count: int) -> list[Block]:
    return [blocks.context(blocks.mrkdwn(f"and {count:,} more"))] if count > 0 else []
