"""The Home tab: what stands in it, for whom, and what presses in it and in its modals do."""

import contextlib
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

from tests.deployment import STRANGER, Tallyman
from tests.following import wait_until
from tests.handlers.slack.billing_desk import (
    NO_ROLE,
    ask,
    grant,
    press_again,
    refusals_of,
    revoke,
    tell,
    tell_of,
)
from tests.workspace import Person, Seen

GUEST = "U0NOOR"


def opened(person: Person) -> Seen:
    """The Home tab after a look at it."""
    assert person.open_home()["ok"]
    return soon(person.home)


def soon(see: Callable[[], Seen], *, shows: str = "") -> Seen:
    """What is there, once it is there and shows these words."""
    found: list[Seen] = []

    def is_there() -> bool:
        with contextlib.suppress(LookupError):
            found[:] = [see()]
        return bool(found) and shows in found[-1].words

    wait_until(is_there)
    return found[-1]


def row_of(home: Seen, account: str) -> str:
    """The action_id of the button in an account's row."""
    rows = [block for block in home.blocks if "accessory" in block and "fields" in block]
    buttons = [row["accessory"] for row in rows if row["fields"][0]["text"] == account]
    return str(buttons[0]["action_id"])


def published(desk: Tallyman) -> int:
    return sum(call.method == "views.publish" for call in desk.slack.calls)


@pytest.fixture
def jamie(desk: Tallyman, avery: Person) -> Iterator[Person]:
    """A viewer of one company."""
    grant(avery, '@jamie viewer "Acme East"')
    person = desk.person("U0JAMIE")
    yield person
    revoke(avery, '@jamie viewer "Acme East"')
    person.close()


def test_it_shows_what_is_past_due_by_currency_and_whose_it_is(avery: Person) -> None:
    home = opened(avery)

    words = home.words.splitlines()
    assert words[:2] == ["Billing desk", " 4 invoices Past Due"]
    assert "*USD 1,007.00* Past Due\n2 invoices, of USD " in home.words
    assert "7 accounts*, Past Due for longest first" in home.words
    assert "as of 16 Nov 2026 12:00 UTC" in home.words
    rows = [block for block in home.blocks if "accessory" in block]
    assert [row["fields"][1]["text"].count("days late") for row in rows] == [1, 1, 1, 1, 0, 0, 0]
    assert "*USD 1,000.00*\n:red_circle: 12 days late" in home.words
    assert rows[-1]["fields"][1]["text"] == ":white_check_mark: Nothing Past Due"


def test_it_shows_ones_own_accounts_and_no_others(jamie: Person) -> None:
    home = opened(jamie)

    assert " 1 invoice Past Due" in home.words
    assert "*1 account*" in home.words
    assert "Gulf Calls" not in home.words
    assert "Acme West" not in home.words


def test_without_a_role_it_has_the_one_text_and_guests_have_none(desk: Tallyman) -> None:
    with closing(desk.person(STRANGER)) as kim, closing(desk.person(GUEST)) as noor:
        before = published(desk)

        assert noor.open_home()["ok"]
        words = opened(kim).words

        assert NO_ROLE in words
        assert refusals_of(desk, STRANGER)[-1] == ("refused", "app_home_opened")
        assert published(desk) == before + 1
        with pytest.raises(LookupError):
            noor.home()


def test_what_somebody_has_is_published_again_only_when_it_says_something_else(
    desk: Tallyman, avery: Person
) -> None:
    had = opened(avery)
    count = published(desk)

    tell(desk, "app_home_opened", user=avery.id, tab="home", view=had.raw)
    tell(desk, "app_home_opened", user=avery.id, tab="messages")
    avery.press("Refresh", view=had)
    wait_until(lambda: avery.home().raw["hash"] != had.raw["hash"])

    assert published(desk) == count + 1


def test_a_lost_role_takes_the_figures_away(desk: Tallyman, avery: Person, jamie: Person) -> None:
    home = opened(jamie)
    tell_of(desk, jamie.id, is_restricted=True)

    jamie.press("Refresh", view=home)

    assert NO_ROLE in soon(jamie.home, shows=NO_ROLE).words
    tell_of(desk, jamie.id)
    assert "1 invoice Past Due" in opened_anew(jamie).words
    assert opened(avery).words != jamie.home().words


def opened_anew(person: Person) -> Seen:
    """The figures after a look, or another: a press before it may still be on its way."""

    def look_again() -> Seen:
        person.open_home()
        return person.home()

    return soon(look_again, shows="Past Due")


def test_a_row_opens_a_modal_and_its_buttons_go_on_in_it(avery: Person) -> None:
    home = opened(avery)

    avery.press(row_of(home, "Acme › Acme East"), view=home)
    card = soon(avery.view, shows="Invoice ")
    assert "Acme › Acme East" in card.words
    assert {block["type"] for block in card.blocks} <= {
        "rich_text",
        "section",
        "actions",
        "context",
    }
    avery.press("All its invoices")
    listed = soon(avery.view, shows="Invoices of Acme › Acme East")
    assert listed.raw["id"] == card.raw["id"]
    avery.press("show_invoice:0")
    above = soon(avery.view, shows="Short number")

    assert above.raw["previous_view_id"] == card.raw["id"]
    avery.dismiss()
    assert avery.view().raw["id"] == card.raw["id"]
    avery.dismiss()


def test_a_document_is_asked_for_in_a_modal_above(desk: Tallyman, avery: Person) -> None:
    avery.press("show_invoice:0", view=opened(avery))
    card = soon(avery.view, shows="Invoice ")

    avery.press("PDF")

    shown = soon(avery.view, shows="as a PDF")
    assert shown.raw["previous_view_id"] == card.raw["id"]
    avery.dismiss()
    avery.dismiss()
    assert desk.slack.problems == []


def test_help_and_lists_open_from_home(avery: Person) -> None:
    home = opened(avery)

    avery.press("Help", view=home)
    assert "/billing use Acme" in soon(avery.view, shows="/billing").words
    avery.dismiss()
    avery.press("Past Due", view=home)
    assert "4 invoices, all Past Due" in soon(avery.view, shows="Past Due").words
    avery.dismiss()


def test_the_chosen_account_is_named_and_left_in_home(avery: Person) -> None:
    ask(avery, "/billing use Gulf Calls")
    avery.open_home()
    home = soon(avery.home, shows="You work with Gulf Calls.")

    avery.press("Work with all accounts", view=home)

    wait_until(lambda: "You work with" not in avery.home().words)
    assert "You work with all your accounts." in ask(avery, "/billing use").words


def test_what_is_chosen_in_a_modal_shows_in_home_at_once(avery: Person) -> None:
    home = opened(avery)
    avery.press("Choose an account", view=home)
    soon(avery.view, shows="Choose an account")

    assert avery.submit(account="Gulf Calls")["ok"]
    soon(avery.home, shows="You work with Gulf Calls.")

    avery.press("Work with all accounts", view=avery.view())
    wait_until(lambda: "You work with" not in avery.home().words)
    avery.dismiss()


def test_a_forged_press_in_home_shows_no_more_than_the_person_may_see(
    desk: Tallyman, avery: Person, jamie: Person
) -> None:
    avery.press("show_invoice:0", view=opened(avery))
    soon(avery.view, shows="Invoice ")
    avery.dismiss()
    opened(jamie)
    jamie.press("Refresh", view=jamie.home())
    invoice_id = invoice_of_others(avery)

    press_again(
        desk,
        actions=[{"type": "button", "action_id": "show_invoice", "value": invoice_id}],
        trigger_id=desk.slack.state.tickets.give_trigger(jamie.id),
    )

    assert "Nothing" in soon(jamie.view).words or "no " in soon(jamie.view).words
    assert "KWD" not in jamie.view().words
    jamie.dismiss()


def invoice_of_others(avery: Person) -> str:
    """The id of an invoice that only the admin may see."""
    buttons = [
        block["accessory"]
        for block in ask(avery, "/invoice Gulf Calls").blocks
        if "accessory" in block
    ]
    return str(buttons[0]["value"])


@pytest.mark.parametrize("fault", [{"ratelimited_next": 1}, {"error_next": 1}])
def test_when_slack_refuses_a_home_nothing_else_breaks(
    desk: Tallyman, avery: Person, fault: dict[str, Any]
) -> None:
    home = opened(avery)
    count = published(desk)
    desk.slack.faults.set({**fault, "methods": ["views.publish"]})

    avery.press("Refresh", view=home)
    wait_until(lambda: published(desk) > count)

    assert avery.home().raw["hash"] == home.raw["hash"]
    desk.slack.faults.reset()
    avery.press("Refresh", view=home)
    wait_until(lambda: avery.home().raw["hash"] != home.raw["hash"])
