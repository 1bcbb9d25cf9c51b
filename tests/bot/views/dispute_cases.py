"""Disputes in every state worth looking at, their dialogs, and the words about them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.access import Permission
from bot.queries.cards import DisputeMark, Status
from bot.queries.dispute_parts import ContestedLine, DisputedPart
from bot.queries.dispute_terms import StepKind
from bot.queries.disputes import Dispute, DisputedSum, DisputeLine
from bot.views.blocks import Message
from bot.views.complaints import format_complaint
from bot.views.dispute import dispute_card
from bot.views.dispute_forms import (
    Filled,
    close_dispute_form,
    open_dispute_form,
    open_dispute_of_form,
    reopen_dispute_form,
)
from bot.views.dispute_notices import (
    collection_failed,
    given_to_owner,
    how_to_mention,
    offer_to_dispute,
    told_in_thread,
)
from tests.bot.views.cards import FRESH, NASTY, NASTY_ACCOUNT, NOW, make_row, usd
from tests.bot.views.credit_cases import make_correctable

RIGHTS = (Permission.VIEW_INVOICES, Permission.DISPUTE_INVOICES)
OPENED = DisputeLine("opened", "They count 1,200 minutes fewer.", "Jamie Okafor", NOW)
DISPUTED = DisputedSum(usd(141843), 1)


def make_mark(**changes: Any) -> DisputeMark:
    """The mark of an invoice that is contested since yesterday."""
    mark = DisputeMark(
        id=7,
        reason="usage_overcounted",
        owner="Jamie Okafor",
        opened_on=(NOW - timedelta(days=1)).date(),
    )
    return replace(mark, **changes)


def make_dispute(*lines: DisputeLine, **changes: Any) -> Dispute:
    """An open dispute of an invoice that was found in a thread."""
    dispute = Dispute(
        id=7,
        invoice=make_row(status=Status.PAST_DUE, days_late=12),
        part=None,
        reason="usage_overcounted",
        state="open",
        round=1,
        owner_id="U1",
        owner="Jamie Okafor",
        opened_at=NOW,
        permalink="https://meridian.slack.com/archives/C1/p1",
        collection="held",
        lines=(OPENED, *lines),
        freshness=FRESH,
    )
    return replace(dispute, **changes)


def line(kind: str, note: str) -> DisputeLine:
    """A later step."""
    return DisputeLine(kind, note, "Avery Stone", NOW + timedelta(days=1))


CLOSED = make_dispute(
    line("resolved", "Credited the minutes."), state="resolved", collection="restored"
)
HANDED_OVER = make_dispute(DisputeLine("assigned", "", "Jamie Okafor", NOW, "Robin Adler"))
REOPENED = make_dispute(line("withdrawn", "They gave in."), line("reopened", "They did not."))
NASTY_DISPUTE = make_dispute(
    *(DisputeLine("reopened", NASTY, NASTY, NOW) for _ in range(12)),
    invoice=make_row(number=NASTY[:60], account=NASTY_ACCOUNT),
    owner=NASTY,
    part=DisputedPart(usd(10), tuple(ContestedLine("il", NASTY, usd(10)) for _ in range(40))),
    reason="of_a_newer_version",
    state="of_a_newer_version",
    collection="of_a_newer_version",
)
OF_LINES = DisputedPart(
    usd(42_500), tuple(ContestedLine(f"il_{n}", f"Calls {n}", usd(2500)) for n in range(17))
)
CANDIDATES = [make_row(id=f"in_{n}", number=f"ACME-{n:04}") for n in range(3)]
SUBJECT = format_complaint(None, ["in_1"])


def _form(count: int, **changes: Any) -> Message:
    told = {"proposed": None, "owner_id": "U1", "subject": SUBJECT} | changes
    return open_dispute_form(CANDIDATES[:count], **told)


DISPUTE_CASES: dict[str, Message] = {
    "dispute_open": dispute_card(make_dispute(), rights=RIGHTS),
    "dispute_just_opened": dispute_card(
        make_dispute(collection="asked", permalink=None),
        rights=RIGHTS,
        notes=("The dispute is open.",),
    ),
    "dispute_for_a_viewer": dispute_card(make_dispute(), rights=RIGHTS[:1]),
    "dispute_closed": dispute_card(CLOSED, rights=RIGHTS),
    "dispute_being_restored": dispute_card(
        replace(CLOSED, collection="asked", state="rejected"), rights=RIGHTS
    ),
    "dispute_reopened": dispute_card(REOPENED, rights=RIGHTS),
    "dispute_handed_over": dispute_card(HANDED_OVER, rights=RIGHTS),
    "dispute_in_thread_handed_over": told_in_thread(
        StepKind.ASSIGNED, 7, by_id="U1", owner_id="U1"
    ),
    "dispute_not_held": dispute_card(make_dispute(collection="failed"), rights=RIGHTS),
    "dispute_of_paid": dispute_card(
        make_dispute(invoice=make_row(status=Status.PAID), collection="idle"), rights=RIGHTS
    ),
    "dispute_nasty": dispute_card(NASTY_DISPUTE, rights=RIGHTS),
    "dispute_form": _form(3, proposed="in_1"),
    "dispute_form_unread": _form(1, hint="The rest of the thread could not be read."),
    "dispute_form_nothing_found": _form(0),
    "dispute_form_of_card": open_dispute_of_form(
        make_correctable(), filled=Filled("U1"), subject=SUBJECT
    ),
    "dispute_form_for_lines": open_dispute_of_form(
        make_correctable(lines_count=12),
        filled=Filled("U1", "tax_wrong", "They say so.", is_about_lines=True),
        subject=SUBJECT,
    ),
    "dispute_form_without_lines": open_dispute_of_form(
        make_correctable(lines_count=0), filled=Filled("U1"), subject=SUBJECT
    ),
    "dispute_of_an_amount": dispute_card(make_dispute(part=DisputedPart(usd(4000))), rights=RIGHTS),
    "dispute_of_lines": dispute_card(make_dispute(part=OF_LINES), rights=RIGHTS),
    "dispute_of_a_line_of_paid": dispute_card(
        make_dispute(
            part=DisputedPart(usd(2500), OF_LINES.lines[:1]), invoice=make_row(status=Status.PAID)
        ),
        rights=RIGHTS,
    ),
    "dispute_in_thread_in_part": told_in_thread(
        StepKind.OPENED, 7, by_id="U1", owner_id="U2", is_in_part=True
    ),
    "dispute_form_to_close": close_dispute_form(make_dispute()),
    "dispute_form_to_reopen": reopen_dispute_form(CLOSED),
    "dispute_in_thread": told_in_thread(StepKind.OPENED, 7, by_id="U1", owner_id="U2"),
    "dispute_in_thread_own": told_in_thread(StepKind.REOPENED, 7, by_id="U1", owner_id="U1"),
    "dispute_in_thread_closed": told_in_thread(StepKind.REJECTED, 7, by_id="U1", owner_id="U1"),
    "dispute_for_owner": given_to_owner(7, by_id="U1"),
    "dispute_collection_failed": collection_failed(7, "hold_collection"),
    "dispute_offered": offer_to_dispute(SUBJECT),
    "dispute_how_to": how_to_mention(),
}
