"""Changing whom an account is written to: what is written is read, seen once more, and kept."""

import re

from bot import mailing
from bot.clock import real_now
from bot.operations import change_contacts
from bot.operations.change_contacts import Named, fingerprint, own_contacts
from bot.queries.account_cards import AccountCard, get_account_card
from bot.setting_values import is_mail_address
from bot.views import actions
from bot.views.account_forms import (
    CONTACTS,
    CONTACTS_CHARACTERS_MAX,
    contacts_form,
    contacts_preview,
)
from bot.views.blocks import Message
from bot.views.forms import Form
from bot.views.text import account_name, plain
from handlers.slack.account_terms import card_of, changeable_card
from handlers.slack.context import Ask
from handlers.slack.invalid_fields import InvalidFields
from handlers.slack.notes import read_note
from handlers.slack.requests import Submission

CONTACTS_MAX = 10
NAME_MAX = 80
EXAMPLE = "Ada Lovelace <ada@acme.example>"
# A name and an address in brackets, or an address alone.
_LINE = re.compile(r"(?:(?P<name>[^<>]*?)\s*<(?P<named>[^<>]+)>|(?P<alone>[^<>]+))")


def ask_for_contacts(ask: Ask, value: str) -> Message:
    """The dialog in which the contacts are written; raises as changeable_card does."""
    card = changeable_card(ask, value)
    return contacts_form(card, [_line_of(one) for one in own_contacts(card.contacts)])


def submitted_contacts(ask: Ask, submission: Submission) -> Message:
    """Who comes and who goes, to be confirmed; the card where nothing changes.

    Raises: InvalidFields for what is no list of contacts; as changeable_card does.
    """
    card = changeable_card(ask, submission.subject)
    text = read_note(submission, CONTACTS, most=CONTACTS_CHARACTERS_MAX)
    return _preview(ask, card, _read_lines(text))


def confirmed_contacts(ask: Ask, submission: Submission) -> Message:
    """Keep them, and promise to tell whom it concerns; then the card.

    Raises: Refused where somebody else was quicker; as changeable_card does.
    """
    value, _, carried = submission.subject.partition("|")
    seen, _, text = carried.partition("|")
    card = changeable_card(ask, value)
    wanted = _read_lines(text)
    runtime = ask.desk.runtime
    with runtime.database.writing() as session:
        is_changed = change_contacts.request(
            session,
            ask.actor,
            runtime.settings,
            change_contacts.Change(card.account.id, account_name(card.account), seen, wanted),
            now=real_now(),
        )
        after = get_account_card(session, card.account.id, sight=ask.sight)
    said = "The contacts are changed." if is_changed else "The contacts are so already."
    return card_of(ask, after, said)


def _preview(ask: Ask, card: AccountCard, wanted: tuple[Named, ...]) -> Message:
    seen = own_contacts(card.contacts)
    added = [_line_of(one) for one in wanted if one not in seen]
    removed = [_line_of(one) for one in seen if one not in wanted]
    if not added and not removed:
        return card_of(ask, card, "Nothing has changed.")
    told = "They and those who were written to until now are told by e-mail."
    if not mailing.has_mail(ask.desk.runtime.settings):
        told = "Nobody is told by e-mail: no mail server is set here. Tell them yourself."
    lines = "\n".join(map(_line_of, wanted))
    subject = "|".join((actions.account_text(card.account.id), fingerprint(seen), lines))
    form = Form(actions.CONFIRM_CONTACTS, "Change", subject=subject)
    return contacts_preview(card, added=added, removed=removed, told=told, form=form)


def _read_lines(text: str) -> tuple[Named, ...]:
    """The contacts in a text, one in a line.

    Raises: InvalidFields for what is no list of contacts.
    """
    found: dict[str, Named] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        one = _read_line(line)
        if one is None:
            said = f"‘{plain(line, limit=60)}’ is no contact. Write one in a line: {EXAMPLE}."
            raise InvalidFields({CONTACTS: said})
        if one.folded in found:
            raise InvalidFields({CONTACTS: f"{plain(one.email)} stands there twice."})
        found[one.folded] = one
    if len(found) > CONTACTS_MAX:
        raise InvalidFields({CONTACTS: f"{CONTACTS_MAX} contacts are the most."})
    return tuple(found.values())


def _read_line(line: str) -> Named | None:
    matched = _LINE.fullmatch(line)
    if matched is None:
        return None
    # Slack turns an address that is typed into a link of its own in some clients.
    address = (matched["named"] or matched["alone"]).strip().removeprefix("mailto:")
    name = " ".join((matched["name"] or "").split()).strip('"')
    if not is_mail_address(address) or len(name) > NAME_MAX:
        return None
    return Named(name, address)


def _line_of(one: Named) -> str:
    return f"{one.name} <{one.email}>" if one.name else one.email
