"""Usage day by day, as a chart of what costs most."""

from bot.queries.usage_cards import UsageCard, UsageItem
from bot.views.blocks import Block
from bot.views.charts import CHARTS_MAX, POINTS_MAX, bar_chart
from bot.views.rates import units_name
from bot.views.text import period_text, plain, short_day_text

# More would not fit into what Slack takes as one message.
SERIES_MAX = 2
NAME_MAX = 40


def day_charts(card: UsageCard) -> list[Block]:
    """What was used on each day, of the items in the unit of the one that costs most.

    Shape: [] for less than two days; two charts where one can't hold all days.
    """
    items = _charted(card)
    if len(card.days) < 2 or not items:  # noqa: PLR2004 - one day is a figure, not a chart
        return []
    unit = items[0].unit_label
    charts = -(-len(card.days) // POINTS_MAX)
    charts = min(charts, CHARTS_MAX)
    first = max(0, len(card.days) - charts * POINTS_MAX)
    each = -(-(len(card.days) - first) // charts)
    found = []
    for start in range(first, len(card.days), each):
        days = card.days[start : start + each]
        found.append(
            bar_chart(
                f"{units_name(unit)} by day, {period_text(days[0], days[-1])}",
                labels=[short_day_text(day) for day in days],
                series=[
                    (plain(item.name, limit=NAME_MAX), item.days[start : start + each])
                    for item in items
                ],
                y_label=units_name(unit),
            )
        )
    return found


def _charted(card: UsageCard) -> list[UsageItem]:
    used = [item for item in card.items if any(item.days)]
    if not used:
        return []
    top = max(used, key=lambda item: item.amount.minor)
    if top.unit_label is None:
        return [top]
    return [item for item in used if item.unit_label == top.unit_label][:SERIES_MAX]
