"""An account's card and its dialogs, in every state worth looking at."""

from dataclasses import replace
from types import MappingProxyType

from bot.access import PERMISSIONS, Role
from bot.money import Money
from bot.queries.account_cards import AccountCard
from bot.queries.addressees import Addressee, Way
from bot.queries.cards import Status
from bot.queries.contacts import ContactLine, KnownFrom
from bot.queries.reminder_terms import Level
from bot.queries.reminder_ways import Target
from bot.queries.reminders import DueInvoice, Held, Plan, planned_of
from bot.queries.terms import (
    TERMS,
    AccountChannel,
    Language,
    Preference,
    QuietHours,
    Source,
    Terms,
)
from bot.views.account import contact_untold, terms_card
from bot.views.account_forms import (
    contacts_form,
    contacts_preview,
    terms_form,
    terms_preview,
)
from bot.views.blocks import Message
from bot.views.forms import Form
from bot.views.mail import PaymentLine
from bot.views.notices import Contact
from bot.views.payment_post import payment_post
from bot.views.reminder_mail import reminder_post
from bot.views.reminders import reminders_card
from tests.bot.views.cards import ACME, NASTY, NASTY_ACCOUNT, NOW, make_row

VIEWER, ADMIN = (PERMISSIONS[role] for role in (Role.VIEWER, Role.ADMIN))
DESK = Contact(email="billing@meridian.example", phone=None)
USUAL = Terms(
    account_id=12,
    owner_id=None,
    owner_name=None,
    preference=Preference.MAIL,
    channel=None,
    language=Language.ENGLISH,
    quiet_hours=QuietHours(18, 8),
    weekdays=frozenset({1, 2, 3, 4, 5}),
    cadence=(-3, 1, 7, 14, 30),
    is_opted_out=False,
    is_thanked=False,
    sources=MappingProxyType(dict.fromkeys(TERMS, Source.DEFAULT)),
    changed_by=None,
    changed_at=None,
)
SET = replace(
    USUAL,
    owner_id="U0JAMIE",
    owner_name="Jamie Okafor",
    preference=Preference.BOTH,
    channel=AccountChannel("C0ACMESHARED", "acme-shared", is_theirs=True, team_ids=("T1", "T2")),
    language=Language.GERMAN,
    weekdays=frozenset({2, 4}),
    cadence=(0, 10),
    is_thanked=True,
    sources=MappingProxyType(dict.fromkeys(TERMS, Source.OWN) | {"language": Source.ORGANISATION}),
    changed_by="U0AVERY",
    changed_at=NOW,
)
ADA = ContactLine(7, "Ada Lovelace", "ada@acme.example", KnownFrom.OWN)
AT_STRIPE = ContactLine(None, "Acme", "pay@acme.example", KnownFrom.STRIPE, "cus_1")


def make_terms_card(terms: Terms = USUAL, *contacts: ContactLine) -> AccountCard:
    """What is kept about one account."""
    return AccountCard(account=ACME, terms=terms, contacts=contacts, now=NOW)


_OFTEN = replace(ADA, name=NASTY, email=f"{'a' * 240}@acme.example")
_NASTY_CARD = AccountCard(
    account=NASTY_ACCOUNT,
    terms=replace(
        SET,
        owner_name=NASTY,
        is_opted_out=True,
        channel=AccountChannel("C1", NASTY, is_theirs=False, team_ids=()),
    ),
    contacts=(_OFTEN,) * 12,
    now=NOW,
)
_LATE = make_row(status=Status.PAST_DUE, days_late=7)


def make_plan(*, is_on: bool = True, rows: int = 1, name: str = "ACME-0042") -> Plan:
    """What has come: some accounts to be reminded, and as many invoices held."""
    invoice = DueInvoice(
        row=replace(_LATE, number=name),
        customer_id="cus_1",
        email="ada@acme.example",
        due_on=NOW.date(),
        is_automatic=False,
        counted_from=NOW.date(),
        step=7,
        level=Level.FRIENDLY,
    )
    target = Target(Addressee(Way.MAIL, "ada@acme.example", "ada@acme.example"), (_LATE.id,))
    planned = planned_of(USUAL, [invoice], [target], now=NOW)
    return Plan(
        on_since=NOW if is_on else None,
        planned=(planned,) * rows,
        held=(Held(invoice.row, "the customer disputes it"),) * rows,
        waiting=12,
        next_on=NOW.date(),
    )


_FORM = Form("confirm_terms", "Change")
_LINE = PaymentLine("ACME-0042", Money(123_456, "eur"), NOW.date(), 3, "https://x.example/pay")

TERM_CASES: dict[str, Message] = {
    "account_terms": terms_card(make_terms_card(USUAL, AT_STRIPE), rights=ADMIN, desk=DESK),
    "account_terms_set": terms_card(
        make_terms_card(SET, ADA), rights=ADMIN, desk=DESK, said="The terms are changed."
    ),
    "account_terms_viewer": terms_card(make_terms_card(), rights=VIEWER, desk=DESK),
    "account_terms_nasty": terms_card(_NASTY_CARD, rights=ADMIN, desk=DESK),
    "contacts_form": contacts_form(make_terms_card(SET, ADA), ["Ada <ada@acme.example>"]),
    "contacts_preview": contacts_preview(
        make_terms_card(SET, ADA),
        added=["Grace <grace@acme.example>"],
        removed=[NASTY],
        told="They are told by e-mail.",
        form=_FORM,
    ),
    "terms_form": terms_form(make_terms_card(SET, ADA)),
    "terms_form_usual": terms_form(make_terms_card()),
    "terms_preview": terms_preview(
        make_terms_card(), [("Language", "As usual", "German")], note="It holds now.", form=_FORM
    ),
    "contact_untold": contact_untold("Acme", "ada@acme.example", "The mail server refused it."),
    "payment_post": payment_post([_LINE], language=Language.ENGLISH),
    "payment_post_german": payment_post(
        [_LINE, replace(_LINE, url=None)], language=Language.GERMAN
    ),
    "reminders_on": reminders_card(make_plan(), now=NOW, zone="UTC", may_switch=True),
    "reminders_off": reminders_card(make_plan(is_on=False), now=NOW, zone="UTC", may_switch=True),
    "reminders_nothing": reminders_card(make_plan(rows=0), now=NOW, zone="UTC", may_switch=False),
    "reminders_many": reminders_card(
        make_plan(rows=40, name=NASTY), now=NOW, zone="UTC", may_switch=True, said="They are on."
    ),
    **{
        f"reminder_{level}_{language}": reminder_post(level, [_LINE], language=language)
        for level in Level
        for language in (Language.ENGLISH, Language.GERMAN)
    },
}
