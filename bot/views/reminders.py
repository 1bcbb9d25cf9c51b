"""What customers would be reminded of, to whom it goes in which tone, and why the rest is held."""

from collections.abc import Sequence
from datetime import datetime

from bot.money import sum_by_currency
from bot.queries.addressees import Way
from bot.queries.reminder_terms import GRAVITY, Level
from bot.queries.reminders import Held, Plan, Planned
from bot.views import actions, blocks, dialogs
from bot.views.account import WEEKDAYS
from bot.views.blocks import Block, Cell, Element, Message
from bot.views.roles import done_line
from bot.views.text import (
    account_name,
    amounts_text,
    count_text,
    day_text,
    fit,
    invoice_name,
    literal,
    moment_text,
    plain,
    short_day_text,
)

ROWS_MAX = 15
LINE_MAX = 300
ON, OFF = "on", "off"
TONES = {
    Level.COURTESY: "Courtesy",
    Level.FRIENDLY: "Friendly",
    Level.FIRM: "Firm",
    Level.FINAL: "Final",
    Level.THANKS: "Thanks",
}


def reminders_card(
    plan: Plan, *, now: datetime, zone: str, may_switch: bool, said: str = ""
) -> Message:
    """All that has come by now; while reminders are off, what would go out if they were on."""
    is_on = plan.on_since is not None
    head = "Reminders to customers"
    state = _state_words(plan, zone)
    parts: list[Block] = [
        blocks.header(head),
        *([done_line(said)] if said else []),
        blocks.rich_text(
            blocks.emoji("bell" if is_on else "no_bell"), blocks.text(f" {state}", is_bold=True)
        ),
        *_outgoing(plan.planned, is_on=is_on),
        *_held(plan.held),
        *([blocks.actions([_switch(is_on=is_on)])] if may_switch else []),
        blocks.context(blocks.plain_text(_footing(plan, now, zone))),
    ]
    count = count_text(len(plan.planned), "message")
    text = f"{head}: {state} {count} due, {len(plan.held):,} invoices held."
    return Message(text=literal(text), blocks=tuple(parts))


def reminder_lines(plan: Plan, *, zone: str) -> list[str]:
    """The same for the shell, all of it."""
    return [
        _state_words(plan, zone),
        *(f"  {' · '.join(_planned_words(one))}" for one in plan.planned),
        *(f"  held: {' · '.join(_held_words(one))}" for one in plan.held),
        _waiting_words(plan),
    ]


def _state_words(plan: Plan, zone: str) -> str:
    if plan.on_since is None:
        return "They are off: nothing goes out."
    return f"They are on since {moment_text(plan.on_since, zone)}."


def _outgoing(planned: Sequence[Planned], *, is_on: bool) -> list[Block]:
    if not planned:
        return [blocks.section(blocks.plain_text("Nobody is due to be reminded now."))]
    title = "Goes out, by the account’s own clock" if is_on else "Would go out if they were on"
    rows = [[blocks.cell(head) for head in ("Account", "About", "To, and when")]]
    rows += [_planned_row(one) for one in planned[:ROWS_MAX]]
    count = count_text(len(planned), "account")
    return [
        blocks.rich_text(blocks.text(f"{title}: {count}", is_bold=True)),
        blocks.table(rows, align=("left",) * 3, wrapped=(0, 2)),
        *_more(len(planned)),
    ]


def _held(held: Sequence[Held]) -> list[Block]:
    if not held:
        return []
    lines = [
        blocks.text(f"\n• {fit(' · '.join(_held_words(one)), LINE_MAX)}") for one in held[:ROWS_MAX]
    ]
    title = blocks.text(f"Held: {count_text(len(held), 'invoice')}", is_bold=True)
    return [blocks.rich_text(title, *lines), *_more(len(held))]


def _more(count: int) -> list[Block]:
    rest = count - ROWS_MAX
    words = f"and {rest:,} more: python app.py reminders lists them all"
    return [blocks.context(blocks.plain_text(words))] if rest > 0 else []


def _planned_row(one: Planned) -> list[Cell]:
    """Three columns, as a phone has no room for more."""
    account, tone, count, amounts, whom, when = _planned_words(one)
    cells = (account, f"{amounts}\n{count} · {tone.lower()}", f"{whom}\n{when}")
    return [blocks.cell(fit(each, LINE_MAX)) for each in cells]


def _planned_words(one: Planned) -> tuple[str, str, str, str, str, str]:
    """The account, the tone, about what and how much, to whom and when."""
    level = max((each.level for each in one.invoices), key=GRAVITY.index)
    is_thanks = level is Level.THANKS
    amounts = (each.row.total if is_thanks else each.row.remaining for each in one.invoices)
    sums = sum_by_currency(amounts)
    whom = [
        f"{plain(target.addressee.name, limit=60)}"
        + (" (by Stripe)" if target.addressee.way is Way.STRIPE else "")
        for target in one.targets
    ]
    return (
        account_name(one.account),
        TONES[level],
        count_text(len(one.invoices), "invoice"),
        amounts_text([*sums.values()]),
        ", ".join(dict.fromkeys(whom)),
        _when_words(one),
    )


def _when_words(one: Planned) -> str:
    """When it goes out by the account's clock, and what keeps it back until then."""
    day, clock = short_day_text(one.goes_at.date()), f"{one.goes_at:%H:%M}"
    words = f"{WEEKDAYS[one.goes_at.weekday()]} {day} {clock}"
    return words if one.silence is None else f"{words}; now {one.silence}"


def _held_words(one: Held) -> tuple[str, str, str]:
    return invoice_name(one.row), account_name(one.row.account), one.why


def _switch(*, is_on: bool) -> Element:
    if is_on:
        confirm = dialogs.confirmation(
            "Turn reminders off?",
            "Customers hear nothing more by the clock until somebody turns them on again.",
            yes="Turn off",
        )
        return blocks.button(
            "Turn off", action_id=actions.SWITCH_REMINDERS, value=OFF, confirm=confirm
        )
    confirm = dialogs.confirmation(
        "Turn reminders on?",
        "From now on customers are written to by the terms of their accounts. What was due before "
        "today is not sent.",
        yes="Turn on",
    )
    return blocks.button(
        "Turn on", action_id=actions.SWITCH_REMINDERS, value=ON, confirm=confirm, style="primary"
    )


def _footing(plan: Plan, now: datetime, zone: str) -> str:
    return (
        f"As of {moment_text(now, zone)}. {_waiting_words(plan)} Each invoice is read again from "
        "Stripe before anything goes out."
    )


def _waiting_words(plan: Plan) -> str:
    words = f"Not due to be reminded of: {count_text(plan.waiting, 'invoice')}."
    return f"{words[:-1]}, the next on {day_text(plan.next_on)}." if plan.next_on else words
