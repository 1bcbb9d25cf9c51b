# ruff: noqa: RUF001 - the look-alikes are the test.
"""Names and links are found as people type them."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.mirror.links import hosted_key_of
from bot.mirror.names import domain_of, fold, skeleton


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_ascii_folds_as_every_other_text(text: str) -> None:
    # A letter outside ASCII takes the long way.
    assert fold(f"{text} é") == f"{fold(text)} é".strip()


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("  Acme   GmbH ", "acme gmbh"),
        ("ＡＣＭＥ", "acme"),
        ("STRASSE Straße", "strasse strasse"),
        ("Ac\u200bme\u202e", "acme"),
        ("A\tB\nC", "a b c"),
        ("A\x00B", "ab"),
        ("", ""),
    ],
)
def test_what_people_type_folds_to_one_form(typed: str, folded: str) -> None:
    assert fold(typed) == folded


@pytest.mark.parametrize("alike", ["Аcme", "ＡＣＭＥ", "ACME", "Αcme", "Àcme", "Acm\u0435"])
def test_names_that_look_alike_have_one_skeleton(alike: str) -> None:
    assert skeleton(alike) == skeleton("Acme")


@pytest.mark.parametrize("other", ["Acne", "Akme", "Acme 2"])
def test_names_that_look_different_have_two(other: str) -> None:
    assert skeleton(other) != skeleton("Acme")


@pytest.mark.parametrize(
    ("email", "domain"),
    [
        ("Billing@Acme.Example", "acme.example"),
        ("someone@gmail.com", None),
        ("no address", None),
        ("@acme.example", None),
        ("root@localhost", None),
    ],
)
def test_an_address_tells_its_domain_unless_everybody_has_one_there(
    email: str, domain: str | None
) -> None:
    assert domain_of(email) == domain


def token(*fields: str) -> str:
    return base64.urlsafe_b64encode(",".join(fields).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "link",
    [
        f"https://invoice.stripe.com/i/acct_1/test_{token('acct_1', '_Secret1', '12345')}?s=ap",
        f"https://invoice.stripe.com/i/acct_1/live_{token('acct_1', '_Secret1', '999')}0200abcd",
        f"https://pay.stripe.com/invoice/acct_1/test_{token('acct_1', '_Secret1', '1')}/pdf?s=ap",
    ],
)
def test_every_link_to_an_invoice_has_the_same_key(link: str) -> None:
    assert hosted_key_of(link) == "_Secret1"


@pytest.mark.parametrize(
    ("link", "key"),
    [
        ("http://127.0.0.1:9/i/acct_1/test_abcdef0123456789", "abcdef0123456789"),
        ("http://127.0.0.1:9/i/acct_1/test_abcdef0123456789/pdf", "abcdef0123456789"),
        ("https://example.com/", None),
        ("not a link", None),
        ("https://[broken", None),
        ("https://example.com/" + "x" * 5000, None),
    ],
)
def test_a_token_of_another_form_is_the_key_itself(link: str, key: str | None) -> None:
    assert hosted_key_of(link) == key


@given(st.text())
def test_no_text_stops_the_search_for_a_key(text: str) -> None:
    hosted_key_of(f"https://invoice.stripe.com/i/{text}")
    hosted_key_of(text)
