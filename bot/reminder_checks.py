"""What of a promised reminder may go out at the moment of sending, and why the rest may not."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.clock import monotonic_seconds, zone_of
from bot.database import Reading
from bot.effects import Effect, Means
from bot.errors import Refused
from bot.mirror.fresh import read_invoice
from bot.mirror.translate_invoice import status_of
from bot.pay_links import READ_SECONDS_MAX, LinkLine, lines_of, read_owed
from bot.queries.addressees import Way
from bot.queries.asking import find_holds
from bot.queries.contacts import CONTACT, KnownFrom, list_contacts
from bot.queries.pauses import find_pauses
from bot.queries.reminder_terms import Level, find_silence
from bot.queries.reminders import find_on_since, pause_words, silence_words
from bot.queries.terms import Language, Preference, Terms, find_terms

_BY_MAIL = frozenset({Preference.MAIL, Preference.BOTH})
PREFERENCES: Mapping[Way, frozenset[Preference]] = {
    Way.MAIL: _BY_MAIL,
    Way.STRIPE: _BY_MAIL,
    Way.SLACK: frozenset({Preference.SLACK, Preference.BOTH}),
}


@dataclass(frozen=True, slots=True)
class Judged:
    """The lines to send, as much as is left of each, with fresh links; the others with the reason.

    Shape: `urls` and `held` by the ids of the invoices; `language` is the account's by now.
    """

    lines: list[LinkLine]
    urls: dict[str, str]
    held: dict[str, str]
    language: Language


def judge_now(effect: Effect, means: Means) -> Judged:
    """Read every invoice again, and what we know of it and of the account.

    Raises: Unavailable when Stripe does not say, Misconfigured for the key.
    """
    now = means.runtime.clock.now()
    is_thanks = effect.payload["level"] == Level.THANKS
    with means.runtime.database.looking() as reading:
        terms = find_terms(reading, [effect.payload["account"]])[effect.payload["account"]]
        stop = _find_stop(reading, effect.payload, terms, now)
    judged = Judged([], {}, {}, terms.language)
    for line in lines_of(effect.payload):
        why = stop or _find_hold(means, line.invoice_id, now)
        if why is None:
            why = _read(means, line, judged, now, is_thanks=is_thanks)
        if why is not None:
            judged.held[line.invoice_id] = why
    return judged


def _read(
    means: Means, line: LinkLine, judged: Judged, now: datetime, *, is_thanks: bool
) -> str | None:
    """Take a line as Stripe has it now; else why it is left out."""
    patient_until = monotonic_seconds() + READ_SECONDS_MAX
    if is_thanks:
        fresh = read_invoice(means.runtime, line.invoice_id, patient_until=patient_until)
        if status_of(fresh.body or {}) != "paid":
            return "it is not paid any more"
        judged.lines.append(line)
        return None
    try:
        url, left = read_owed(means.runtime, line.invoice_id, patient_until=patient_until)
    except Refused as gone:
        return gone.message
    # Reading it may have brought news of a payment that a bank takes back.
    if (why := _find_hold(means, line.invoice_id, now)) is not None:
        return why
    judged.lines.append(replace(line, amount=left))
    judged.urls[line.invoice_id] = url
    return None


def _find_stop(
    reading: Reading, told: Mapping[str, Any], terms: Terms, now: datetime
) -> str | None:
    """Why nothing goes out to the account at this moment; None when it may."""
    if find_on_since(reading) is None:
        return "reminders are turned off"
    if terms.preference not in PREFERENCES[Way(told["way"])]:
        return "the customer is written to another way by now"
    if told["way"] == Way.MAIL and not _is_theirs(reading, told):
        return "somebody else is written to by now"
    local = now.astimezone(zone_of(told["zone"]))
    return silence_words(terms) or find_silence(terms, local)


def _is_theirs(reading: Reading, told: Mapping[str, Any]) -> bool:
    """Whether an address is one that the account is written to still."""
    contacts = list_contacts(reading, [told["account"]])[told["account"]]
    named = {one.about for one in contacts if one.known_from is not KnownFrom.STRIPE}
    return told["about"] in named if named else not told["about"].startswith(CONTACT)


def _find_hold(means: Means, invoice_id: str, now: datetime) -> str | None:
    with means.runtime.database.looking() as reading:
        hold = find_holds(reading, [invoice_id]).get(invoice_id)
        pause = find_pauses(reading, [invoice_id], now=now).get(invoice_id)
    return hold or pause_words(pause)
