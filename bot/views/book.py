"""The card of the whole book: what is owed in each currency, how late, by whom, how collected."""

import json
from collections.abc import Callable, Iterator, Sequence

from bot.money import money_text
from bot.queries.book import Book, CurrencyBook, Debtor
from bot.views import actions, blocks
from bot.views.ageing import (
    Behind,
    account_row,
    ageing_table,
    behind_menu,
    others_words,
    owed_line,
    owed_words,
)
from bot.views.blocks import Block, Element, Message
from bot.views.collection import collection_blocks, collection_words
from bot.views.freshness import footing, freshness_warnings
from bot.views.text import account_name, as_of_text, count_text, literal

# What a card may have room for, the best first: the ages of so many currencies, and a chart or not.
# What leads to many other currencies takes room too, and so do long names.
LAYOUTS = ((3, True), (2, True), (1, False))
# Slack takes some 13,000 characters of blocks in all.
CHARACTERS_MAX = 12_000
PARTIAL = "Only the accounts that your role covers"


def book_card(
    book: Book, *, list_for: Callable[[Behind], str], currency: str | None = None
) -> Message:
    """The whole book, with the debtors and the past months of one currency.

    Shape: `currency` is the one, else that with the most open invoices; `list_for` makes the
        canonical text of the list behind a figure.
    """
    ranked = sorted(book.currencies, key=lambda each: -each.owed.count)
    in_turn = sorted(ranked, key=lambda each: each.owed.currency != currency)
    told = {each.currency: each for each in book.collections}
    collection = told.get(in_turn[0].owed.currency) if in_turn else None
    title = "The book of your accounts" if book.is_partial else "The whole book"
    for currencies, has_chart in LAYOUTS:
        shown = in_turn[:currencies]
        parts = [blocks.header(title), _glance(shown, ranked)]
        parts.extend(freshness_warnings(book.freshness, book.zone))
        if shown:
            parts.extend(_figures(shown, ranked, list_for))
            parts.extend(collection_blocks(collection, has_chart=has_chart))
        place = PARTIAL if book.is_partial else ""
        parts.append(footing(book.freshness, book.zone, place=place))
        if len(json.dumps(parts, ensure_ascii=False)) <= CHARACTERS_MAX:
            break
    said = "; ".join(owed_words(each.owed) for each in ranked) or "nothing to pay"
    if words := collection_words(collection):
        said += f"; {words}"
    text = literal(f"{title}: {said}; {as_of_text(book.freshness, book.zone)}.")
    return Message(text=text, blocks=tuple(parts), is_shareable=True)


def _figures(
    shown: Sequence[CurrencyBook],
    ranked: Sequence[CurrencyBook],
    list_for: Callable[[Behind], str],
) -> Iterator[Block]:
    """What is owed by age, the menus of what is behind it, and who owes most."""
    owed = [each.owed for each in shown]
    yield ageing_table(owed)
    yield blocks.actions([behind_menu(owed, list_for=list_for), *_currency_menu(ranked)])
    yield from _debtors(shown[0])


def _glance(shown: Sequence[CurrencyBook], ranked: Sequence[CurrencyBook]) -> Block:
    if not shown:
        return blocks.rich_text(
            blocks.emoji("white_check_mark"), blocks.text(" Nothing to pay.", is_bold=True)
        )
    elements: list[Element] = []
    for each in shown:
        debtors = f" · {count_text(each.debtors_count, 'debtor')}"
        line_end = "" if each is shown[-1] else "\n"
        elements += [*owed_line(each.owed), blocks.text(debtors + line_end)]
    if others := [each.owed for each in ranked if each not in shown]:
        elements.append(blocks.text(f"\n{others_words(others)}"))
    return blocks.rich_text(*elements)


def _currency_menu(ranked: Sequence[CurrencyBook]) -> list[Element]:
    """A menu of all currencies, for their ages and debtors; none where there is but one."""
    options = [
        blocks.option(
            f"{each.owed.currency.upper()} · {count_text(each.debtors_count, 'debtor')}",
            value=each.owed.currency,
        )
        for each in ranked[: blocks.SELECT_OPTIONS_MAX]
    ]
    name = actions.action_id(actions.SHOW_BOOK, "currency")
    if len(options) == 1:
        return []
    return [blocks.static_select("Show another currency …", action_id=name, options=options)]


def _debtors(book: CurrencyBook) -> list[Block]:
    currency, shown = book.owed.currency.upper(), len(book.debtors)
    head = f"Who owes most in {currency}"
    if book.debtors_count > shown:
        head += f": {shown} of {book.debtors_count:,}"
    rows = [_debtor_row(place, debtor) for place, debtor in enumerate(book.debtors)]
    return [blocks.divider(), blocks.rich_text(blocks.text(head, is_bold=True)), *rows]


def _debtor_row(place: int, debtor: Debtor) -> Block:
    owed = debtor.owed
    remark, emoji = count_text(owed.count, "invoice"), "large_blue_circle"
    if owed.past_due:
        remark, emoji = f"{money_text(owed.past_due)} Past Due", "red_circle"
    return account_row(
        place,
        debtor.account,
        [owed],
        name=account_name(debtor.account),
        remark=remark,
        emoji=emoji,
    )
