"""Amounts as people type them into a form, read by the currency of the invoice (THREATS 59, 61)."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.errors import BadRequest
from bot.money import Money, decimal_text, money_text, parse_typed_amount

READ = [
    ("1240.5", "usd", 124_050),
    ("1240", "usd", 124_000),
    ("1,240.50", "usd", 124_050),
    (" USD 1,240.50 ", "usd", 124_050),
    ("100 eur", "eur", 10_000),
    ("1,240", "jpy", 1_240),
    ("1240.0", "jpy", 1_240),
    ("0.125", "kwd", 125),
    ("1.234", "kwd", 1_234),
    ("1,234.500", "kwd", 1_234_500),
    ("999999999999999.99", "usd", 99_999_999_999_999_999),
]
# What is refused, and what its sentence has to say.
REFUSED = [
    ("1.234,50", "usd", "Did you mean 1234.50?"),
    ("1.000.000,00", "eur", "Did you mean 1000000.00?"),
    ("1 240.50", "usd", "Did you mean 1240.50?"),
    ("12,5", "usd", "Did you mean 12.5?"),
    ("1,234", "usd", "Did you mean 1234?"),
    ("1.234", "usd", "Did you mean 1234?"),
    ("1.240", "jpy", "Did you mean 1240?"),
    ("1,234", "kwd", "Did you mean 1234 or 1.234?"),
    ("0,125", "kwd", "Did you mean 0.125?"),
    ("0.001", "usd", "USD has 2 digits after the point"),
    ("0.5", "jpy", "JPY has 0 digits after the point"),
    ("eur 5", "usd", "The invoice is in USD, not in EUR."),
    ("0.00", "usd", "Write an amount above 0."),
    ("1,2345.00", "usd", "Write digits and a point"),
    ("9" * 20, "usd", "Write digits and a point"),
    ("", "usd", "Write the amount, such as 1240.50."),
    *(
        (text, "usd", "Write digits and a point, such as 1240.50.")
        for text in ("-5", "-0", "NaN", "1e400", "0.1+0.2", "$5", "٣", "\uff19", "5,", "1.2.3")
    ),
]


@pytest.mark.parametrize(("text", "currency", "minor"), READ)
def test_an_amount_is_read_by_its_currency(text: str, currency: str, minor: int) -> None:
    assert parse_typed_amount(text, currency=currency) == Money(minor, currency)


@pytest.mark.parametrize(("text", "currency", "said"), REFUSED)
def test_what_is_not_clear_is_refused_with_what_would_be_right(
    text: str, currency: str, said: str
) -> None:
    with pytest.raises(BadRequest) as refused:
        parse_typed_amount(text, currency=currency)

    assert said in refused.value.message


@given(some.integers(1, 10**14), some.sampled_from(["usd", "eur", "jpy", "kwd", "isk"]))
def test_what_a_card_shows_is_read_as_what_it_was(minor: int, currency: str) -> None:
    amount = Money(minor, currency)

    assert parse_typed_amount(money_text(amount), currency=currency) == amount
    assert parse_typed_amount(decimal_text(amount), currency=currency) == amount
