"""`/billing sync` (A4): who is refused it, and presses that name nothing there is.

None of them changes anything, so one desk serves them all.
"""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from bot.alerts import raise_alert
from bot.clock import real_now
from bot.models import Alert
from tests.billing import day
from tests.deployment import STRANGER, Tallyman, deployed
from tests.handlers.slack.billing_desk import NOT_COVERED, ask, grant
from tests.handlers.slack.pressing import forge
from tests.workspace import Person

VIEWER = "U0JAMIE"
PRESSES = [("show_sync", "now"), ("dismiss_alert", "1"), ("retry_object", "1")]


@pytest.fixture(scope="module")
def desk(shared_database_url: str) -> Iterator[Tallyman]:
    """A Tallyman that has filled nothing yet, with an alert."""
    with deployed(shared_database_url, now=day("2026-11-16")) as tallyman:
        with tallyman.runtime.database.writing() as session:
            raise_alert(
                session, kind="events_gap", subject="the gap", detail="Lost.", now=real_now()
            )
        yield tallyman
        assert tallyman.slack.problems == []


@pytest.mark.parametrize(("action", "value"), PRESSES)
def test_nobody_without_the_right_sees_or_changes_anything(
    desk: Tallyman, action: str, value: str
) -> None:
    kim = desk.person(STRANGER)

    typed = ask(kim, "/billing sync").words
    pressed = forge(desk, action, value, user=STRANGER).words

    kim.close()
    assert "the gap" not in typed + pressed
    assert typed == pressed
    with desk.runtime.database.reading() as session:
        assert session.scalar(select(Alert.cleared_at)) is None


def test_a_viewer_is_told_that_their_role_does_not_cover_it(desk: Tallyman, avery: Person) -> None:
    grant(avery, "@jamie viewer")
    jamie = desk.person(VIEWER)

    said = [ask(jamie, "/billing sync").words]
    said += [forge(desk, action, value, user=jamie.id).words for action, value in PRESSES]

    jamie.close()
    assert all(NOT_COVERED in words and "the gap" not in words for words in said)
    with desk.runtime.database.reading() as session:
        assert session.scalar(select(Alert.cleared_at)) is None


def test_a_retry_of_what_was_read_meanwhile_says_so(desk: Tallyman) -> None:
    assert "read from Stripe meanwhile" in forge(desk, "retry_object", "999").words


@pytest.mark.parametrize("action", ["dismiss_alert", "retry_object"])
@pytest.mark.parametrize("value", ["", "0", "-1", "one", "1 OR 1=1", "9" * 30])
def test_a_forged_value_is_refused(desk: Tallyman, action: str, value: str) -> None:
    assert "This button names no" in forge(desk, action, value).words


@pytest.mark.parametrize("action", ["dismiss_alert", "retry_object", "retry_effect"])
@pytest.mark.parametrize("value", ["2147483647", "2147483648", "999999999999999999"])
def test_a_number_that_no_row_can_have_is_answered_like_one_that_is_over(
    desk: Tallyman, action: str, value: str
) -> None:
    said = forge(desk, action, value).words

    assert "already" in said or "meanwhile" in said
