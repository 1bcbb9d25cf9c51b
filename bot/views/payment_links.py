"""The dialogs that send a payment link: which way, what exactly goes out, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.money import Money, money_text
from bot.queries.addressees import Way
from bot.views import actions, blocks
from bot.views.blocks import Block, Message
from bot.views.documents import FRESH_NOTE
from bot.views.fields import radio_field
from bot.views.forms import Form
from bot.views.freshness import warning
from bot.views.letters import MailText
from bot.views.text import fit, literal, moment_text, plain

TITLE = "Send payment link"
BALANCE_TITLE = "Send payment links"
WAY = "way"
# A preview is one block; the mail itself may be longer.
PREVIEW_MAX = 2900
CHANGED = "Something has changed since you looked. This is what goes out now:"
HELD_MAX = 1500


class State(StrEnum):
    """What came of sending it; in doubt where only a person can find out."""

    SENT = "sent"
    REFUSED = "refused"
    IN_DOUBT = "in_doubt"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to send it: to whom, by name, and the value that stands for it in the dialog."""

    value: str
    way: Way
    name: str = ""


@dataclass(frozen=True, slots=True)
class LastSent:
    """Who has had it sent last, and when."""

    by: str | None
    at: datetime
    zone: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for: "Invoice ACME-0042" or "3 invoices", how much, and whom."""

    what: str
    account: str
    amount: Money
    recipient: str | None
    is_many: bool = False

    @property
    def title(self) -> str:
        """What the dialog is called."""
        return BALANCE_TITLE if self.is_many else TITLE


def link_form(
    asked: Asked,
    choices: Sequence[Choice],
    *,
    subject: str,
    last: LastSent | None,
    notes: Sequence[str] = (),
) -> Message:
    """The first step: which way it goes.

    Shape: `choices` are those that are possible, the best first; `notes` say why others are not.
    """
    parts = [blocks.header(TITLE), _asked_block(asked)]
    if last is not None:
        parts.append(blocks.context(blocks.mrkdwn(_last_words(last))))
    parts.append(_way_field("How does the link go out?", choices, copied="it"))
    parts += [blocks.context(blocks.plain_text(note)) for note in notes]
    form = Form(actions.SEND_PAYMENT_LINK, "Next", subject=subject)
    return Message(text=literal(f"{TITLE}: {asked.what}."), blocks=tuple(parts), form=form)


def balance_form(
    asked: Asked,
    choices: Sequence[Choice],
    *,
    holds: Sequence[str],
    subject: str,
    notes: Sequence[str] = (),
) -> Message:
    """The same for a whole balance: whom the links go to."""
    parts = [blocks.header(BALANCE_TITLE), _asked_block(asked)]
    asking = "How do the links go out?"
    note = "All of them in one message." if asked.is_many else ""
    parts.append(_way_field(asking, choices, copied="them", hint=note))
    parts += [blocks.context(blocks.plain_text(note)) for note in notes]
    parts += _held(holds)
    form = Form(actions.SEND_BALANCE_LINKS, "Next", subject=subject)
    return Message(
        text=literal(f"{BALANCE_TITLE}: {asked.account}."), blocks=tuple(parts), form=form
    )


def _way_field(asking: str, choices: Sequence[Choice], *, copied: str, hint: str = "") -> Block:
    offered = [(one.value, _way_words(one, copied)) for one in choices]
    return radio_field(WAY, asking, offered, initial=choices[0].value, hint=hint)


def nothing_to_pay(account: str, holds: Sequence[str]) -> Message:
    """That nobody is to be asked for anything, and what is held."""
    words = f"Nothing to pay. {account} has no open invoice in this currency to ask for."
    shown = [blocks.rich_text(blocks.text(words, is_bold=True)), *_held(holds)]
    return Message(text=literal(words), blocks=(blocks.header(BALANCE_TITLE), *shown))


def _held(holds: Sequence[str]) -> list[Block]:
    if not holds:
        return []
    listed = "\n".join(f"• {one}" for one in holds)
    return [blocks.context(blocks.plain_text(fit(f"Left out:\n{listed}", HELD_MAX)))]


def link_preview(
    asked: Asked,
    way: Way,
    content: MailText | Message | None,
    *,
    form: Form,
    has_changed: bool = False,
) -> Message:
    """The second step: exactly what goes out, to whom; sending it is one press more.

    Shape: `content` is a mail of ours, a message in the customer's channel, or None for Stripe's.
        `has_changed` where the person wanted to send what is another by now.
    """
    shown = _preview(plain(asked.recipient or ""), content)
    news = [warning(CHANGED)] if has_changed else []
    parts = [blocks.header(asked.title), *news, _asked_block(asked), *shown]
    words = _promise_words(way, is_many=asked.is_many)
    parts.append(blocks.context(blocks.plain_text(words)))
    return Message(text=literal(f"{asked.title}: {asked.what}."), blocks=tuple(parts), form=form)


def _preview(recipient: str, content: MailText | Message | None) -> Sequence[Block]:
    match content:
        case None:
            words = (
                f"Stripe sends its own invoice e-mail to {recipient}, with its own words and a "
                "link to pay. No text of yours goes with it."
            )
            return [blocks.section(blocks.plain_text(words))]
        case Message():
            where = blocks.rich_text(
                blocks.text("In: ", is_bold=True),
                blocks.text(f"{recipient}, where people of the customer read"),
            )
            return [where, blocks.divider(), *content.blocks, blocks.divider()]
    head = blocks.rich_text(
        blocks.text("To: ", is_bold=True),
        blocks.text(f"{recipient}\n"),
        blocks.text("Subject: ", is_bold=True),
        blocks.text(content.subject),
    )
    return [head, blocks.preformatted(fit(content.text.strip(), PREVIEW_MAX))]


def links_copied(asked: Asked, links: Sequence[tuple[str, str]]) -> Message:
    """The fresh links, for the person alone who wants to pass them on.

    Shape: each with the name of its invoice.
    """
    head = "Payment links" if asked.is_many else "Payment link"
    parts: list[Block] = [blocks.header(head), _asked_block(asked)]
    for name, url in links:
        parts += [
            blocks.rich_text(blocks.link(f"Invoice {name}", url=url)),
            blocks.preformatted(url),
        ]
    parts.append(blocks.context(blocks.plain_text(f"Only you see this. {FRESH_NOTE}")))
    return Message(text=literal(f"{head} for {asked.what}."), blocks=tuple(parts))


def sending(asked: Asked) -> Message:
    """That it is on its way; what comes of it is shown in this place."""
    words = f"Sending the payment link{'s' if asked.is_many else ''} of {asked.what} …"
    return Message(
        text=literal(words),
        blocks=(
            blocks.header(asked.title),
            blocks.rich_text(
                blocks.emoji("hourglass_flowing_sand"), blocks.text(f" {words}", is_bold=True)
            ),
        ),
    )


def link_outcome(what: str, state: State, *, recipient: str, why: str, effect_id: int) -> Message:
    """What came of sending; in doubt with two buttons, as only a person can ask whether it came."""
    emoji, head = {
        State.SENT: ("white_check_mark", "Sent"),
        State.REFUSED: ("no_entry_sign", "Not sent"),
    }.get(state, ("warning", "Not certain"))
    words = _outcome_words(what, state, recipient=recipient, why=why)
    shown: list[Block] = [
        blocks.header(TITLE),
        blocks.rich_text(
            blocks.emoji(emoji), blocks.text(f" {head}\n", is_bold=True), blocks.text(words)
        ),
    ]
    if state is State.IN_DOUBT:
        value = str(effect_id)
        shown.append(
            blocks.actions(
                [
                    blocks.button("Send again", action_id=actions.SEND_MAIL_AGAIN, value=value),
                    blocks.button(
                        "It has arrived", action_id=actions.MAIL_HAS_ARRIVED, value=value
                    ),
                ]
            )
        )
    return Message(text=literal(f"{head}: {words}"), blocks=tuple(shown))


def _outcome_words(what: str, state: State, *, recipient: str, why: str) -> str:
    match state:
        case State.SENT:
            return f"The message about {what} is on its way to {plain(recipient)}."
        case State.REFUSED:
            return f"Nothing was sent for {what}. {why}"
        case State.IN_DOUBT:
            return (
                f"The mail server did not say whether it took the mail about {what}. "
                "Ask whether it has arrived before it is sent again."
            )
    return f"Sending for {what} came to no certain end: {why} It is listed under /billing sync."


def mail_decided(*, is_again: bool, was_open: bool) -> Message:
    """That a person has said what is to become of a mail in doubt."""
    if not was_open:
        words = "That is decided already."
    elif is_again:
        words = "The mail is sent again."
    else:
        words = "Noted: the mail has arrived. Nothing more is sent."
    return Message(text=words, blocks=(blocks.rich_text(blocks.text(words, is_bold=True)),))


def _asked_block(asked: Asked) -> Block:
    return blocks.rich_text(
        blocks.text(money_text(asked.amount), is_bold=True),
        blocks.text(f" to pay for {asked.what}\n{asked.account}"),
    )


def _way_words(choice: Choice, copied: str) -> str:
    name = plain(choice.name or "nobody", limit=45)
    return {
        Way.MAIL: f"By e-mail to {name}",
        Way.SLACK: f"In the customer’s channel {name}",
        Way.STRIPE: f"By Stripe’s e-mail to {name}",
        Way.COPY: f"Show {copied} to me, to copy",
    }[choice.way]


def _promise_words(way: Way, *, is_many: bool) -> str:
    whose = "Stripe" if way is Way.STRIPE else "Tallyman"
    each, it = ("each invoice", "one") if is_many else ("the invoice", "it")
    return (
        f"{whose} sends it once. Before that {each} is read again: if {it} is paid, void or "
        "changed by then, nothing goes out, and you are told."
    )


def _last_words(last: LastSent) -> str:
    who = f" by <@{last.by}>" if last.by else ""
    return f"Last sent {moment_text(last.at, last.zone)}{who}."
