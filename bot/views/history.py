"""The history of an invoice as a table: when, what, and how we know."""

from bot.money import money_text
from bot.queries.cards import Status
from bot.queries.history import DeedLine, InvoiceHistory, Line, PastDueLine, StateLine
from bot.views import actions, blocks
from bot.views.blocks import Block, Cell, Element, Message
from bot.views.freshness import footing, freshness_warnings, warning
from bot.views.invoice import STATUS_EMOJI, status_words
from bot.views.text import (
    account_name,
    clock_text,
    count_text,
    day_text,
    invoice_name,
    literal,
    moment_text,
    plain,
)

NOTE_MAX, NAME_MAX = 200, 60
DEED_EMOJI = "bust_in_silhouette"

# How a state came to our notice, by the source that the mirror wrote down.
SOURCES = {
    "event": "Stripe told us",
    "read": "Read from Stripe",
    "backfill": "First reading",
    "verify": "Comparison with Stripe",
    "command": "Done here",
}


def invoice_history(history: InvoiceHistory) -> Message:
    """One page of an invoice's history, oldest first."""
    title = f"History of {invoice_name(history.invoice)}"
    counts = [count_text(history.states_count, "state")]
    if history.past_due_count:
        counts.append(f"{count_text(history.past_due_count, 'time')} Past Due")
    if history.deeds_count:
        counts.append(count_text(history.deeds_count, "deed"))
    said = f"{account_name(history.invoice.account)}\n{', '.join(counts)}, oldest first"
    shown = [
        blocks.header(title),
        blocks.section(blocks.plain_text(said)),
        *freshness_warnings(history.freshness, history.zone),
    ]
    if history.known_since is not None and history.page == 1:
        since = moment_text(history.known_since, history.zone)
        known = f"We first saw it on {since}. Of the time before, we know Stripe’s dates alone."
        shown.append(warning(known))
    shown.append(_table(history))
    shown.append(_buttons(history))
    place = f"Page {history.page:,} of {history.pages:,}" if history.pages > 1 else ""
    shown.append(footing(history.freshness, history.zone, place=place))
    text = literal(f"{title}, {said.replace(chr(10), ': ')}.")
    return Message(text=text, blocks=tuple(shown))


def _table(history: InvoiceHistory) -> Block:
    """Two columns, as a phone shows no third one."""
    rows: list[list[Cell]] = [[blocks.cell(title) for title in ("When", "What, and how we know")]]
    for line in history.lines:
        when = clock_text(line.at, history.zone)
        by_then = "by " if isinstance(line, StateLine) and line.is_by_then else ""
        rows.append([blocks.cell(f"{by_then}{when}"), blocks.rich_text(*_what(line, history.zone))])
    if not history.lines:
        rows.append([blocks.cell("—"), blocks.cell("Nothing has been seen yet.")])
    return blocks.table(rows, align=("left", "left"), wrapped=(1,))


def _what(line: Line, zone: str) -> list[Element]:
    match line:
        case StateLine():
            return _state(line, zone)
        case PastDueLine():
            return _past_due(line, zone)
        case DeedLine():
            return _deed(line)


def _past_due(line: PastDueLine, zone: str) -> list[Element]:
    until = f" · until {clock_text(line.ended_at, zone)}" if line.ended_at else ""
    return [
        blocks.emoji(STATUS_EMOJI[Status.PAST_DUE]),
        blocks.text(f" {status_words(Status.PAST_DUE, '')}", is_bold=True),
        blocks.text(f"{until}\nJudged here, {clock_text(line.judged_at, zone)}"),
    ]


def _state(line: StateLine, zone: str) -> list[Element]:
    how = [f"{_source(line)}, {clock_text(line.seen_at, zone)}"]
    if line.event_id:
        how.append(plain(line.event_id, limit=NAME_MAX))
    if line.is_told:
        how.append("By its date alone; the amounts are assumed.")
    return [
        blocks.emoji(STATUS_EMOJI[line.status]),
        blocks.text(f" {status_words(line.status, line.status_text)}", is_bold=True),
        blocks.text(f" · {_amounts(line)}"),
        *(blocks.text(f"\n{part}") for part in how),
    ]


def _source(line: StateLine) -> str:
    return SOURCES.get(line.source, plain(line.source, limit=NAME_MAX))


def _amounts(line: StateLine) -> str:
    total = money_text(line.total)
    if line.status in {Status.OPEN, Status.UNCOLLECTIBLE}:
        due = f", due {day_text(line.due_on)}" if line.due_on else ""
        if line.remaining == line.total:
            return f"{total} to pay{due}"
        return f"{money_text(line.remaining)} of {total} to pay{due}"
    return total


def _deed(line: DeedLine) -> list[Element]:
    who = plain(line.who, limit=NAME_MAX) if line.who else "Tallyman"
    role = line.basis.partition("@")[0]
    by = f"{who}, as {role}" if line.who and role else who
    note = f"\n‘{plain(line.note, limit=NOTE_MAX)}’" if line.note else ""
    return [
        blocks.emoji(DEED_EMOJI),
        blocks.text(f" {action_words(line.action)}", is_bold=True),
        blocks.text(f"{note}\n{by} · audit entry {line.number:,}"),
    ]


def action_words(action: str) -> str:
    """An audit action for people: "void_invoice.settled" is "Void invoice: settled"."""
    operation, _, stage = action.partition(".")
    words = plain(operation.replace("_", " ").capitalize(), limit=NAME_MAX)
    return words if stage == "done" else f"{words}: {plain(stage, limit=NAME_MAX)}"


def _buttons(history: InvoiceHistory) -> Block:
    invoice_id = history.invoice.id
    elements: list[Element] = []
    for text, place, number in (
        ("‹ Earlier", "previous", history.page - 1),
        ("Later ›", "next", history.page + 1),
    ):
        if 1 <= number <= history.pages:
            name = actions.action_id(actions.SHOW_INVOICE_HISTORY, place)
            value = actions.format_show_invoice_history(invoice_id, number)
            elements.append(blocks.button(text, action_id=name, value=value))
    elements.append(
        blocks.button("Back to the invoice", action_id=actions.SHOW_INVOICE, value=invoice_id)
    )
    return blocks.actions(elements)
