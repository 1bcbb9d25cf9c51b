"""The dialogs that change an account's contacts and terms, each with a second look before it is."""

from collections.abc import Sequence

from bot.queries.account_cards import AccountCard
from bot.queries.terms import Language, Preference, Source, Terms, parse_cadence
from bot.views import actions, blocks
from bot.views.account import (
    LANGUAGES,
    WEEKDAYS,
    cadence_words,
    days_words,
    preference_words,
)
from bot.views.blocks import Block, Message
from bot.views.fields import channel_field, menu_field, person_field, text_field, ticks_field
from bot.views.forms import Form
from bot.views.text import account_name, fit, literal, plain

# The names of the fields.
CONTACTS = "contacts"
OWNER, PREFERENCE, CHANNEL, LANGUAGE = "owner", "preference", "channel", "language"
QUIET, DAYS, CADENCE, OPTED_OUT, THANKS = "quiet", "weekdays", "cadence", "opted_out", "thanks"

# All of it is carried from the dialog to its second look, which has room for 3,000 characters.
CONTACTS_CHARACTERS_MAX = 1500
LINE_CHARACTERS_MAX = 60
LINE_MAX = 200
INHERITED = "as_usual"
YES, NO = "yes", "no"


def contacts_form(card: AccountCard, lines: Sequence[str]) -> Message:
    """The dialog in which the contacts of an account are written, one in a line."""
    name = account_name(card.account)
    asked = text_field(
        CONTACTS,
        "Contacts, one in a line",
        initial="\n".join(lines),
        hint="Ada Lovelace <ada@acme.example>. Without any, its organisation’s or Stripe’s serve.",
        is_long=True,
        is_optional=True,
        is_first=True,
        characters_max=CONTACTS_CHARACTERS_MAX,
    )
    form = Form(actions.CHANGE_CONTACTS, "Next", subject=actions.account_text(card.account.id))
    return _form("Change contacts", name, [asked], form)


def contacts_preview(
    card: AccountCard,
    *,
    added: Sequence[str],
    removed: Sequence[str],
    told: str,
    form: Form,
) -> Message:
    """Who comes and who goes, and who hears of it; changing it is one press more."""
    elements = []
    for emoji, who in (("heavy_plus_sign", added), ("heavy_minus_sign", removed)):
        for one in who:
            elements += [blocks.emoji(emoji), blocks.text(f" {plain(one, limit=LINE_MAX)}\n")]
    parts = [blocks.rich_text(*elements), blocks.context(blocks.plain_text(told))]
    return _form("Change contacts", account_name(card.account), parts, form)


def terms_form(card: AccountCard) -> Message:
    """The dialog in which the terms of an account are set; what is left out is inherited."""
    form = Form(actions.CHANGE_TERMS, "Next", subject=actions.account_text(card.account.id))
    parts = [*_who_and_how(card), *_when(card)]
    return _form("Change terms", account_name(card.account), parts, form)


def _who_and_how(card: AccountCard) -> list[Block]:
    terms, usual = card.terms, _usual(card)
    hint = "Shared with this customer by Slack Connect, and I am in it."
    return [
        person_field(
            OWNER,
            "Looked after by",
            initial=_own(terms, "owner_id", terms.owner_id),
            hint="Who is told about this account, and who chases it.",
        ),
        menu_field(
            PREFERENCE,
            "Hears from us",
            [(INHERITED, usual), *((one.value, preference_words(one, None)) for one in Preference)],
            initial=_own(terms, "preference", terms.preference) or INHERITED,
        ),
        channel_field(
            CHANNEL,
            "Its own channel",
            initial=_own(terms, "channel_id", terms.channel.id if terms.channel else None),
            hint=f"{hint} Now: #{terms.channel.name}." if terms.channel else hint,
            is_optional=True,
        ),
        menu_field(
            LANGUAGE,
            "Language",
            [(INHERITED, usual), *((one.value, LANGUAGES[one]) for one in Language)],
            initial=_own(terms, "language", terms.language) or INHERITED,
        ),
    ]


def _when(card: AccountCard) -> list[Block]:
    terms, usual = card.terms, _usual(card)
    quiet = f"{terms.quiet_hours.from_hour}-{terms.quiet_hours.until_hour}"
    opted_out = YES if terms.is_opted_out else NO
    return [
        text_field(
            QUIET,
            "Quiet hours",
            initial=_own(terms, "quiet_hours", quiet) or "",
            hint=f"Such as 18-8, by the clock of {card.account.time_zone}. Empty: {usual.lower()}.",
            is_optional=True,
            characters_max=LINE_CHARACTERS_MAX,
        ),
        ticks_field(
            DAYS,
            "Days on which something may be sent",
            [(str(place), day) for place, day in enumerate(WEEKDAYS, 1)],
            ticked=[*map(str, terms.weekdays)] if _is_own(terms, "weekdays") else (),
            hint=f"Nothing ticked: {usual.lower()}.",
            is_optional=True,
        ),
        text_field(
            CADENCE,
            "Reminders, in days from the due day",
            initial=_own(terms, "cadence", ", ".join(map(str, terms.cadence))) or "",
            hint=f"Such as -3, 1, 7, 14, 30. Empty: {usual.lower()}.",
            is_optional=True,
            characters_max=LINE_CHARACTERS_MAX,
        ),
        menu_field(
            OPTED_OUT,
            "Are reminders sent?",
            [(INHERITED, usual), (NO, "Yes"), (YES, "No, the customer wants none")],
            initial=_own(terms, "is_opted_out", opted_out) or INHERITED,
        ),
        menu_field(
            THANKS,
            "Thanks for a payment",
            [(INHERITED, usual), (YES, "Sent"), (NO, "Not sent")],
            initial=_own(terms, "is_thanked", YES if terms.is_thanked else NO) or INHERITED,
        ),
    ]


def _usual(card: AccountCard) -> str:
    """What is not set for an account itself is so."""
    return f"As {plain(card.account.path[0], limit=40)}" if card.account.path[1:] else "As usual"


def _is_own(terms: Terms, name: str) -> bool:
    return terms.sources[name] is Source.OWN


def _own(terms: Terms, name: str, value: str | None) -> str | None:
    return value if _is_own(terms, name) else None


def terms_preview(
    card: AccountCard, changes: Sequence[tuple[str, str, str]], *, note: str, form: Form
) -> Message:
    """What changes, from what to what; changing it is one press more.

    Shape: `changes` have the name of a term, and what it is before and after.
    """
    elements = []
    for term, before, after in changes:
        elements += [
            blocks.text(f"{term}: ", is_bold=True),
            blocks.text(f"{fit(before, 200)} → {fit(after, 200)}\n"),
        ]
    parts = [blocks.rich_text(*elements), blocks.context(blocks.plain_text(note))]
    return _form("Change terms", account_name(card.account), parts, form)


def term_words(card: AccountCard, name: str, value: str | None) -> str:
    """One term as a person reads it; None is what is inherited."""
    if value is None:
        return _usual(card)
    match name:
        case "preference":
            return preference_words(Preference(value), None)
        case "language":
            return LANGUAGES[Language(value)]
        case "cadence":
            return cadence_words(parse_cadence(value))
        case "weekdays":
            return days_words(frozenset(map(int, value)))
    return value


def _form(head: str, name: str, parts: Sequence[Block], form: Form) -> Message:
    about = blocks.rich_text(blocks.text(name, is_bold=True))
    return Message(text=literal(head), blocks=(blocks.header(head), about, *parts), form=form)
