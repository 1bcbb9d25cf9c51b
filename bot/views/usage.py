"""The card of an account's usage: what it costs so far, by which items, day by day."""

from collections.abc import Sequence

from bot.money import Money, money_text, sum_by_currency
from bot.queries.cards import AccountRef
from bot.queries.usage_cards import UsageCard, UsageItem, UsageSpan
from bot.views import actions, blocks
from bot.views.blocks import Block, Element, Message
from bot.views.freshness import freshness_warnings, warning
from bot.views.rates import terms_text, units_words
from bot.views.text import (
    account_name,
    count_text,
    fit,
    literal,
    moment_text,
    month_text,
    period_text,
    plain,
    short_day_text,
)
from bot.views.usage_chart import day_charts

# What Slack takes as one message bounds these: further items stand in a sum, further companies are
# found by their name, and so are further months.
ITEMS_MAX = 8
COMPANIES_MAX = 8
MONTHS_MAX = 18
NAME_MAX = 40


def usage_card(card: UsageCard) -> Message:
    """An account's usage in its running periods, or in a month."""
    shown = [
        blocks.header(fit(_title(card), blocks.HEADER_TEXT_MAX)),
        _glance(card),
        *freshness_warnings(card.freshness, card.account.time_zone),
        *_warnings(card),
        *day_charts(card),
    ]
    if card.items and not _is_uncounted(card):
        shown.append(_table(card))
    shown += _next_invoice(card)
    shown.append(_buttons(card))
    shown.append(blocks.context(blocks.mrkdwn(_footing(card))))
    return Message(text=_summary(card), blocks=tuple(shown), is_shareable=bool(card.spans))


def _title(card: UsageCard) -> str:
    if card.month is None:
        return "Usage so far"
    return f"Usage of {month_text(card.month.first_day)}"


def _glance(card: UsageCard) -> Block:
    if not card.spans:
        words = "No metered prices are billed to it" if card.month is None else "Nothing was billed"
        return blocks.rich_text(
            blocks.text(f"{words}{'.' if card.month is None else ' by usage in this month.'}\n"),
            blocks.text(account_name(card.account)),
        )
    if _is_uncounted(card):
        return blocks.rich_text(
            blocks.text("Being counted for the first time\n", is_bold=True),
            blocks.text(f"{account_name(card.account)}\n{_period_words(card.spans)}"),
        )
    amounts = _amounts_text(card.totals)
    purpose = "by usage so far" if any(not span.is_over for span in card.spans) else "by usage"
    lines = [f" {purpose}"]
    if card.projected:
        lines.append(f"{_amounts_text(card.projected)} projected at the end")
    lines += [account_name(card.account), _period_words(card.spans)]
    return blocks.rich_text(blocks.text(amounts, is_bold=True), blocks.text("\n".join(lines)))


def _period_words(spans: Sequence[UsageSpan]) -> str:
    """The days of the period, and how many full ones of them are counted."""
    periods = {(span.starts_on, span.ends_on) for span in spans}
    if len(periods) > 1:
        return f"{count_text(len(spans), 'subscription')} with periods of their own"
    ((first, last),) = periods
    words = period_text(first, last)
    if all(span.is_over for span in spans):
        return words
    counted = count_text(min(span.full_days for span in spans), "full day")
    return f"{words} · {counted} counted"


def _warnings(card: UsageCard) -> list[Block]:
    """What must not be overlooked, once each."""
    found: list[str] = []
    if _is_uncounted(card):
        return [warning("No figures yet: refresh in a moment.")]
    if any(span.counted_at is None for span in card.spans):
        is_billed = all(span.is_over for span in card.spans)
        found.append(
            "These are the quantities billed. The days are being counted: refresh in a moment."
            if is_billed
            else "Not everything is counted yet: refresh in a moment."
        )
    fresh = [span for span in card.spans if not span.is_over and span.counted_at is not None]
    if fresh and all(span.covers_until_at is None for span in fresh):
        began = short_day_text(max(span.starts_on for span in fresh))
        found.append(f"No full day yet: the period began on {began}.")
    if stale := next((span for span in card.spans if span.is_stale), None):
        found.append(_stale_text(stale))
    found += [text for span in card.spans if (text := _difference_text(span, card))][:3]
    return [warning(text) for text in found]


def _is_uncounted(card: UsageCard) -> bool:
    """Whether nothing of it was counted or billed, so that zeros would mean nothing."""
    return bool(card.spans) and all(
        span.counted_at is None and not span.is_over for span in card.spans
    )


def _stale_text(span: UsageSpan) -> str:
    since = moment_text(span.counted_at, span.zone) if span.counted_at else "the beginning"
    if span.failed_at is None:
        return f"This may be out of date: it was last counted on {since}."
    failed = moment_text(span.failed_at, span.zone)
    return f"Counting anew failed on {failed}, so this is what was counted on {since}."


def _difference_text(span: UsageSpan, card: UsageCard) -> str | None:
    """That Stripe's own figure for the usage is another one; None where it agrees."""
    if span.own is None or span.stripe is None or span.own == span.stripe:
        return None
    whose = f" of {account_name(span.account)}" if card.companies else ""
    if span.is_over:
        return (
            f"The invoice{whose} has {money_text(span.stripe)} of usage; the meters, counted and "
            f"rated here, come to {money_text(span.own)}."
        )
    moment = moment_text(span.compared_at, span.zone) if span.compared_at else ""
    return (
        f"Stripe’s preview{whose} had {money_text(span.stripe)} of usage on {moment}; counted and "
        f"rated here, it was {money_text(span.own)}."
    )


def _table(card: UsageCard) -> Block:
    """The items, the sums, and below them the companies of an organisation.

    Two columns only, so that a phone shows both; what is projected stands under the name.
    """
    rows = [(blocks.cell("Item"), blocks.cell("So far" if card.projected else "Amount"))]
    rows += [
        (_item_words(item), blocks.cell(money_text(item.amount))) for item in card.items[:ITEMS_MAX]
    ]
    rest = card.items[ITEMS_MAX:]
    for amount in sum_by_currency(item.amount for item in rest).values():
        rows.append((blocks.cell(f"{len(rest):,} more"), blocks.cell(money_text(amount))))
    if len(card.items) > 1:
        for currency, total in card.totals.items():
            words = [blocks.text("Total", is_bold=True), *_projected(card.projected.get(currency))]
            amount_text = blocks.text(money_text(total), is_bold=True)
            rows.append((blocks.rich_text(*words), blocks.rich_text(amount_text)))
    for company in card.companies[:COMPANIES_MAX]:
        told = f"of it {plain(company.account.path[-1], limit=NAME_MAX)}"
        if company.projected:
            told += f"\nProjected {money_text(company.projected)}"
        rows.append((blocks.cell(told), blocks.cell(money_text(company.amount))))
    if len(card.companies) > COMPANIES_MAX:
        more = f"and {len(card.companies) - COMPANIES_MAX:,} more, by their names"
        rows.append((blocks.cell(more), blocks.cell("…")))
    return blocks.table(rows, align=("left", "right"), wrapped=(0,))


def _item_words(item: UsageItem) -> Element:
    figures = units_words(item.quantity, item.unit_label)
    rate = terms_text(item.terms, item.unit_label) if item.terms else "at several prices"
    return blocks.rich_text(
        blocks.text(plain(item.name, limit=NAME_MAX), is_bold=True),
        blocks.text(f"\n{figures} · {rate}"),
        *_projected(item.projected),
    )


def _projected(amount: Money | None) -> list[Element]:
    return [] if amount is None else [blocks.text(f"\nProjected {money_text(amount)}")]


def _next_invoice(card: UsageCard) -> list[Block]:
    """What Stripe's next invoice has so far, with its fixed fees beside the usage."""
    spans = [span for span in card.spans if span.next_total is not None and not span.is_over]
    if not spans:
        return []
    totals = sum_by_currency(span.next_total for span in spans if span.next_total)
    fixed = sum_by_currency(span.next_fixed for span in spans if span.next_fixed)
    words = f"*Next invoice so far*\n{_amounts_text(totals)}"
    facts = [blocks.mrkdwn(words)]
    if fixed:
        facts.append(blocks.mrkdwn(f"*Of it fixed fees*\n{_amounts_text(fixed)}"))
    return [blocks.fields(facts)] if totals else []


def _buttons(card: UsageCard) -> Block:
    elements: list[Element] = []
    if card.months:
        options = [
            blocks.option(month_text(each.first_day), value=_asked(card.account, each))
            for each in card.months[:MONTHS_MAX]
        ]
        elements.append(_menu("Month", options))
    companies = {company.account.id: company.account for company in card.companies}
    if companies:
        options = [
            blocks.option(
                plain(account.path[-1], limit=NAME_MAX),
                value=_asked(account, card.month),
            )
            for account in list(companies.values())[:COMPANIES_MAX]
        ]
        elements.append(_menu("Company", options))
    refresh = actions.action_id(actions.SHOW_USAGE, "refresh")
    asked = _asked(card.account, card.month)
    invoices = actions.account_text(card.account.id)
    elements.append(blocks.button("Refresh", action_id=refresh, value=asked))
    elements.append(blocks.button("Invoices", action_id=actions.SHOW_ACCOUNT, value=invoices))
    return blocks.actions(elements)


def _menu(name: str, options: Sequence[Element]) -> Element:
    action = actions.action_id(actions.SHOW_USAGE, name.lower())
    return blocks.static_select(name, action_id=action, options=options)


def _asked(account: AccountRef, month: object | None) -> str:
    """What the grammar of /usage reads as this account's usage."""
    named = actions.account_text(account.id)
    return f"{named} {month}" if month else named


def _footing(card: UsageCard) -> str:
    parts = []
    covered = [span for span in card.spans if span.covers_until_at is not None]
    if covered:
        earliest = min(covered, key=lambda span: span.covers_until_at or card.now)
        until = earliest.covers_until_at
        if until is not None:
            parts.append(f"Usage as of {moment_text(until, earliest.zone)}")
    else:
        parts.append(f"As of {moment_text(card.now, card.account.time_zone)}")
    if card.projected:
        parts.append(_method_text(card.spans))
    if _agrees(card):
        parts.append("agrees with Stripe’s own figures")
    return " · ".join(parts)


def _method_text(spans: Sequence[UsageSpan]) -> str:
    days = {span.full_days for span in spans if not span.is_over}
    if len(days) != 1:
        return "projected at the pace of each period’s full days so far"
    (count,) = days
    if count == 1:
        return "projected at the pace of the one full day so far"
    return f"projected at the pace of the {count} full days so far"


def _agrees(card: UsageCard) -> bool:
    compared = [span for span in card.spans if span.own is not None]
    return (
        bool(compared)
        and len(compared) == len(card.spans)
        and all(span.own == span.stripe for span in compared)
    )


def _amounts_text(amounts: dict[str, Money]) -> str:
    return " · ".join(money_text(amount) for amount in amounts.values()) or "Nothing"


def _summary(card: UsageCard) -> str:
    """The essence, with every item's figures, for those who hear instead of see."""
    items = "; ".join(
        f"{plain(item.name, limit=NAME_MAX)} {units_words(item.quantity, item.unit_label)}, "
        f"{money_text(item.amount)}"
        for item in card.items[:ITEMS_MAX]
    )
    words = f"{_title(card)}, {account_name(card.account)}: {_amounts_text(card.totals)}"
    return fit(literal(f"{words}. {items}. {_footing(card)}."), blocks.MESSAGE_TEXT_MAX)
