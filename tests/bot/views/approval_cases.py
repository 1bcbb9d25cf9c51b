"""Views of corrections: asking for one, and its card and dialogs in every state."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.approval_remarks import Remark
from bot.operations.void_invoice import REASONS
from bot.queries.approvals import ApprovalCard
from bot.views.approval_forms import (
    answer_form,
    approve_form,
    decided,
    question_form,
    reject_form,
    withdraw_form,
)
from bot.views.approvals import (
    answer_notice,
    approval_card,
    question_notice,
    request_card,
    result_notice,
)
from bot.views.blocks import Message
from bot.views.correction_forms import WholeCorrection, correction_form
from tests.bot.views.cards import ACME, NASTY, NASTY_ACCOUNT, NOW, make_card, usd

VOIDING = WholeCorrection(
    kind="void_invoice",
    head="Void this invoice?",
    submit="Void it",
    consequence="Void is for good: it counts nothing any more, and keeps its number.",
    reasons=REASONS,
)
CHANGES = (("Status", "Past Due", "Void"), ("To pay", "USD 1,418.43", "USD 0.00"))
QUESTION = Remark(
    is_question=True, said_by="U0SASHA", said_at=NOW, text="Is the one of September paid?"
)
ANSWER = Remark(is_question=False, said_by="U0JAMIE", said_at=NOW, text="Yes, on 3 October.")


def make_approval(**changes: Any) -> ApprovalCard:
    """A request to void an invoice, which waits."""
    facts: dict[str, Any] = {
        "id": 12,
        "kind": "void_invoice",
        "invoice_id": "in_1",
        "invoice_number": "ACME-0042",
        "account": ACME,
        "amount": usd(141_843),
        "note": "Billed twice: the same calls are on the invoice of September.",
        "facts": (("Reason", "Issued twice"),),
        "changes": CHANGES,
        "is_needed": True,
        "asked_by": "U0JAMIE",
        "asked_at": NOW,
        "expires_at": NOW + timedelta(hours=72),
        "state": "waiting",
        "decided_by": None,
        "decided_at": None,
        "why": None,
        "remarks": (),
    }
    return ApprovalCard(**facts | changes)


WAITING = make_approval()
ASKED_BACK = make_approval(remarks=(QUESTION,))
DECIDED = {"decided_by": "U0SASHA", "decided_at": NOW + timedelta(hours=1)}
ENDED = {
    "promised": make_approval(state="promised", **DECIDED),
    "done": make_approval(state="done", remarks=(QUESTION, ANSWER), **DECIDED),
    "failed": make_approval(state="failed", why="Stripe refused it: no.", **DECIDED),
    "rejected": make_approval(state="rejected", why="Credit it instead.", **DECIDED),
    "withdrawn": make_approval(state="withdrawn", decided_by="U0JAMIE", decided_at=NOW),
    "expired": make_approval(state="expired", decided_at=NOW + timedelta(hours=72)),
    "stale": make_approval(state="stale", why="to pay USD 1,418.43 is now USD 418.43"),
}
NASTY_APPROVAL = make_approval(
    kind="from_a_newer_version",
    invoice_number=NASTY,
    account=NASTY_ACCOUNT,
    note=NASTY * 10,
    facts=((NASTY, NASTY),) * 5,
    changes=((NASTY, NASTY, NASTY),) * 6,
    state="stale",
    why=NASTY * 5,
    remarks=(replace(QUESTION, text=NASTY * 5),) * 20,
)

APPROVAL_CASES: dict[str, Message] = {
    "void_form": correction_form(
        make_card(),
        VOIDING,
        changes=CHANGES,
        subject="in_1|fingerprint",
        is_note_needed=True,
        is_approval_needed=True,
    ),
    "void_form_small_and_changed": correction_form(
        make_card(),
        VOIDING,
        changes=CHANGES,
        subject="in_1|fingerprint",
        is_note_needed=False,
        is_approval_needed=False,
        has_changed=True,
    ),
    "approval_waiting": approval_card(WAITING),
    "approval_asked_back": approval_card(ASKED_BACK),
    "approval_request": request_card(WAITING),
    "approval_request_asked_back": request_card(ASKED_BACK),
    "approval_request_stale": request_card(ENDED["stale"]),
    "approval_nasty": approval_card(NASTY_APPROVAL),
    **{f"approval_{state}": approval_card(card) for state, card in ENDED.items()},
    **{f"correction_{state}": result_notice(card) for state, card in ENDED.items()},
    "correction_question": question_notice(ASKED_BACK, QUESTION),
    "correction_answer": answer_notice(WAITING, ANSWER),
    "approve_form": approve_form(ASKED_BACK),
    "approve_form_nasty": approve_form(NASTY_APPROVAL),
    "reject_form": reject_form(WAITING),
    "question_form": question_form(WAITING),
    "answer_form": answer_form(ASKED_BACK),
    "withdraw_form": withdraw_form(WAITING),
    "decided_waiting": decided(WAITING),
    "decided_rejected": decided(ENDED["rejected"]),
}
