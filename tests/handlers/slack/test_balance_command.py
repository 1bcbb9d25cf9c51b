"""/balance, typed in the workspace and answered through Bolt (B1, B2 and G1 to G7)."""

import re
from collections import defaultdict
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.money import Money, money_text
from tests.deployment import STRANGER, Tallyman
from tests.handlers.slack.billing_desk import NO_ROLE, answered, ask, grant, refusals_of, revoke
from tests.handlers.slack.conftest import TODAY
from tests.workspace import Person, Seen

JAMIE = "U0JAMIE"
BUCKETS = ("Current", "1–30 days late", "31–60 days late", "61–90 days late", "Over 90 days late")


def days_late(invoice: dict[str, Any], zone: str) -> int:
    due = datetime.fromtimestamp(invoice["due_date"], UTC).astimezone(ZoneInfo(zone)).date()
    return max(0, (TODAY.astimezone(ZoneInfo(zone)).date() - due).days)


def bucket(days: int) -> str:
    return BUCKETS[sum(days >= first for first in (1, 31, 61, 91))]


def open_invoices(desk: Tallyman, name: str = "") -> list[tuple[dict[str, Any], str]]:
    """Open invoices at Stripe, each with its zone, of customers with this in their name."""
    customers = {
        each["id"]: each
        for each in desk.stripe.call("GET", "/v1/customers", {"limit": "100"})["data"]
    }
    found = desk.stripe.call("GET", "/v1/invoices", {"limit": "100", "status": "open"})
    assert not found["has_more"]
    return [
        (each, customers[each["customer"]]["metadata"].get("time_zone", "UTC"))
        for each in found["data"]
        if name in customers[each["customer"]]["name"]
    ]


def sums(invoices: list[tuple[dict[str, Any], str]]) -> dict[str, dict[str, int]]:
    """What is to pay by currency and age, worked out from Stripe's own invoices."""
    found: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(BUCKETS, 0))
    for invoice, zone in invoices:
        age = bucket(days_late(invoice, zone))
        found[invoice["currency"]][age] += invoice["amount_remaining"]
    return found


def table_of(seen: Seen) -> list[tuple[str, str]]:
    """The rows of the table in a message, without its head."""
    (table,) = (block for block in seen.blocks if block["type"] == "table")
    return [(words_of(left), words_of(right)) for left, right in table["rows"][1:]]


def words_of(cell: dict[str, Any]) -> str:
    if cell["type"] == "raw_text":
        return str(cell["text"])
    return "".join(part["text"] for line in cell["elements"] for part in line["elements"])


def expected_rows(by_age: dict[str, int], currency: str) -> list[tuple[str, str]]:
    return [(age, money_text(Money(minor, currency))) for age, minor in by_age.items()]


def pressed(person: Person, message: Seen, wanted: str) -> Seen:
    assert person.click(message, wanted)["ok"]
    return answered(person, after=message)


def chosen(person: Person, message: Seen, menu: str, choice: str) -> Seen:
    before = person.see("general")
    assert person.choose(message, menu, choice)["ok"]
    return answered(person, after=before)


def test_an_accounts_balance_has_its_ages_and_the_rule_of_its_standing(
    desk: Tallyman, avery: Person
) -> None:
    card = ask(avery, "/balance acme east")

    by_age = sums(open_invoices(desk, "Acme East"))["usd"]
    assert card.is_ephemeral
    assert "Balance of Acme › Acme East" in card.words
    assert "At risk" in card.words
    assert "12 days past due, more than 5" in card.words
    assert "as of 16 Nov 2026 13:00 Europe/Berlin" in card.words
    total = money_text(Money(sum(by_age.values()), "usd"))
    assert table_of(card) == [("USD · 12 invoices", total), *expected_rows(by_age, "usd")]
    assert f"{total} to pay, USD 1,000.00 of it Past Due" in card.text


def test_an_organisation_shows_its_companies_and_their_sum(desk: Tallyman, avery: Person) -> None:
    card = ask(avery, "/balance Acme")

    by_age = sums(open_invoices(desk, "Acme"))["usd"]
    assert table_of(card)[1:] == expected_rows(by_age, "usd")
    assert "Companies: 2 of 2 owe" in card.words
    east = pressed(avery, card, "show_balance:0")
    assert "Balance of Acme › Acme East" in east.words


def test_a_balance_is_one_press_from_an_invoice_and_comes_beside_it(avery: Person) -> None:
    card = ask(avery, "/invoice 1004")

    balance = pressed(avery, card, "Balance")

    assert "Balance of " in balance.words
    assert balance.ts != card.ts


def test_the_whole_book_is_the_sum_of_stripes_open_invoices(desk: Tallyman, avery: Person) -> None:
    book = ask(avery, "/balance")

    by_currency = sums(open_invoices(desk))
    rows = table_of(book)
    assert set(by_currency) == {"usd", "jpy", "kwd"}
    for currency, by_age in by_currency.items():
        (place,) = (n for n, row in enumerate(rows) if row[0].startswith(f"{currency.upper()} ·"))
        assert rows[place][1] == money_text(Money(sum(by_age.values()), currency))
        assert rows[place + 1 : place + 6] == expected_rows(by_age, currency)
    assert "Who owes most in USD" in book.words
    acme = pressed(avery, book, "show_balance:0")
    assert "Balance of Acme" in acme.words


def test_the_list_behind_each_figure_has_the_same_sum(avery: Person) -> None:
    book = ask(avery, "/balance all")
    _, menu = book.find("list_page:behind")
    labels = [option["text"]["text"] for option in menu["options"]]
    assert len(labels) >= 7

    for label in labels:
        listed = chosen(avery, ask(avery, "/balance all"), "list_page:behind", label)

        currency, _, amount = label.split(" · ")
        assert f"{currency} {amount} to pay" in listed.words, label


def test_debtors_of_another_currency_are_a_choice_away(avery: Person) -> None:
    book = ask(avery, "/balance")

    kuwait = chosen(avery, book, "show_book:currency", "KWD · 1 debtor")

    assert "Who owes most in KWD" in kuwait.words
    assert "Gulf Calls" in kuwait.words
    assert "KWD 1,234.567" in kuwait.words


def test_an_account_that_owes_nothing_says_so_without_an_empty_table(avery: Person) -> None:
    card = ask(avery, '/balance "Greek Zenith"')

    assert "Nothing to pay." in card.words
    assert "nothing is past due" in card.words
    assert all(block["type"] != "table" for block in card.blocks)


def test_what_fits_several_gives_a_choice_that_leads_to_balances(avery: Person) -> None:
    choice = ask(avery, "/balance acme")
    if "Which one?" in choice.words:
        choice = pressed(avery, choice, "show_balance:0")
    assert "Balance of Acme" in choice.words

    several = ask(avery, "/balance zenith")
    assert "accounts fit ‘zenith’. Which one?" in several.words
    assert "Balance of" in pressed(avery, several, "show_balance:0").words


def test_what_fits_nothing_gives_the_nearest_names(desk: Tallyman, avery: Person) -> None:
    nothing = ask(avery, "/balance Gulf Cals Ltd")

    assert "Nothing matches ‘Gulf Cals Ltd’" in nothing.words
    assert "Balance of Gulf Calls" in pressed(avery, nothing, "show_balance:0").words
    assert ("missed", "/balance Gulf Cals Ltd") in refusals_of(desk, avery.id)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("acme status:open", "Did you mean /invoice list acme status:open?"),
        ("acme 2026-10", "/invoice acme 2026-10"),
        ('"acme', "is never closed"),
    ],
)
def test_what_is_wrong_is_told_with_what_would_be_right(
    avery: Person, text: str, said: str
) -> None:
    refused = ask(avery, f"/balance {text}")

    assert said in refused.words
    assert "billing@tallyman.example" in refused.words


def test_help_is_a_card_of_its_own(avery: Person) -> None:
    assert "How to use /balance" in ask(avery, "/balance help").words


def test_somebody_without_a_role_gets_the_one_answer(desk: Tallyman) -> None:
    kim = desk.person(STRANGER)
    assert NO_ROLE in ask(kim, "/balance").words
    assert NO_ROLE in ask(kim, "/balance acme").words
    kim.close()


def test_who_may_see_one_company_has_a_book_of_it_alone(desk: Tallyman, avery: Person) -> None:
    jamie = desk.person(JAMIE)
    grant(avery, f'<@{JAMIE}> viewer "Acme West"')

    book = ask(jamie, "/balance")
    west = ask(jamie, "/balance acme")
    other = ask(jamie, "/balance acme east")

    assert "The book of your accounts" in book.words
    assert "Only the accounts that your role covers" in book.words
    assert "Acme › Acme West" in book.words
    assert table_of(book)[1:] == expected_rows(sums(open_invoices(desk, "Acme West"))["usd"], "usd")
    assert not re.search(r"Acme East|JPY|KWD", book.words)
    assert "Balance of Acme › Acme West" in west.words
    assert "Nothing matches" in other.words
    assert any("acme east" in wanted for _, wanted in refusals_of(desk, JAMIE))
    revoke(avery, f'<@{JAMIE}> viewer "Acme West"')
    jamie.close()


def test_a_book_is_about_the_chosen_account_until_all_is_asked_for(avery: Person) -> None:
    ask(avery, '/billing use "Acme West"')
    try:
        own = ask(avery, "/balance")
        everything = pressed(avery, own, "All accounts")
        said = ask(avery, "/balance all")
    finally:
        ask(avery, "/billing use all")

    assert "Balance of Acme › Acme West" in own.words
    assert "Only Acme › Acme West, the account that you work with." in own.words
    assert "The whole book" in everything.words
    assert "The whole book" in said.words


def test_a_shared_balance_leads_nobody_further(avery: Person) -> None:
    ask(avery, "/billing channels allow #billing")
    shared = ask(avery, "/balance acme east share", channel="billing")
    refused = ask(avery, "/balance share")

    assert not shared.is_ephemeral
    assert "Balance of Acme › Acme East" in shared.words
    assert shared.buttons == []
    assert "Not shared" in refused.words
    assert "The whole book" in refused.words
