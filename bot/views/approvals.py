"""Corrections that wait for approval: the card for those who decide, and the one for who asked."""

from collections.abc import Mapping

from bot.approval_remarks import Remark
from bot.money import money_text
from bot.queries.approvals import ApprovalCard
from bot.views import actions, blocks
from bot.views.blocks import Block, Element, Message
from bot.views.corrections import (
    NAME_MAX,
    changes_table,
    correction_done,
    correction_title,
    note_block,
    words_of,
)
from bot.views.text import account_name, clock_text, escape, literal, moment_text, plain

# The names by which cards that were posted are kept up to date.
APPROVAL_VIEW, REQUEST_VIEW = "approval_card", "approval_request"
REMARKS_SHOWN = 4
REMARK_MAX = 400

_EMOJI: Mapping[str, str] = {
    "waiting": "hourglass_flowing_sand",
    "promised": "arrows_counterclockwise",
    "done": "white_check_mark",
    "failed": "warning",
    "rejected": "x",
    "withdrawn": "leftwards_arrow_with_hook",
    "expired": "alarm_clock",
    "stale": "warning",
}
_STATES: Mapping[str, str] = {
    "waiting": "Waits for approval",
    "promised": "Being done",
    "done": "Done",
    "failed": "Not done",
    "rejected": "Rejected",
    "withdrawn": "Withdrawn",
    "expired": "Expired: nobody decided within 72 hours",
    "stale": "Out of date: the invoice has changed since",
}


def approval_card(card: ApprovalCard) -> Message:
    """The card for everybody who may decide, as things stand."""
    buttons = _deciding(card) if card.state == "waiting" else []
    note = "Who asked can’t approve it. Buttons here answer only those who may."
    return _card(card, buttons, note, view=APPROVAL_VIEW)


def request_card(card: ApprovalCard) -> Message:
    """The card for the person who asked, as things stand."""
    note = "Somebody else has to approve it."
    return _card(card, own_buttons(card), note, view=REQUEST_VIEW)


def seen_card(card: ApprovalCard, *, is_own: bool, may_approve: bool) -> Message:
    """The card for somebody who looks a request up: with what they may do about it."""
    if is_own:
        return request_card(card)
    if may_approve:
        return approval_card(card)
    return _card(card, [], "Those who may approve it were told.", view=APPROVAL_VIEW)


def own_buttons(card: ApprovalCard) -> list[Element]:
    """What the person who asked can do about it."""
    if card.state == "stale":
        label = "Ask anew"
        return [_button(label, card.kind, card.invoice_id, style="primary")]
    if card.state != "waiting":
        return []
    answer = [_button("Answer", actions.ANSWER_APPROVER, str(card.id), style="primary")]
    return [
        *(answer if card.open_question else []),
        _button("Withdraw", actions.WITHDRAW_CORRECTION, str(card.id)),
    ]


def correction_blocks(card: ApprovalCard, *, changes: Block) -> list[Block]:
    """What is asked for, by whom and why: the middle of every card and dialog about it."""
    name = account_name(card.account)
    amount = f"*{money_text(card.amount)}* {words_of(card.kind).amount}"
    facts = {"Account": escape(name), "Amount": amount, "Asked by": f"<@{card.asked_by}>"}
    facts |= {plain(label, limit=NAME_MAX): escape(plain(fact)) for label, fact in card.facts}
    return [
        blocks.fields([blocks.mrkdwn(f"*{label}*\n{fact}") for label, fact in facts.items()]),
        changes,
        *note_block(card.note),
        *_remarks(card),
    ]


def state_text(card: ApprovalCard) -> str:
    """How far it is, in a few words: "Rejected"."""
    return _STATES.get(card.state, plain(card.state, limit=NAME_MAX))


def result_text(card: ApprovalCard) -> str:
    """What came of it, as a sentence."""
    if card.state == "done":
        return correction_done(card.kind, card.invoice_number)
    title = correction_title(card.kind, card.invoice_number)
    why = plain(card.why, limit=REMARK_MAX) if card.why else ""
    match card.state:
        case "stale":
            return f"{title}: not done, because the invoice has changed: {why}."
        case "rejected":
            return f"{title}: rejected. ‘{why}’"
        case "failed":
            return f"{title}: not done. {why}"
        case _:
            return f"{title}: {state_text(card).lower()}."


def result_notice(card: ApprovalCard) -> Message:
    """What came of it, for the person who asked or who approved, as a message of its own."""
    words: list[Element] = [
        blocks.emoji(_EMOJI.get(card.state, "grey_question")),
        blocks.text(f" {result_text(card)}", is_bold=True),
    ]
    told = [blocks.rich_text(*words)]
    if card.decided_by is not None:
        zone = f" {card.account.time_zone}" if card.decided_at else ""
        told.append(blocks.context(blocks.mrkdwn(f"{_decided(card)}{zone}")))
    buttons = own_buttons(card)
    show = _button("Show the invoice", actions.SHOW_INVOICE, card.invoice_id)
    told.append(blocks.actions([*buttons, show]))
    return Message(text=literal(result_text(card)), blocks=tuple(told))


def question_notice(card: ApprovalCard, question: Remark) -> Message:
    """That somebody asks something before they decide, for the person who asked for it."""
    return _remark_notice(card, question, own_buttons(card), does="asks", what="a question")


def answer_notice(card: ApprovalCard, answer: Remark) -> Message:
    """What the person who asked has answered, for the one whose question it was."""
    return _remark_notice(card, answer, _deciding(card), does="answers", what="an answer")


def _remark_notice(
    card: ApprovalCard, remark: Remark, buttons: list[Element], *, does: str, what: str
) -> Message:
    title = correction_title(card.kind, card.invoice_number)
    said = plain(remark.text, limit=REMARK_MAX)
    head = f":speech_balloon: <@{remark.said_by}> {does} about *{escape(title)}*:"
    told = [
        blocks.section(blocks.mrkdwn(head)),
        blocks.rich_text(blocks.text(f"‘{said}’")),
        blocks.actions(buttons),
    ]
    return Message(text=literal(f"{title}: there is {what}: {said}"), blocks=tuple(told))


def _card(card: ApprovalCard, buttons: list[Element], note: str, *, view: str) -> Message:
    title = correction_title(card.kind, card.invoice_number)
    asked = clock_text(card.asked_at, card.account.time_zone)
    footing = f"Request {card.id} · asked {asked} {card.account.time_zone}"
    if card.state == "waiting":
        footing = f"{footing} · {note}"
    show = _button("Show the invoice", actions.SHOW_INVOICE, card.invoice_id)
    shown = [
        blocks.header(title),
        _glance(card),
        *correction_blocks(card, changes=changes_table(card.changes)),
        *_outcome(card),
        blocks.actions([*buttons, show]),
        blocks.context(blocks.mrkdwn(footing)),
    ]
    text = f"{title}, {account_name(card.account)}, {money_text(card.amount)}: {state_text(card)}."
    return Message(text=literal(text), blocks=tuple(shown), live=(view, f"approval:{card.id}"))


def _glance(card: ApprovalCard) -> Block:
    until = moment_text(card.expires_at, card.account.time_zone)
    rest = f" · until {until}" if card.state == "waiting" else ""
    return blocks.rich_text(
        blocks.emoji(_EMOJI.get(card.state, "grey_question")),
        blocks.text(f" {state_text(card)}", is_bold=True),
        *([blocks.text(rest)] if rest else []),
    )


def _outcome(card: ApprovalCard) -> list[Block]:
    told: list[Block] = []
    if card.decided_by is not None:
        told.append(blocks.section(blocks.mrkdwn(_decided(card))))
    if card.why:
        why = plain(card.why, limit=REMARK_MAX)
        told.append(blocks.rich_text(blocks.text(f"{why[:1].upper()}{why[1:]}")))
    return told


def _decided(card: ApprovalCard) -> str:
    """Who decided, and when."""
    done = {"rejected": "Rejected", "withdrawn": "Withdrawn"}.get(card.state, "Approved")
    at = f", {clock_text(card.decided_at, card.account.time_zone)}" if card.decided_at else ""
    return f"{done} by <@{card.decided_by}>{at}"


def _remarks(card: ApprovalCard) -> list[Block]:
    return [
        blocks.rich_text(
            blocks.emoji("question" if remark.is_question else "speech_balloon"),
            blocks.text(" "),
            {"type": "user", "user_id": remark.said_by},
            blocks.text(f": {plain(remark.text, limit=REMARK_MAX)}"),
        )
        for remark in card.remarks[-REMARKS_SHOWN:]
    ]


def _deciding(card: ApprovalCard) -> list[Element]:
    value = str(card.id)
    return [
        _button("Approve …", actions.APPROVE_CORRECTION, value, style="primary"),
        _button("Reject …", actions.REJECT_CORRECTION, value, style="danger"),
        _button("Ask …", actions.QUESTION_CORRECTION, value),
    ]


def _button(label: str, action: str, value: str, *, style: str | None = None) -> Element:
    return blocks.button(label, action_id=action, value=value, style=style)
