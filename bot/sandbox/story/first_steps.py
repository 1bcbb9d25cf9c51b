"""What a newcomer is told to try, by the person they are; all of it is there in the story."""

from collections.abc import Iterator

from bot.sandbox.slack import StandIn
from bot.sandbox.slack.records import Hint
from bot.sandbox.story.talk import ACME_SHARED, AVERY, DANA, JAMIE, KIM, ROBIN, SASHA, SUPPORT
from bot.sandbox.story.told import Told

NOOR = "U0NOOR"
LOOKING = (AVERY, JAMIE, ROBIN, SASHA)
LEADING = (AVERY, SASHA)
DESK = (AVERY, JAMIE, SASHA)
WITHOUT_ROLE = (KIM, NOOR, DANA)
COMPLAINT_SHORTCUT = "open_dispute"


def lay_out_first_steps(slack: StandIn, told: Told, *, complaint: str) -> None:
    """Give the page its hints; `complaint` is the time of the message to dispute from."""
    dispute = Hint(
        "Make a dispute of the complaint in #support",
        shortcut=COMPLAINT_SHORTCUT,
        channel=SUPPORT,
        ts=complaint,
        people=(AVERY, JAMIE),
    )
    slack.hints[:] = [*questions(told), dispute, *look_ups(told), *desk(), *other_eyes(told)]


def questions(told: Told) -> Iterator[Hint]:
    """Each command once: they are what somebody sees first."""
    yield Hint("One invoice, by its short number", text="/invoice 1234", people=LOOKING)
    yield Hint("Who is late", text="/invoice list status:past_due", people=LOOKING)
    yield Hint("Minutes so far this month", text=f"/usage {told.long.customer}", people=LOOKING)
    yield Hint("What Acme owes, company by company", text="/balance acme", people=LOOKING)


def look_ups(told: Told) -> Iterator[Hint]:
    """Invoices worth a look, and the whole book."""
    contested = f"/invoice {told.contested.number}"
    yield Hint("The one that Acme complains about", text=contested, people=LOOKING)
    promised = f"/invoice {told.promised.number}"
    yield Hint("The one that was promised in #billing: write it down", text=promised, people=DESK)
    yield Hint("Four accounts fit that: which one?", text="/invoice acm", people=(AVERY, ROBIN))
    unbilled = f"/invoice {told.lapsed} {told.lapsed_month}"
    yield Hint("A closed month that nobody billed", text=unbilled, people=(*LEADING, ROBIN))
    taken_back = f"/invoice {told.charged_back.number}"
    yield Hint("A payment that the bank took back", text=taken_back, people=LEADING)
    yield Hint("The whole book", text="/balance", people=LEADING)
    mornings = "Who hears of it each morning: move Stripe’s clock a day, and look into #billing"
    yield Hint(mornings, text="/billing digest", people=(AVERY,))


def desk() -> Iterator[Hint]:
    """What the desk says of itself."""
    yield Hint("What you may do here", text="/billing", people=LOOKING)
    yield Hint("Who may do what", text="/billing roles", people=(AVERY,))
    yield Hint("How Acme is written to", text="/billing account acme", people=(AVERY, JAMIE))
    words = "What customers would be reminded of; turned on, see the Mailbox each morning"
    yield Hint(words, text="/billing reminders", people=(AVERY, JAMIE))
    yield Hint("How fresh everything is", text="/billing sync", people=(AVERY,))


def other_eyes(told: Told) -> Iterator[Hint]:
    """The same through the eyes of people who may see less."""
    yield Hint("Without a role there is nothing to see", text="/invoice 1234", people=(KIM, NOOR))
    outside = f"/invoice {told.contested.number}"
    yield Hint("Slack lets no other organisation ask", text=outside, people=(DANA,))
    shared = f"/invoice {told.contested.number} share"
    why = "Where a customer reads along, nothing is shared"
    yield Hint(why, text=shared, channel=ACME_SHARED, people=(ROBIN,))
    yield Hint("Be an engineer, who has no role here", person=KIM, people=(AVERY,))
    yield Hint("Be a customer in a shared channel", person=DANA, people=(AVERY,))
    back = (*WITHOUT_ROLE, JAMIE, ROBIN, SASHA)
    yield Hint("Be the head of billing again", person=AVERY, people=back)
