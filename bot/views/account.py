"""The card of how an account is dealt with: who looks after it, and how it is written to."""

from bot.access import Permission
from bot.queries.account_cards import AccountCard
from bot.queries.contacts import ContactLine, KnownFrom
from bot.queries.terms import Language, Preference, QuietHours, Source, Terms
from bot.views import actions, blocks
from bot.views.blocks import Block, Element, Message
from bot.views.notices import Contact
from bot.views.roles import done_line
from bot.views.text import account_name, escape, fit, literal, moment_text, plain

CONTACTS_SHOWN = 10
LANGUAGES = {Language.ENGLISH: "English", Language.GERMAN: "German"}
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
NOBODY, NO_CHANNEL = "Nobody yet", "Not set"
# It goes without saying where these come from.
UNSET = frozenset({NOBODY, NO_CHANNEL})


def terms_card(
    card: AccountCard, *, rights: frozenset[Permission], desk: Contact, said: str = ""
) -> Message:
    """What holds for an account, with where each part comes from; changed by admins alone.

    Shape: `desk` is whom others may ask; `said` is what has just been done, above the rest.
    """
    name = account_name(card.account)
    is_admin = Permission.MANAGE_ACCOUNTS in rights
    parts: list[Block] = [
        blocks.header(fit(name, blocks.HEADER_TEXT_MAX)),
        *([done_line(said)] if said else []),
        blocks.fields(_facts(card)),
        blocks.divider(),
        *_contacts(card),
        blocks.actions(_buttons(card, is_admin=is_admin)),
        blocks.context(blocks.mrkdwn(_footing(card, desk, is_admin=is_admin))),
    ]
    return Message(text=literal(f"{name}: {said or 'contacts and terms'}."), blocks=tuple(parts))


def contact_untold(account: str, recipient: str, why: str) -> Message:
    """That somebody could not be told by e-mail that the contacts have changed."""
    words = f"{plain(recipient)} was not told of the change of contacts of {plain(account)}: {why}"
    parts = (blocks.rich_text(blocks.emoji("warning"), blocks.text(f" {fit(words, 1000)}")),)
    return Message(text=literal(fit(words, 1000)), blocks=parts)


def preference_words(preference: Preference, channel: str | None) -> str:
    """Which way an account hears from us."""
    where = f"in {channel}" if channel else "in its channel"
    return {
        Preference.NONE: "Not at all",
        Preference.MAIL: "By e-mail",
        Preference.SLACK: where.capitalize() if not channel else f"In {channel}",
        Preference.BOTH: f"By e-mail and {where}",
    }[preference]


def cadence_words(cadence: tuple[int, ...]) -> str:
    """When reminders go out, counted from the due day."""
    before = [str(-day) for day in cadence if day < 0]
    after = [str(day) for day in cadence if day > 0]
    parts = [f"{' and '.join(before)} days before"] if before else []
    parts += ["on the due day"] if 0 in cadence else []
    if after:
        listed = ", ".join(after[:-1]) + (" and " if after[1:] else "") + after[-1]
        parts.append(f"{listed} days after")
    return fit("; ".join(parts).capitalize() or "Never", 200)


def hours_words(quiet: QuietHours, weekdays: frozenset[int], zone: str) -> str:
    """When something may be sent."""
    days = days_words(weekdays)
    if quiet.from_hour == quiet.until_hour:
        return f"{days}, at any hour"
    return f"{days}, {quiet.until_hour:02}:00–{quiet.from_hour:02}:00, {zone}"


def days_words(weekdays: frozenset[int]) -> str:
    """Days of the week: "Mon–Fri"."""
    days = sorted(weekdays)
    if not days:
        return "Never"
    if len(days) > 2 and days == list(range(days[0], days[-1] + 1)):  # noqa: PLR2004 - a span
        return f"{WEEKDAYS[days[0] - 1]}–{WEEKDAYS[days[-1] - 1]}"
    return ", ".join(WEEKDAYS[day - 1] for day in days)


def _facts(card: AccountCard) -> list[Element]:
    terms = card.terms
    channel = terms.channel
    named = f"#{escape(plain(channel.name))}" if channel else None
    if channel is not None and not channel.is_theirs:
        named = f"{named} (another customer’s by now)"
    reminded = "Not sent: the customer wants none" if terms.is_opted_out else ""
    owner = escape(plain(terms.owner_name)) if terms.owner_name else NOBODY
    facts = (
        ("Looked after by", owner, ("owner_id",)),
        (
            "Hears from us",
            preference_words(terms.preference, named),
            ("preference", "channel_id"),
        ),
        ("Its own channel", named or NO_CHANNEL, ("channel_id",)),
        ("Language", LANGUAGES[terms.language], ("language",)),
        (
            "Reminders",
            reminded or cadence_words(terms.cadence),
            ("is_opted_out",) if reminded else ("cadence",),
        ),
        (
            "Sent only",
            hours_words(terms.quiet_hours, terms.weekdays, card.account.time_zone),
            ("quiet_hours", "weekdays"),
        ),
        ("Thanks for a payment", "Sent" if terms.is_thanked else "Not sent", ("is_thanked",)),
    )
    return [
        blocks.mrkdwn(f"*{label}*{'' if words in UNSET else _from(card, terms, names)}\n{words}")
        for label, words, names in facts
    ]


def _from(card: AccountCard, terms: Terms, names: tuple[str, ...]) -> str:
    """Where a term comes from, unless it was set for the account itself."""
    sources = {terms.sources[name] for name in names}
    if Source.OWN in sources:
        return ""
    if Source.ORGANISATION in sources:
        return f" · as {escape(plain(card.account.path[0], limit=40))}"
    return " · as usual"


def _contacts(card: AccountCard) -> list[Block]:
    title = blocks.text("Contacts", is_bold=True)
    if not card.contacts:
        none = blocks.text("\nNobody: no address is kept here, and Stripe has none.")
        return [blocks.rich_text(title, none)]
    lines = [blocks.text(f"\n{_contact_words(one)}") for one in card.contacts[:CONTACTS_SHOWN]]
    if (rest := len(card.contacts) - CONTACTS_SHOWN) > 0:
        lines.append(blocks.text(f"\nand {rest} more"))
    shown: list[Block] = [blocks.rich_text(title, *lines)]
    known = {one.known_from for one in card.contacts}
    if KnownFrom.STRIPE in known:
        note = "No contact is kept here: this is the address that Stripe has of the customer."
        if card.contacts[1:]:
            note = "No contact is kept here: these are the addresses that Stripe has of it."
        shown.append(blocks.context(blocks.plain_text(note)))
    elif KnownFrom.ORGANISATION in known:
        whose = plain(card.account.path[0])
        note = f"No contact is kept for this company itself: these are those of {whose}."
        shown.append(blocks.context(blocks.plain_text(note)))
    return shown


def _contact_words(contact: ContactLine) -> str:
    email = plain(contact.email, limit=254)
    return f"{plain(contact.name)} · {email}" if contact.name else email


def _buttons(card: AccountCard, *, is_admin: bool) -> list[Element]:
    its_own = actions.account_text(card.account.id)
    buttons = []
    if is_admin:
        buttons += [
            blocks.button("Change contacts", action_id=actions.CHANGE_CONTACTS, value=its_own),
            blocks.button("Change terms", action_id=actions.CHANGE_TERMS, value=its_own),
        ]
    name = actions.action_id(actions.SHOW_BALANCE, "account")
    buttons.append(blocks.button("Its balance", action_id=name, value=its_own))
    return buttons


def _footing(card: AccountCard, desk: Contact, *, is_admin: bool) -> str:
    terms, zone = card.terms, card.account.time_zone
    if terms.changed_at is not None and terms.changed_by is not None:
        words = f"Changed last by <@{terms.changed_by}>, {moment_text(terms.changed_at, zone)}."
    else:
        words = f"As of {moment_text(card.now, zone)}."
    if is_admin:
        return words
    whom = " or ".join(filter(None, (desk.email, desk.phone)))
    asked = f": {literal(whom)}" if whom else ""
    return f"{words} Only billing admins change this{asked}."
