"""The card of one account's balance: what it owes, how late, and how well it stands."""

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import TypeVar

from bot.access import Permission
from bot.money import money_text
from bot.queries.ageing import Owed
from bot.queries.balances import Balance, CompanyBalance
from bot.queries.chargebacks import Chargebacks
from bot.queries.disputes import DisputedSum
from bot.queries.promises import KeepRate, PromisedSum
from bot.queries.standing import AT_RISK_DAYS, SUSPENSION_DAYS, Level, Rule, Standing
from bot.views import action_values, actions, blocks
from bot.views.ageing import (
    BEHIND,
    Behind,
    account_row,
    ageing_table,
    behind_menu,
    currencies_shown,
    others_words,
    owed_line,
    owed_words,
    some_lines,
)
from bot.views.blocks import Block, Element, Message
from bot.views.freshness import footing, freshness_warnings
from bot.views.payment_methods import method_text
from bot.views.text import (
    account_name,
    as_of_text,
    count_text,
    day_of,
    day_text,
    escape,
    fit,
    literal,
    plain,
)

COMPANIES_PAGE = 6
T = TypeVar("T")

STANDING_EMOJI = {
    Level.GOOD: "large_green_circle",
    Level.AT_RISK: "large_yellow_circle",
    Level.SUSPENSION_RISK: "red_circle",
}


def balance_card(
    balance: Balance,
    *,
    list_for: Callable[[Behind], str],
    page: int = 1,
    rights: Collection[Permission] = (),
) -> Message:
    """What an account owes, with what somebody with these rights can do about it.

    Shape: a page has some of its currencies and COMPANIES_PAGE of its companies; one beyond the
        last gives the last. `list_for` makes the text of the list behind a figure.
    """
    size = currencies_shown(len(balance.owed))
    pages = max(_pages(balance.owed, size), _pages(balance.companies, COMPANIES_PAGE), 1)
    page = min(max(page, 1), pages)
    owed = _part(balance.owed, page, size)
    zone = balance.account.time_zone
    title = fit(f"Balance of {account_name(balance.account)}", blocks.HEADER_TEXT_MAX)
    parts = [
        blocks.header(title),
        _glance(balance, owed),
        *freshness_warnings(balance.freshness, zone),
        *_facts(balance),
        *([ageing_table(owed)] if owed else []),
        *_companies(balance, page),
        *_deeds(owed, balance, rights),
        blocks.actions(
            [
                *([behind_menu(owed, list_for=list_for)] if owed else []),
                *_page_buttons(balance, page, pages),
                *_ways_on(balance),
            ]
        ),
    ]
    place = f"Page {page} of {pages}" if pages > 1 else ""
    parts.append(footing(balance.freshness, zone, place=place))
    return Message(text=_summary(balance, title), blocks=tuple(parts), is_shareable=True)


def standing_words(standing: Standing, *, has_past_due: bool) -> str:
    """The rule that decided a standing."""
    days = f"{count_text(standing.days_late, 'day')} past due"
    match standing.level, standing.rule:
        case Level.SUSPENSION_RISK, Rule.RETRIES_EXHAUSTED:
            return "a payment failed, and no further attempt is left"
        case Level.SUSPENSION_RISK, _:
            return f"{days}, more than {SUSPENSION_DAYS}"
        case Level.AT_RISK, Rule.BROKEN_PROMISE:
            return "a promise to pay was not kept"
        case Level.AT_RISK, _:
            return f"{days}, more than {AT_RISK_DAYS}"
        case _, Rule.DAYS_LATE:
            return f"{days}, no more than {AT_RISK_DAYS}"
        case _:
            return "no day past due yet" if has_past_due else "nothing is past due"


def _pages(things: Sequence[object], size: int) -> int:
    return -(-len(things) // size)


def _part(things: Sequence[T], page: int, size: int) -> Sequence[T]:
    return things[(page - 1) * size : page * size]


def _glance(balance: Balance, shown: Sequence[Owed]) -> Block:
    standing = balance.standing
    rule = standing_words(standing, has_past_due=any(each.past_due for each in balance.owed))
    elements = [
        blocks.emoji(STANDING_EMOJI[standing.level]),
        blocks.text(f" {standing.level}", is_bold=True),
        blocks.text(f" · {rule}"),
    ]
    if not balance.owed:
        elements.append(blocks.text("\nNothing to pay.", is_bold=True))
    for each in shown:
        elements += [blocks.text("\n"), *owed_line(each)]
    if others := [each for each in balance.owed if each not in shown]:
        elements.append(blocks.text(f"\n{others_words(others)}"))
    return blocks.rich_text(*elements)


def _facts(balance: Balance) -> list[Block]:
    """What else there is to know, in two columns; only what there is."""
    zone = balance.account.time_zone
    today = day_of(balance.now, zone)
    credit = [money_text(each) for each in balance.credit if each.minor > 0]
    beside = [money_text(-each) for each in balance.credit if each.minor < 0]
    facts = {
        "Next due": [
            f"{money_text(each.amount)} on {day_text(each.on)}" for each in balance.next_due
        ],
        "Payment method": [escape(method_text(each, today)) for each in balance.methods]
        or ["Nothing saved"],
        "Unapplied credit": credit,
        "Owed beside invoices": beside,
        "Disputed, in the balance": [_disputed_words(each) for each in balance.disputed],
        "Promised, in the balance": [promised_words(each) for each in balance.promised],
        "Kept promises": [_kept_words(each) for each in balance.kept],
        "Chargebacks": [_chargeback_words(each, zone) for each in balance.chargebacks],
    }
    shown = [
        blocks.mrkdwn(f"*{label}*\n{some_lines(fact)}") for label, fact in facts.items() if fact
    ]
    return [blocks.fields(shown)]


def _chargeback_words(chargebacks: Chargebacks, zone: str) -> str:
    """Money that a bank may take back; it was paid, so it is no part of what is owed."""
    words = f"{money_text(chargebacks.amount)}, {chargebacks.count} open"
    if chargebacks.respond_by_at is None:
        return words
    return f"{words}, respond by {day_text(day_of(chargebacks.respond_by_at, zone))}"


def _disputed_words(disputed: DisputedSum) -> str:
    return f"{money_text(disputed.amount)}, {count_text(disputed.count, 'invoice')}"


def promised_words(promised: PromisedSum) -> str:
    """What is promised in one currency: "USD 500.00 by 27 Nov 2026"."""
    return f"{money_text(promised.amount)} by {day_text(promised.first_on)}"


def _kept_words(kept: KeepRate) -> str:
    """How well promises were kept; the currency is that of the amounts that make the percentage."""
    promises = count_text(kept.count, "promise")
    return f"{kept.kept} of {promises}, {kept.percent}% of {money_text(kept.due)}"


def _companies(balance: Balance, page: int) -> list[Block]:
    if not balance.companies_count:
        return []
    owing, count = len(balance.companies), balance.companies_count
    head = f"Companies: {owing:,} of {count:,} owe"
    rows = [
        _company_row(place, company)
        for place, company in enumerate(_part(balance.companies, page, COMPANIES_PAGE))
    ]
    return [blocks.divider(), blocks.rich_text(blocks.text(head, is_bold=True)), *rows]


def _company_row(place: int, company: CompanyBalance) -> Block:
    standing, name = company.standing, company.account.path[-1]
    remark = str(standing.level)
    if standing.days_late:
        remark += f" · {count_text(standing.days_late, 'day')} past due"
    return account_row(
        place,
        company.account,
        company.owed,
        name=plain(name),
        remark=remark,
        emoji=STANDING_EMOJI[standing.level],
    )


def _page_buttons(balance: Balance, page: int, pages: int) -> Iterator[Element]:
    its_own = actions.account_text(balance.account.id)
    for text, place, number in (("‹ Back", "previous", page - 1), ("More ›", "next", page + 1)):
        if 1 <= number <= pages:
            name = actions.action_id(actions.BALANCE_PAGE, place)
            value = actions.format_list_page(its_own, number)
            yield blocks.button(text, action_id=name, value=value)


def _deeds(owed: Sequence[Owed], balance: Balance, rights: Collection[Permission]) -> list[Block]:
    """What can be done about what a page shows: an action for each of its currencies."""
    buttons = []
    for each in owed if Permission.SEND_LINKS in rights else ():
        name = actions.action_id(actions.SEND_BALANCE_LINKS, each.currency)
        of = f" ({each.currency.upper()})" if len(balance.owed) > 1 else ""
        value = action_values.format_balance_links(balance.account.id, each.currency)
        label = f"Pay full balance{of}"
        buttons.append(blocks.button(label, action_id=name, value=value, style="primary"))
    if Permission.CHARGE_BALANCE in rights and balance.owed and balance.methods:
        account = actions.account_text(balance.account.id)
        charge = blocks.button("Charge balance", action_id=actions.CHARGE_BALANCE, value=account)
        buttons.append(charge)
    if balance.owed and rights:
        account = actions.account_text(balance.account.id)
        more = blocks.button("More …", action_id=actions.SHOW_ACCOUNT_DEEDS, value=account)
        buttons.append(more)
    return [blocks.actions(buttons)] if buttons else []


def _ways_on(balance: Balance) -> Iterator[Element]:
    its_own = actions.format_show_account(actions.account_text(balance.account.id))
    invoices = actions.action_id(actions.SHOW_ACCOUNT, BEHIND)
    yield blocks.button("All its invoices", action_id=invoices, value=its_own)
    terms = actions.format_show_terms(balance.account.id)
    yield blocks.button("Contacts and terms", action_id=actions.SHOW_TERMS, value=terms)
    yield blocks.button("The book", action_id=actions.SHOW_BOOK, value=actions.WHOLE_BOOK)


def _summary(balance: Balance, title: str) -> str:
    """The essence, for notifications and for those who hear instead of see."""
    said = "; ".join(owed_words(each) for each in balance.owed) or "nothing to pay"
    age = as_of_text(balance.freshness, balance.account.time_zone)
    return literal(f"{title}: {balance.standing.level}; {said}; {age}.")
