"""How one currency was collected: days sales outstanding, effectiveness, and how both developed."""

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from bot.money import money_text
from bot.queries.collection import Collection, CountedDays, MonthEnd
from bot.views import blocks
from bot.views.blocks import Block, Element
from bot.views.charts import bar_chart
from bot.views.text import LONG_MONTHS, MONTHS, day_text, month_text

NOT_YET = "There are no past months to tell of yet: they are summed up at night."
FORMULAS = (
    "Months end at midnight in each account’s zone. DSO is days sales outstanding, by countback: "
    "how many days of invoicing were still to pay. CEI is the collection effectiveness index: of "
    "what had fallen due by then, the share that was settled. Invoiced is less credit notes and "
    "voided invoices."
)
_TENTHS, _WHOLE = Decimal("0.1"), Decimal(1)
_NONE = "–"


def collection_blocks(collection: Collection | None, *, has_chart: bool) -> list[Block]:
    """The figures of the last month that is over, and how they came about."""
    if collection is None or not collection.months:
        return [blocks.context(blocks.mrkdwn(NOT_YET))]
    months = collection.months
    found = [blocks.divider(), _glance(collection.currency, months[-1])]
    # One month is a figure; a trend takes two.
    if len(months) > 1:
        found += _charts(months) if has_chart else []
        found.append(blocks.preformatted(_rows(months)))
    return [*found, blocks.context(blocks.mrkdwn(FORMULAS))]


def collection_words(collection: Collection | None) -> str:
    """The same in a few words; "" where there is nothing to tell."""
    if collection is None or not collection.months or collection.months[-1].dso is None:
        return ""
    last = collection.months[-1]
    return f"DSO {_days(last.dso)} days at the end of {month_text(last.ends_on)}"


def _glance(currency: str, last: MonthEnd) -> Block:
    month = LONG_MONTHS[last.ends_on.month - 1]
    head = f"How {currency.upper()} was collected"
    elements: list[Element] = [
        blocks.text(head, is_bold=True),
        blocks.text(f" · at the end of {day_text(last.ends_on)}\n"),
        blocks.text(f"DSO {_days(last.dso)}", is_bold=True),
        blocks.text(f" days, with {money_text(last.receivables)} to pay\n"),
        blocks.text(f"CEI {_percent(last.effectiveness)}", is_bold=True),
        blocks.text(f" collected in {month}, with {money_text(last.sales)} invoiced"),
    ]
    if last.dso is None:
        elements[2:4] = [
            blocks.text("DSO", is_bold=True),
            blocks.text(f" needs a month with sales; {month} had none\n"),
        ]
    elif last.dso.is_more:
        words = (
            f" days, with {money_text(last.receivables)} to pay, some older than sales go back\n"
        )
        elements[3] = blocks.text(words)
    return blocks.rich_text(*elements)


def _charts(months: Sequence[MonthEnd]) -> list[Block]:
    counted = [(one.ends_on, one.dso.days) for one in months if one.dso is not None]
    if len(counted) < 2:  # noqa: PLR2004 - one is a figure, not a chart
        return []
    days = [_rounded(each, _TENTHS) for _, each in counted]
    labels = [_short(day) for day, _ in counted]
    return [bar_chart("DSO by month, in days", labels=labels, series=[("DSO", days)])]


def _rows(months: Sequence[MonthEnd]) -> str:
    """The newest first, in columns that a phone has room for."""
    rows = [("End of", "To pay", "DSO", "CEI")]
    rows += [
        (
            _short(one.ends_on),
            money_text(one.receivables).replace(f"{one.receivables.currency.upper()} ", ""),
            _days(one.dso),
            _percent(one.effectiveness),
        )
        for one in reversed(months)
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )


def _short(day: date) -> str:
    return f"{MONTHS[day.month - 1]} {day.year}"


def _days(counted: CountedDays | None) -> str:
    if counted is None:
        return _NONE
    # Of whole months at least; how many more is not known.
    return f">{counted.days}" if counted.is_more else f"{_rounded(counted.days, _TENTHS):,}"


def _percent(share: Fraction | None) -> str:
    if share is None:
        return _NONE
    # More credit notes than invoices, say; how far below nothing means nothing.
    return "<0%" if share < 0 else f"{_rounded(share, _WHOLE)}%"


def _rounded(value: Fraction, unit: Decimal) -> Decimal:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(unit, rounding=ROUND_HALF_UP)
