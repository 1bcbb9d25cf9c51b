"""Which deliveries count as Stripe's own (THREATS 21 to 26)."""

import hashlib
import hmac
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BadRequest
from bot.stripe_signature import verify_signature

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
BODY = b'{"id":"evt_1"}'


def signed(secret: str = "whsec_new", *, body: bytes = BODY, at: int = SECONDS) -> str:
    """The signature alone, in hex."""
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()


def is_accepted(
    header: str | None, *, body: bytes = BODY, secrets: list[str] | None = None
) -> bool:
    try:
        verify_signature(body, header, secrets or ["whsec_new"], now=NOW)
    except BadRequest:
        return False
    return True


def test_a_right_signature_is_accepted() -> None:
    assert is_accepted(f"t={SECONDS},v1={signed()}")


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "t=,v1=",
        f"v1={signed()}",
        f"t={SECONDS}",
        f"t={SECONDS},v0={signed()}",
        f"t={SECONDS},v1={signed('whsec_other')}",
        f"t={SECONDS},v1={signed()[:-1]}",
        f"t={SECONDS},v1={signed().upper()}",
        f"t={SECONDS},v1={signed()[:-1]}é",
        f"t={SECONDS},v1={'é' * 64}",
        f"t={SECONDS},t={SECONDS},v1={signed()}",
        f"t=abc,v1={signed()}",
        f"t=1.5,v1={signed()}",
        f"t=-{SECONDS},v1={signed()}",
        f"t={'9' * 5000},v1={signed()}",
        f"t=١٢٣,v1={signed()}",
        f"t={SECONDS},v1={signed()},{'x' * 3000}",
        f"t={SECONDS}," + ",".join(f"v1={'0' * 64}" for _ in range(11)) + f",v1={signed()}",
    ],
)
def test_anything_else_is_refused_without_another_error(header: str | None) -> None:
    assert not is_accepted(header)


def test_a_body_that_was_changed_is_refused() -> None:
    assert not is_accepted(f"t={SECONDS},v1={signed()}", body=BODY + b" ")


def test_of_two_signatures_one_right_one_is_enough() -> None:
    assert is_accepted(f"t={SECONDS},v1={signed('whsec_old')},v1={signed()},v0=ignored")
    assert is_accepted(f"t={SECONDS}, v1={signed()}, v1={signed('whsec_old')}")


def test_while_the_secret_changes_both_are_accepted_and_afterwards_the_new_one_alone() -> None:
    old = f"t={SECONDS},v1={signed('whsec_old')}"
    both = ["whsec_new", "whsec_old"]

    assert is_accepted(old, secrets=both)
    assert is_accepted(f"t={SECONDS},v1={signed()}", secrets=both)
    assert not is_accepted(old, secrets=["whsec_new"])


def test_an_empty_secret_signs_nothing() -> None:
    assert not is_accepted(f"t={SECONDS},v1={signed('')}", secrets=[""])


@pytest.mark.parametrize(
    ("seconds", "is_in_time"),
    [(-301, False), (-300, True), (299, True), (301, False), (365 * 86_400, False)],
)
def test_the_moment_may_be_five_minutes_off_either_way(seconds: int, *, is_in_time: bool) -> None:
    at = SECONDS + seconds

    assert is_accepted(f"t={at},v1={signed(at=at)}") is is_in_time


@given(st.text())
def test_no_header_raises_anything_but_a_bad_request(header: str) -> None:
    assert not is_accepted(header)
    assert not is_accepted(f"t={SECONDS},{header}")
