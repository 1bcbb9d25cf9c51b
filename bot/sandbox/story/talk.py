"""What people say in the channels about what has happened: a complaint, a promise, a chargeback."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.sandbox.slack import StandIn
from bot.sandbox.slack.records import Message
from bot.sandbox.story.told import Subject, Told
from bot.sandbox.stripe.pricing import shown

AVERY, JAMIE, ROBIN = "U0AVERY", "U0JAMIE", "U0ROBIN"
SASHA, KIM, DANA = "U0SASHA", "U0KIM", "U0DANA"
GENERAL, BILLING, SUPPORT = "C0GENERAL", "C0BILLING", "C0SUPPORT"
FINANCE, ACME_SHARED = "G0FINANCE", "C0ACMESHARED"
AVERY_AND_JAMIE, MONTH_END = "D0AVERYJAMIE", "G0MONTHEND"
# What was said before has been read by everybody.
READ_MINUTES = 120
PROMISED_DAYS = 4


@dataclass(frozen=True, slots=True)
class Line:
    """Somebody says something, so many minutes before now; `answers` stand in its thread."""

    channel: str
    who: str
    minutes_ago: int
    text: str
    answers: tuple[tuple[str, int, str], ...] = ()


def talk(slack: StandIn, told: Told, *, now: datetime) -> str:
    """Let it all be said; the time of the message with the complaint comes back."""
    said = sorted(list_lines(told, now), key=lambda line: -line.minutes_ago)
    complaint = ""
    for line in said:
        ts = _say(slack, line.channel, line.who, line.text, at=_before(now, line.minutes_ago))
        for who, minutes_ago, text in line.answers:
            at = _before(now, minutes_ago)
            _say(slack, line.channel, who, text, at=at, thread_ts=ts)
        if line.channel == SUPPORT and told.contested.number in line.text:
            complaint = ts
    read_until = f"{_before(now, READ_MINUTES).timestamp():.6f}"
    for person in slack.workspace.people:
        for channel in slack.workspace.channels:
            slack.workspace.mark_read(person, channel, until=read_until)
    return complaint


def list_lines(told: Told, now: datetime) -> Iterator[Line]:
    """Everything that is said, in no order."""
    yield complain(told)
    yield from talk_at_the_desk(told, now)
    yield from talk_elsewhere(told)


def complain(told: Told) -> Line:
    """A customer's complaint that names an invoice, and why it is right."""
    contested = told.contested
    return Line(
        SUPPORT,
        ROBIN,
        52,
        f"Acme West is on the phone about {contested.number} ({_owed(contested)}): it bills "
        f"{told.contested_minutes:,} outbound minutes that they say they never made.",
        (
            (ROBIN, 49, "Their own switch counts fewer. They hold the payment until we explain."),
            (KIM, 32, "A batch of ours timed out on the last of the month and was sent again."),
            (KIM, 31, "We took the second one back, but after the invoice had gone out."),
            (JAMIE, 24, f"Then the line is too high. I won't chase {contested.number} for now."),
        ),
    )


def talk_at_the_desk(told: Told, now: datetime) -> Iterator[Line]:
    """What billing and support say to each other: a promise, a short payment, a missing bill."""
    promised, pays_on = told.promised, now + timedelta(days=PROMISED_DAYS)
    yield Line(
        BILLING,
        JAMIE,
        1_540,
        f"{promised.customer} promised to pay {promised.number} ({_owed(promised)}) by "
        f"{pays_on:%A}, {pays_on.day} {pays_on:%B}. I talked to Ms Brandt in accounting.",
        ((SASHA, 1_525, "Good. Is that written down anywhere but here?"),),
    )
    short = told.paid_short
    words = f"{short.customer} sent only a part of {short.number}; {_owed(short)} are left"
    yield Line(BILLING, SASHA, 230, f"{words} and nobody said why.")
    words = f"{told.long.number} for {told.long.customer} is out: one line for each number"
    yield Line(BILLING, AVERY, 75, f"{words} that was ported, as they had asked.")
    words = f"{told.lapsed} ask why they never got a bill for {told.lapsed_month}."
    yield Line(SUPPORT, ROBIN, 190, f"{words} They do use us.")


def talk_elsewhere(told: Told) -> Iterator[Line]:
    """What is said in private, with the customer listening, and to everybody."""
    back = told.charged_back
    words = f"The bank of {back.customer} has taken back what they paid on {back.number}."
    yield Line(FINANCE, AVERY, 95, f"{words} There are nine days to answer.")
    words = "Delta Towing's oldest one is written off. I don't expect the others to come in either."
    yield Line(FINANCE, SASHA, 2_900, words)
    yield Line(
        ACME_SHARED,
        DANA,
        61,
        f"Hello everybody! Who can tell me more about {told.contested.number}?",
        ((ROBIN, 55, "We are looking into it, Dana. I'll write to you alone, not in here."),),
    )
    words = "Invoices now answer for themselves: type /invoice and a number, or a customer's name."
    yield Line(GENERAL, AVERY, 4_300, words)
    words = "Mind the two Zeniths: the newer one is spelled with a Greek letter."
    yield Line(AVERY_AND_JAMIE, JAMIE, 3_100, words)
    words = f"{told.credited.number} has a credit note for two days of outage. Please mind it."
    yield Line(MONTH_END, SASHA, 5_800, words)


def _owed(subject: Subject) -> str:
    return shown(subject.owed, subject.currency)


def _before(now: datetime, minutes: int) -> datetime:
    return now - timedelta(minutes=minutes)


def _say(
    slack: StandIn, channel: str, who: str, text: str, *, at: datetime, thread_ts: str | None = None
) -> str:
    ts = f"{at.timestamp():.6f}"
    slack.workspace.post(Message(ts=ts, channel=channel, user=who, text=text, thread_ts=thread_ts))
    return ts
