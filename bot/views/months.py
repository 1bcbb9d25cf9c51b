"""When an account has no invoice for a month: why, and what to do about it."""

from bot.queries.months import MonthStanding, MonthState
from bot.views import action_values, actions, blocks
from bot.views.blocks import Element, Message
from bot.views.freshness import footing, freshness_warnings
from bot.views.notices import Contact, contact_block
from bot.views.text import account_name, day_after, day_text, literal, moment_text, month_text

EMOJI = {
    MonthState.OPEN: "calendar",
    MonthState.DRAFT: "pencil2",
    MonthState.CLOSED: "mag",
    MonthState.UNREAD: "hourglass_flowing_sand",
    MonthState.TOO_EARLY: "speech_balloon",
    MonthState.TOO_LATE: "speech_balloon",
}


def no_invoice_in_month(standing: MonthStanding, *, list_text: str, contact: Contact) -> Message:
    """That there is none, why, and the account's other invoices one press away.

    Shape: `list_text` asks for all invoices of the account.
    """
    sentence = standing_sentence(standing)
    buttons: list[Element] = []
    if standing.state is MonthState.CLOSED:
        value = action_values.format_ask_support(standing.account.id, str(standing.month))
        buttons.append(
            blocks.button(
                "Ask support for it",
                action_id=actions.ASK_SUPPORT,
                value=value,
                style="primary",
            )
        )
    if standing.first_month is not None:
        buttons.append(
            blocks.button("Other invoices", action_id=actions.SHOW_ACCOUNT, value=list_text)
        )
    return Message(
        text=literal(sentence),
        blocks=(
            blocks.rich_text(blocks.emoji(EMOJI[standing.state]), blocks.text(f" {sentence}")),
            *freshness_warnings(standing.freshness, standing.account.time_zone),
            *([blocks.actions(buttons)] if buttons else []),
            contact_block(contact),
            footing(standing.freshness, standing.account.time_zone),
        ),
    )


def standing_sentence(standing: MonthStanding) -> str:
    """Why there is no invoice for the month, in one sentence or two."""
    name = account_name(standing.account)
    zone = standing.account.time_zone
    month = month_text(standing.month.first_day)
    match standing.state:
        case MonthState.OPEN:
            return _open_sentence(standing, name, month)
        case MonthState.DRAFT:
            until = standing.issues_at and moment_text(standing.issues_at, zone)
            draft = f"draft until {until}" if until else "draft with no day to be issued on"
            return f"{month} is closed, {draft}: {name} has no invoice of it yet."
        case MonthState.CLOSED:
            since = day_text(day_after(standing.last_day))
            return f"{month} is closed since {since} ({zone}), none issued to {name}."
        case MonthState.UNREAD:
            since = day_text(day_after(standing.last_day))
            return (
                f"{month} is closed since {since} ({zone}), and what Stripe has issued since then "
                "is still to be read. Please ask again in a minute."
            )
        case MonthState.TOO_LATE:
            sentence = (
                f"{month} has not begun in {zone}. "
                f"The newest month to ask for is {standing.newest_month}"
            )
            return f"{sentence}{_first_words(standing, name)}."
        case MonthState.TOO_EARLY:
            return f"There is no invoice for {standing.month}{_first_words(standing, name)}."


def _open_sentence(standing: MonthStanding, name: str, month: str) -> str:
    until, zone = day_text(standing.last_day), standing.account.time_zone
    if day_after(standing.last_day).day == 1 and month_text(standing.last_day) == month:
        return f"{month} is still open in {zone}; the invoice of {name} appears after {until}."
    return (
        f"{month} is still open: the period of {name} runs until {until} ({zone}), and its "
        "invoice appears after that."
    )


def _first_words(standing: MonthStanding, name: str) -> str:
    if standing.first_month is None:
        return f"; {name} has none yet"
    return f"; {name}’s first invoice is of {standing.first_month}"
