"""Words and figures, and what is done to names from outside."""

import unicodedata
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.money import Money
from bot.queries.cards import Freshness
from bot.views import text
from tests.bot.views.cards import ACME, make_card

# Names of every kind of character, those that JSON can't carry included.
NAMES = st.text(st.characters(exclude_categories=()), max_size=400)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Acme GmbH & Co. KG", "Acme GmbH & Co. KG"),
        ("  two   spaces ", "two spaces"),
        ("line\nbreak\r\n\ttab", "line break tab"),
        ("\u202egnp.exe", "gnp.exe"),
        ("a\u200bb\ufeffc\u2066d", "abcd"),
        ("a\x00b\x1b[31mc", "ab[31mc"),
        ("a\ud83db", "ab"),
        ("e" + "\u0301" * 500 + "x", "e" + "\u0301" * 3 + "x"),
        ("\u0301\u0301Acme", "Acme"),
        ("", "unnamed"),
        ("\u200b\u3164 \u2800", "unnamed"),
        ("漢字 株式会社", "漢字 株式会社"),
        ("שלום", "שלום"),
        ("हिन्दी", "हिन्दी"),
        ("> quote ``` fence", "> quote ``` fence"),
    ],
)
def test_a_name_stands_on_one_line_without_what_spoils_it(name: str, shown: str) -> None:
    assert text.plain(name) == shown


@given(NAMES, st.integers(1, 120))
def test_any_name_becomes_short_visible_and_encodable(name: str, limit: int) -> None:
    shown = text.plain(name, limit=limit)

    assert shown == text.NAMELESS or 0 < len(shown) <= limit
    assert shown.encode()
    assert not {unicodedata.category(each) for each in shown} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


@pytest.mark.parametrize(
    ("long", "limit", "shown"),
    [
        ("Acme", 4, "Acme"),
        ("Acme", 3, "Ac…"),
        ("Acme", 1, "…"),
        ("Acme and Sons", 6, "Acme…"),
        ("x &amp; y", 5, "x…"),
        ("x &amp; y", 8, "x &amp;…"),
        ("x &lt;b&gt;", 9, "x &lt;b…"),
        ("x & y and z", 5, "x &…"),
        ("ne\u0301e", 3, "n…"),
        ("👩\u200d💻 Studio", 3, "…"),
        ("👍🏽 good", 2, "…"),
        ("🇩🇪🇫🇷🇮🇹", 4, "🇩🇪…"),
    ],
)
def test_a_text_is_cut_between_whole_characters(long: str, limit: int, shown: str) -> None:
    assert text.fit(long, limit) == shown


@given(NAMES, st.integers(1, 200))
def test_a_cut_never_breaks_an_escape(name: str, limit: int) -> None:
    cut = text.fit(text.escape(name), limit)

    assert len(cut) <= limit
    bare = cut.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "")
    assert not set(bare) & set("&<>")


@given(NAMES)
def test_what_is_escaped_reads_as_it_was(name: str) -> None:
    escaped = text.escape(name)

    assert not set(escaped) & set("<>")
    back = escaped.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert back == name


def test_an_escaped_name_is_escaped_once_more() -> None:
    assert text.escape("&lt;!channel&gt;") == "&amp;lt;!channel&amp;gt;"


def test_an_address_in_the_plain_side_of_a_message_is_no_link() -> None:
    assert "https://" not in text.literal("see https://evil.example")


def test_an_account_is_called_by_its_path() -> None:
    assert text.account_name(ACME) == "Acme › Acme East"
    assert text.account_name(replace(ACME, path=())) == "unnamed"


@pytest.mark.parametrize(
    ("first", "last", "shown"),
    [
        (date(2026, 10, 1), date(2026, 10, 31), "1 – 31 Oct 2026"),
        (date(2026, 10, 1), date(2026, 10, 1), "1 Oct 2026"),
        (date(2026, 10, 15), date(2026, 11, 14), "15 Oct – 14 Nov 2026"),
        (date(2026, 12, 15), date(2027, 1, 14), "15 Dec 2026 – 14 Jan 2027"),
    ],
)
def test_a_period_says_once_what_both_ends_share(first: date, last: date, shown: str) -> None:
    assert text.period_text(first, last) == shown


def test_a_moment_stands_in_the_zone_of_its_account() -> None:
    as_of = datetime(2026, 11, 14, 23, 0, tzinfo=UTC)

    shown = text.as_of_text(Freshness(as_of=as_of, is_stale=False), "Europe/Berlin")

    assert shown == "as of 15 Nov 2026 00:00 Europe/Berlin"


def test_what_was_never_read_has_no_moment() -> None:
    shown = text.as_of_text(Freshness(as_of=None, is_stale=False), "UTC")

    assert shown == "not read from Stripe yet"


@pytest.mark.parametrize(
    ("quantity", "shown"),
    [
        ("0", "0"),
        ("1240", "1,240"),
        ("1E+3", "1,000"),
        ("0.125000", "0.125"),
        ("-3.5", "−3.5"),
        (
            "1234567890123456789012345678.123456789012",
            "1,234,567,890,123,456,789,012,345,678.123456789012",
        ),
    ],
)
def test_a_quantity_keeps_all_its_digits(quantity: str, shown: str) -> None:
    assert text.quantity_text(Decimal(quantity)) == shown


@pytest.mark.parametrize(
    ("unit_amount", "currency", "shown"),
    [
        ("1.25", "usd", "USD 0.0125"),
        ("200", "usd", "USD 2.00"),
        ("150", "usd", "USD 1.50"),
        ("0", "usd", "USD 0.00"),
        ("0.000000000001", "usd", "USD 0.00000000000001"),
        ("5", "jpy", "JPY 5"),
        ("0.5", "jpy", "JPY 0.5"),
        ("1250", "kwd", "KWD 1.250"),
        ("-100", "usd", "−USD 1.00"),
        ("9223372036854775807.123456789012", "usd", "USD 92,233,720,368,547,758.07123456789012"),
    ],
)
def test_a_rate_is_exact(unit_amount: str, currency: str, shown: str) -> None:
    assert text.rate_text(Decimal(unit_amount), currency) == shown


@pytest.mark.parametrize(
    ("description", "name"),
    [
        ("574 × Inbound calls (at $0.0145 / month)", "Inbound calls"),
        ("1,954 × Calls (Tier 1 at €0.021 / month)", "Calls, tier 1"),
        ("2 × Plan (old) (at £9.00 / 3 months)", "Plan (old)"),
        ("Unused time on Team plan after 5 Nov 2026", "Unused time on Team plan after 5 Nov 2026"),
        ("12 × something (else)", "12 × something (else)"),
    ],
)
def test_a_line_is_named_without_the_figures_around_it(description: str, name: str) -> None:
    assert text.line_name(description) == name


def test_units_say_how_an_amount_came_about() -> None:
    amount = Money(1550, "usd")

    assert (
        text.units_text(Decimal(1240), Decimal("1.25"), "minute", amount)
        == "1,240 × USD 0.0125 per minute"
    )
    assert text.units_text(Decimal(3), None, None, amount) == "3"
    assert text.units_text(None, Decimal(3), "minutes", amount) is None


def test_days_late_and_counts_know_one_from_many() -> None:
    assert text.days_late_text(1) == "1 day late"
    assert text.days_late_text(23) == "23 days late"
    assert text.count_text(1240, "invoice") == "1,240 invoices"


def test_an_invoice_without_number_is_called_by_what_it_has() -> None:
    assert text.invoice_title(make_card(number=None)) == "Invoice 1234"
    assert (
        text.invoice_title(make_card(number=None, short_number=None, id="in_1")) == "Invoice in_1"
    )
