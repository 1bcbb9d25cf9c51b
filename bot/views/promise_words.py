"""How promises and snoozes are said, wherever they are shown."""

from collections.abc import Iterable

from bot.money import money_text
from bot.queries.cards import PromiseMark
from bot.queries.pauses import NO_PAUSE, AccountPause, Pause
from bot.queries.promise_terms import NewPromise, PromiseState
from bot.views.text import count_text, day_text, short_day_text

PROMISE_EMOJI, SNOOZE_EMOJI = "handshake", "zzz"
# Beside a whole balance no more of them are said.
NOTES_MAX = 3
IF_SENT = "It goes out all the same if you send it."
STATE_EMOJI = {
    PromiseState.PENDING: "handshake",
    PromiseState.KEPT: "white_check_mark",
    PromiseState.PARTLY_KEPT: "large_yellow_circle",
    PromiseState.BROKEN: "broken_heart",
    PromiseState.CANCELLED: "heavy_multiplication_x",
}
STATE_WORDS = {
    PromiseState.PENDING: "Pending",
    PromiseState.KEPT: "Kept",
    PromiseState.PARTLY_KEPT: "Partly kept",
    PromiseState.BROKEN: "Broken",
    PromiseState.CANCELLED: "Cancelled",
}


def promise_text(promise: PromiseMark) -> str:
    """A promise in a few words: "USD 500.00 by 27 Nov 2026", or only by when."""
    amount = f"{money_text(promise.amount)} " if promise.amount else ""
    return f"{amount}by {day_text(promise.promised_on)}"


def pause_text(pause: Pause | AccountPause) -> str:
    """Why nobody is chased, to go on behind "not chased: "."""
    parts = []
    if isinstance(pause, Pause):
        promises = [pause.promise] if pause.promise else []
    else:
        promises = list(pause.promises)
    if promises:
        parts.append(f"promised {' and '.join(map(promise_text, promises))}")
    if pause.snoozed_until is not None:
        parts.append(f"snoozed until {short_day_text(pause.snoozed_until)}")
    return ", ".join(parts)


def pause_notes(pauses: Iterable[Pause], *, consequence: str = IF_SENT) -> list[str]:
    """What somebody is told who wants this money all the same; [] where nothing is paused."""
    paused = [pause for pause in pauses if pause != NO_PAUSE]
    words = list(dict.fromkeys(map(pause_text, paused)))[:NOTES_MAX]
    return [f"Not chased at present: {one}. {consequence}" for one in words]


def promised_changes(wanted: NewPromise) -> tuple[tuple[str, str, str], ...]:
    """What a promise changes, for whoever approves it."""
    return (("Chased", "now", f"not before {day_text(wanted.promised_on)} has passed"),)


def facts_of(wanted: NewPromise) -> tuple[tuple[str, str], ...]:
    """What a promise is, beside its amount and note."""
    facts = {
        "Promised by": day_text(wanted.promised_on),
        "Of": count_text(len(wanted.invoice_ids), "invoice"),
        "Said by": wanted.said_by,
        "Where": wanted.said_where,
    }
    return tuple((name, fact) for name, fact in facts.items() if fact)
