"""Every press, dialog, menu and shortcut there is: what it carries, and the least role it needs.

What these carry is about one account, `account`, and has places for the ids of what belongs to it;
AT_DESK names those that are about the desk as a whole. A way in that is registered and stands in no
table here fails the test that asks for all of them.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlencode

from bot.access import Role
from bot.sandbox.slack.records import Delivery
from bot.views import actions as a
from tests.deployment import Tallyman

Json = dict[str, Any]
Kind = Literal["press", "press in a dialog", "press at home", "dialog", "menu", "shortcut"]

CHANNEL = "C0GENERAL"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
VIEWER, COLLECTOR, APPROVER, ADMIN = Role.VIEWER, Role.COLLECTOR, Role.APPROVER, Role.ADMIN
# A fingerprint as dialogs carry it, of nothing.
SEEN = "0123456789abcdef"


@dataclass(frozen=True, slots=True)
class WayIn:
    """One way in, and what it brings; `filled` is what is filled in, by the names of the fields."""

    kind: Kind
    name: str
    carries: str
    needs: Role
    filled: Mapping[str, Json] = field(default_factory=dict)

    @property
    def is_at_desk(self) -> bool:
        """Whether it is about no account in particular."""
        return self.name in AT_DESK or self.kind == "shortcut"


@dataclass(frozen=True, slots=True)
class Whose:
    """Who sends something, as Slack says it."""

    user_id: str
    user_team_id: str
    team_id: str
    channel_id: str = CHANNEL


# Of buttons and menus in messages: the least role, what they carry, and those that carry it.
_PRESSED: tuple[tuple[Role, str, tuple[str, ...]], ...] = (
    (VIEWER, "{invoice}", (a.SHOW_INVOICE, a.SHOW_INVOICE_HISTORY, a.SHOW_INVOICE_PDF)),
    (VIEWER, "{invoice}", (a.SHOW_RECEIPT,)),
    (VIEWER, "{invoice}|1", (a.SHOW_INVOICE_LINES,)),
    (VIEWER, "@{account}", (a.SHOW_ACCOUNT, a.SHOW_USAGE, a.SHOW_BALANCE, a.SHOW_ACCOUNT_DEEDS)),
    (VIEWER, "@{account}|1", (a.BALANCE_PAGE,)),
    (VIEWER, "@{account}|2026-12", (a.ASK_SUPPORT,)),
    (VIEWER, "list entity:@{account}|1", (a.LIST_PAGE,)),
    (VIEWER, "disputes @{account}|1", (a.SHOW_DISPUTES,)),
    (VIEWER, "account @{account}", (a.SHOW_TERMS,)),
    (VIEWER, "use @{account}", (a.USE_ACCOUNT,)),
    (VIEWER, "{dispute}", (a.SHOW_DISPUTE,)),
    (VIEWER, "{promise}", (a.SHOW_PROMISE,)),
    (VIEWER, "{approval}", (a.SHOW_REQUEST,)),
    (VIEWER, "{approval}", (a.ANSWER_APPROVER, a.WITHDRAW_CORRECTION)),
    (VIEWER, "{digest}|1", (a.SHOW_DIGEST_PAGE,)),
    (VIEWER, "{post}", (a.SEE_DIGEST,)),
    (VIEWER, "book", (a.SHOW_BOOK,)),
    (VIEWER, "approvals|1", (a.SHOW_REQUESTS,)),
    (VIEWER, "", (a.SHOW_HELP, a.CHOOSE_ACCOUNT)),
    (COLLECTOR, "{free}", (a.ISSUE_CREDIT_NOTE, a.RECORD_PAYMENT, a.VOID_INVOICE)),
    (COLLECTOR, "{free}", (a.MARK_UNCOLLECTIBLE, a.SEND_PAYMENT_LINK, a.OPEN_DISPUTE)),
    (COLLECTOR, "{free}", (a.RECORD_PROMISE, a.UPDATE_PAYMENT_METHOD)),
    (COLLECTOR, "void_invoice|{free}", (a.CHOOSE_DEED,)),
    (COLLECTOR, "C0SUPPORT|1.000001||", (a.DISPUTE_MESSAGE,)),
    (COLLECTOR, "{dispute}", (a.CLOSE_DISPUTE, a.REOPEN_DISPUTE, a.ASSIGN_DISPUTE)),
    (COLLECTOR, "{promise}", (a.CANCEL_PROMISE,)),
    (COLLECTOR, "{snooze}", (a.END_SNOOZE,)),
    (COLLECTOR, "{mail}", (a.SEND_MAIL_AGAIN, a.MAIL_HAS_ARRIVED)),
    (COLLECTOR, "@{account}|usd", (a.SEND_BALANCE_LINKS,)),
    (COLLECTOR, "@{account}", (a.SNOOZE_ACCOUNT, a.ASSIGN_OWNER, a.WRITE_OFF_ACCOUNT)),
    (COLLECTOR, "@{account}", (a.DISPUTE_ACCOUNT,)),
    (APPROVER, "{approval}", (a.APPROVE_CORRECTION, a.REJECT_CORRECTION)),
    (APPROVER, "{approval}", (a.QUESTION_CORRECTION,)),
    (APPROVER, "@{account}", (a.CHARGE_BALANCE,)),
    (ADMIN, "@{account}", (a.CHANGE_CONTACTS, a.CHANGE_TERMS)),
    (ADMIN, "roles|1", (a.SHOW_ROLES,)),
    (ADMIN, "channels", (a.SHOW_CHANNELS,)),
    (ADMIN, "roles grant <@U0KIM> admin", (a.GRANT_ROLE,)),
    (ADMIN, "roles revoke <@U0ROBIN> viewer", (a.REVOKE_ROLE,)),
    (ADMIN, "channels remove <#C0BILLING>", (a.REMOVE_CHANNEL,)),
    (ADMIN, "", (a.SHOW_SYNC, a.SHOW_AUDIT)),
    (ADMIN, "1", (a.DISMISS_ALERT, a.RETRY_OBJECT, a.RETRY_EFFECT, a.DISMISS_EFFECT)),
    (ADMIN, "1", (a.CONFIRM_EFFECT, a.REPEAT_EFFECT, a.SHOW_DIGESTS)),
    (ADMIN, "{digest}", (a.SHOW_DIGEST, a.PREVIEW_DIGEST, a.TEST_DIGEST, a.STOP_DIGEST)),
    (ADMIN, "new", (a.SET_DIGEST,)),
    (ADMIN, "on", (a.SWITCH_REMINDERS,)),
)
_AT_HOME = ((VIEWER, "1", a.SHOW_HOME), (VIEWER, "use @{account}", a.USE_ACCOUNT))


def text(words: str) -> Json:
    """What was written in a field."""
    return {"type": "plain_text_input", "value": words}


def choice(value: str) -> Json:
    """What was chosen in a menu."""
    return {"type": "static_select", "selected_option": {"value": value}}


def ticks(*values: str) -> Json:
    """What was ticked."""
    return {"type": "checkboxes", "selected_options": [{"value": value} for value in values]}


_NOTE = {"note": text("Agreed with them on the phone."), "words": text("As they asked.")}
_CORRECTION = _NOTE | {"reason": choice("duplicate")}
_DISPUTE = _NOTE | {"reason": choice("usage_overcounted")}
_DIGEST = {
    "channel": {"type": "conversations_select", "selected_conversation": "C0BILLING"},
    "hour": choice("8"),
    a.FIND_ZONE: choice("Europe/Berlin"),
    "weekdays": ticks("1"),
}
_TERMS = "[{account},[null,null,null,null,null,null,null,null,null,null],"
_TERMS += '[null,null,null,"de",null,null,null,null,null,null]]'
# Of dialogs: the least role, what they were opened with, their names, and what is filled in.
_SENT: tuple[tuple[Role, str, str, Mapping[str, Json]], ...] = (
    (VIEWER, "", a.USE_ACCOUNT, {"account": text("@{account}")}),
    (COLLECTOR, "{free}", a.ISSUE_CREDIT_NOTE, _CORRECTION | {"what": choice("whole")}),
    (COLLECTOR, f"{{free}}|{SEEN}|balance|duplicate||100", a.CONFIRM_CREDIT_NOTE, _NOTE),
    (COLLECTOR, f"{{free}}|{SEEN}", a.RECORD_PAYMENT, _NOTE),
    (COLLECTOR, f"{{free}}|{SEEN}", a.VOID_INVOICE, _CORRECTION),
    (COLLECTOR, f"{{free}}|{SEEN}", a.MARK_UNCOLLECTIBLE, _NOTE | {"reason": choice("insolvent")}),
    (COLLECTOR, "{free}", a.SEND_PAYMENT_LINK, {"way": choice("copy")}),
    (COLLECTOR, f"{{free}}|stripe|0|{SEEN}", a.CONFIRM_PAYMENT_LINK, {}),
    (COLLECTOR, "@{account}|usd", a.SEND_BALANCE_LINKS, {"way": choice("copy")}),
    (COLLECTOR, f"@{{account}}|usd|mail|0|{SEEN}", a.CONFIRM_BALANCE_LINKS, {}),
    (COLLECTOR, "|||{free}", a.OPEN_DISPUTE, _DISPUTE),
    (COLLECTOR, "{dispute}", a.CLOSE_DISPUTE, _NOTE | {"end": choice("resolved")}),
    (COLLECTOR, "{dispute}", a.REOPEN_DISPUTE, _NOTE),
    (COLLECTOR, "{dispute}", a.ASSIGN_DISPUTE, {}),
    (COLLECTOR, "@{account}|usd", a.RECORD_PROMISE, {"invoices": ticks("{free}")}),
    (COLLECTOR, "{promise}", a.CANCEL_PROMISE, {"why": text("A mistake.")}),
    (COLLECTOR, "@{account}", a.SNOOZE_ACCOUNT, {"reason": text("They are moving.")}),
    (COLLECTOR, "@{account}", a.ASSIGN_OWNER, {}),
    (COLLECTOR, "@{account}", a.WRITE_OFF_ACCOUNT, _NOTE | {"invoices": ticks("{free}")}),
    (VIEWER, "{approval}", a.ANSWER_APPROVER, _NOTE),
    (VIEWER, "{approval}", a.WITHDRAW_CORRECTION, {}),
    (APPROVER, "{approval}", a.APPROVE_CORRECTION, {}),
    (APPROVER, "{approval}", a.REJECT_CORRECTION, _NOTE),
    (APPROVER, "{approval}", a.QUESTION_CORRECTION, _NOTE),
    (APPROVER, "@{account}", a.CHOOSE_CHARGE, {"currency": choice("usd")}),
    (APPROVER, f"@{{account}}|usd|100|{SEEN}", a.CHARGE_BALANCE, {}),
    (ADMIN, "@{account}", a.CHANGE_CONTACTS, {"contacts": text("ada@acme.example")}),
    (ADMIN, f"@{{account}}|{SEEN}|ada@acme.example", a.CONFIRM_CONTACTS, {}),
    (ADMIN, "@{account}", a.CHANGE_TERMS, {"language": choice("de")}),
    (ADMIN, _TERMS, a.CONFIRM_TERMS, {}),
    (ADMIN, "new", a.SET_DIGEST, _DIGEST),
)
# What is offered while somebody types is for all who look; it holds what they may see.
_SEARCHED = (a.FIND_INVOICE, a.FIND_ACCOUNT, a.FIND_ZONE)

AT_DESK = frozenset(
    {a.SHOW_BOOK, a.SHOW_REQUESTS, a.SHOW_HELP, a.CHOOSE_ACCOUNT, a.DISPUTE_MESSAGE, a.SHOW_HOME}
    | {a.SHOW_ROLES, a.SHOW_CHANNELS, a.GRANT_ROLE, a.REVOKE_ROLE, a.REMOVE_CHANNEL}
    | {a.SHOW_SYNC, a.SHOW_AUDIT, a.DISMISS_ALERT, a.RETRY_OBJECT, a.RETRY_EFFECT}
    | {a.DISMISS_EFFECT, a.CONFIRM_EFFECT, a.REPEAT_EFFECT, a.SHOW_DIGESTS, a.SHOW_DIGEST}
    | {a.PREVIEW_DIGEST, a.TEST_DIGEST, a.STOP_DIGEST, a.SET_DIGEST, a.SWITCH_REMINDERS}
    | {a.SEE_DIGEST, a.FIND_ZONE}
)
# These are for whoever has asked for what they are about, whatever their role.
OWN = frozenset({a.ANSWER_APPROVER, a.WITHDRAW_CORRECTION})
PRESSED = tuple(
    WayIn("press", name, carries, needs) for needs, carries, names in _PRESSED for name in names
)
SENT = tuple(
    WayIn("dialog", name, carries, needs, filled) for needs, carries, name, filled in _SENT
)
AT_HOME = tuple(WayIn("press at home", name, carries, needs) for needs, carries, name in _AT_HOME)
SEARCHED = tuple(WayIn("menu", name, "Hidden", VIEWER) for name in _SEARCHED)
SHORTCUTS = (WayIn("shortcut", a.OPEN_DISPUTE, "They contest {free}.", COLLECTOR),)
ALL = (*PRESSED, *SENT, *AT_HOME, *SEARCHED, *SHORTCUTS)


def find_way(ways: Sequence[WayIn], name: str) -> WayIn:
    """The one of this name."""
    return next(way for way in ways if way.name == name)


def use(desk: Tallyman, way: WayIn, ids: Mapping[str, Any], whose: Whose) -> Delivery:
    """Send it as Slack would, rightly signed; what comes back at once."""
    return bring(desk, body_of(desk, way, ids, whose))


def bring(desk: Tallyman, body: bytes) -> Delivery:
    """Bring these bytes to the bot, which takes them."""
    delivery = desk.slack.deliver(body, FORM | desk.slack.sign(body))
    assert delivery.status == 200, delivery
    return delivery


def body_of(desk: Tallyman, way: WayIn, ids: Mapping[str, Any], whose: Whose) -> bytes:
    """What Slack would send."""
    state, carries = desk.slack.state, _put(way.carries, ids)
    tickets = state.tickets
    token = tickets.give_response(whose.user_id, whose.channel_id)
    sent: Json = {
        "team": {"id": whose.team_id},
        "user": {"id": whose.user_id, "team_id": whose.user_team_id},
        "channel": {"id": whose.channel_id},
        "trigger_id": tickets.give_trigger(whose.user_id),
        "response_url": state.response_url(token),
    }
    action = {"type": "button", "action_id": way.name, "block_id": "b", "value": carries}
    match way.kind:
        case "press":
            sent |= {"type": "block_actions", "actions": [action]}
        case "press in a dialog" | "press at home":
            kind = "home" if way.kind == "press at home" else "modal"
            view = {"id": f"V0{tickets.give_trigger(whose.user_id)}", "type": kind, "hash": ""}
            sent |= {"type": "block_actions", "actions": [action], "view": view}
        case "dialog":
            sent |= {"type": "view_submission", "view": _view(way, carries, ids, sent)}
        case "menu":
            typed = {"action_id": way.name, "block_id": "b", "value": carries}
            sent |= {"type": "block_suggestion", **typed}
        case "shortcut":
            message = {"type": "message", "ts": "1.000001", "user": "U0KIM", "text": carries}
            sent |= {"type": "message_action", "callback_id": way.name, "message": message}
    return urlencode({"payload": json.dumps(sent)}).encode()


def _view(way: WayIn, subject: str, ids: Mapping[str, Any], sent: Json) -> Json:
    filled = json.loads(_put(json.dumps(way.filled), ids))
    return {
        "id": f"V0{sent['trigger_id']}",
        "type": "modal",
        "callback_id": way.name,
        "private_metadata": json.dumps({"subject": subject, "stamp": "0"}),
        "state": {"values": {name: {name: value} for name, value in filled.items()}},
    }


def _put(text: str, ids: Mapping[str, Any]) -> str:
    for name, value in ids.items():
        text = text.replace(f"{{{name}}}", str(value))
    return text
