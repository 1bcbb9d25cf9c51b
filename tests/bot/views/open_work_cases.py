"""What waits for a person: lists of open disputes and of corrections, and the words on a card."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.money import Money
from bot.queries.cards import InvoiceRow, Status, WaitingCorrection
from bot.queries.dispute_lists import DisputePage, DisputeRow
from bot.queries.waiting import WaitingPage, WaitingRow
from bot.views.approvals import seen_card
from bot.views.blocks import Message
from bot.views.dispute_forms import assign_dispute_form
from bot.views.dispute_list import dispute_list
from bot.views.invoice import Dashboard, invoice_card
from bot.views.past_due import Overnight, crossed_notice
from bot.views.waiting import waiting_list
from tests.bot.views.approval_cases import make_approval
from tests.bot.views.cards import (
    FRESH,
    NASTY,
    NASTY_ACCOUNT,
    NOW,
    make_card,
    make_row,
    usd,
)
from tests.bot.views.dispute_cases import make_dispute

DASHBOARD = Dashboard("https://dashboard.stripe.com", is_test=True)
VOIDING = WaitingCorrection(3, "void_invoice", usd(141_843), "Jamie Okafor", NOW + timedelta(2))
CREDITING = WaitingCorrection(4, "issue_credit_note", usd(500), "Robin Adler", None)
LATE: dict[str, Any] = {"status": Status.PAST_DUE, "status_text": "Past Due", "days_late": 1}
NASTY_ONE = WaitingCorrection(5, "of_a_newer_version", usd(1), NASTY, NOW)


def make_dispute_row(**changes: Any) -> DisputeRow:
    """A row of a dispute about a whole invoice."""
    row = DisputeRow(
        id=7,
        invoice=make_row(status=Status.PAST_DUE, days_late=12),
        part=None,
        reason="usage_overcounted",
        owner="Jamie Okafor",
        opened_on=NOW.date(),
    )
    return replace(row, **changes)


def make_dispute_page(*rows: DisputeRow, **changes: Any) -> DisputePage:
    """One page of disputes."""
    page = DisputePage(rows, len(rows), page=1, pages=1, freshness=FRESH, zone="UTC")
    return replace(page, **changes)


def make_waiting_page(*rows: WaitingRow, **changes: Any) -> WaitingPage:
    """One page of corrections."""
    page = WaitingPage(rows, len(rows), page=1, pages=1, freshness=FRESH, zone="UTC")
    return replace(page, **changes)


ROWS = (
    make_dispute_row(),
    make_dispute_row(id=8, part=usd(2_500), reason="tax_wrong", invoice=make_row()),
    make_dispute_row(id=9, invoice=make_row(status=Status.PAID, remaining=usd(0))),
)
NASTY_ROW = make_dispute_row(
    owner=NASTY, reason=NASTY, invoice=make_row(number=NASTY[:60], account=NASTY_ACCOUNT)
)


def make_overnight(*rows: InvoiceRow, **changes: Any) -> Overnight:
    """What has become Past Due of somebody's accounts."""
    overnight = Overnight(
        rows=rows, is_owner=True, has_older=False, freshness=FRESH, zone="Europe/Berlin"
    )
    return replace(overnight, **changes)


OPEN_WORK_CASES: dict[str, Message] = {
    "past_due_own": crossed_notice(make_overnight(make_row(**LATE))),
    "past_due_many": crossed_notice(
        make_overnight(
            *(make_row(**LATE, id=f"in_{place}") for place in range(12)),
            make_row(**LATE | {"remaining": Money(48_609, "jpy"), "account": NASTY_ACCOUNT}),
            is_owner=False,
        )
    ),
    "past_due_first": crossed_notice(
        make_overnight(make_row(**LATE), has_older=True, freshness=replace(FRESH, is_stale=True))
    ),
    "disputes": dispute_list(
        make_dispute_page(*ROWS, count=23, page=2, pages=3),
        title="Disputes of Acme",
        list_text="disputes @1",
    ),
    "disputes_none": dispute_list(
        make_dispute_page(), title="Disputes that you look after", list_text="disputes mine"
    ),
    "disputes_nasty": dispute_list(
        make_dispute_page(*(NASTY_ROW,) * 10), title=NASTY, list_text="disputes"
    ),
    "waiting": waiting_list(
        make_waiting_page(
            WaitingRow(VOIDING, make_row()), WaitingRow(CREDITING, make_row()), page=1, pages=2
        )
    ),
    "waiting_none": waiting_list(make_waiting_page()),
    "waiting_nasty": waiting_list(
        make_waiting_page(
            *(WaitingRow(NASTY_ONE, make_row(number=NASTY[:60], account=NASTY_ACCOUNT)),) * 10
        )
    ),
    "card_waiting": invoice_card(make_card(waiting=(VOIDING, CREDITING)), dashboard=DASHBOARD),
    "card_waiting_nasty": invoice_card(
        make_card(waiting=(NASTY_ONE,) * 4, account=NASTY_ACCOUNT), dashboard=DASHBOARD
    ),
    "approval_seen": seen_card(make_approval(), is_own=False, may_approve=False),
    "dispute_form_to_assign": assign_dispute_form(make_dispute()),
}
