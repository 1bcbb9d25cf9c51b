"""What somebody is told in the morning: the invoices that have become Past Due overnight."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.money import Money
from bot.queries.cards import Freshness, InvoiceRow
from bot.views import actions, blocks
from bot.views.blocks import Message
from bot.views.freshness import footing, freshness_warnings
from bot.views.lists import invoice_rows
from bot.views.text import amounts_text, count_text, literal

# A message of these stays one that can be taken in; the rest is a list away.
ROWS_MAX = 10
EVERYTHING = "list status:past_due"


@dataclass(frozen=True, slots=True)
class Overnight:
    """What has become Past Due since the last time, for one person.

    Shape: `rows` in the order to be shown. `is_owner` whether their accounts are the person's own;
        `has_older` when older ones were recorded and nobody is told of them.
    """

    rows: Sequence[InvoiceRow]
    is_owner: bool
    has_older: bool
    freshness: Freshness
    zone: str


def crossed_notice(overnight: Overnight) -> Message:
    """One message for all invoices of a day."""
    rows = overnight.rows
    words = f"{count_text(len(rows), 'invoice')} {'is' if len(rows) == 1 else 'are'} now Past Due"
    due = f"*{amounts_text(_sums(rows))}* to pay."
    parts = [
        blocks.header(words),
        blocks.section(blocks.mrkdwn(f"{due} {_why(overnight)}")),
        *freshness_warnings(overnight.freshness, overnight.zone),
        *invoice_rows(rows[:ROWS_MAX]),
    ]
    if len(rows) > ROWS_MAX or overnight.has_older:
        rest = len(rows) - ROWS_MAX
        more = f"And {rest:,} more. " if rest > 0 else ""
        older = "What was Past Due before stands in the list." if overnight.has_older else ""
        parts.append(
            blocks.section(
                blocks.plain_text(f"{more}{older}".strip()),
                accessory=blocks.button(
                    "All Past Due",
                    action_id=actions.action_id(actions.LIST_PAGE, "past_due"),
                    value=actions.format_list_page(EVERYTHING, 1),
                ),
            )
        )
    parts.append(footing(overnight.freshness, overnight.zone))
    return Message(
        text=literal(f"{words}: {amounts_text(_sums(rows))} to pay."), blocks=tuple(parts)
    )


def _why(overnight: Overnight) -> str:
    accounts = len({row.account.id for row in overnight.rows})
    if overnight.is_owner:
        return f"You own {'this account' if accounts == 1 else 'these accounts'}."
    which = "The account has" if accounts == 1 else "The accounts have"
    return f"{which} no owner, so you are told."


def _sums(rows: Sequence[InvoiceRow]) -> list[Money]:
    sums: dict[str, Money] = {}
    for row in rows:
        currency = row.remaining.currency
        sums[currency] = sums[currency] + row.remaining if currency in sums else row.remaining
    return [sums[currency] for currency in sorted(sums)]
