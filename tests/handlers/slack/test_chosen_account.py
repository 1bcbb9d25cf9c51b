"""Working with one account: choosing it, what it changes, and how it ends (A1, G2, G3)."""

import json
from collections.abc import Iterator
from urllib.parse import parse_qs, urlencode

import pytest

from tests.deployment import STRANGER, Tallyman
from tests.handlers.slack.billing_desk import NO_ROLE, answered, ask, grant, revoke
from tests.handlers.slack.pressing import view_of
from tests.workspace import Person

COLLECTOR = "U0JAMIE"


@pytest.fixture
def free(avery: Person) -> Iterator[Person]:
    """The admin, who works with all accounts again afterwards."""
    yield avery
    ask(avery, "/billing use all")


def test_what_is_typed_without_an_account_is_about_the_chosen_one(free: Person) -> None:
    assert "You now work with Acme › Acme West." in ask(free, '/billing use "Acme West"').words

    listed = ask(free, "/invoice list")

    assert "Invoices of Acme › Acme West" in listed.words
    assert "Only Acme › Acme West, the account that you work with." in listed.words
    assert "Acme East" not in listed.words
    free.click(listed, "All accounts")
    everything = answered(free, after=listed)
    assert "Acme › Acme East" in everything.words
    assert "that you work with" not in everything.words


def test_an_account_that_is_named_wins_over_the_chosen_one(free: Person) -> None:
    ask(free, '/billing use "Acme West"')

    named = ask(free, '/invoice list entity:"Acme East"')
    other = ask(free, "/invoice Gulf Calls")

    assert "Invoices of Acme › Acme East" in named.words
    assert "Invoices of Gulf Calls" in other.words
    assert "that you work with" not in named.words + other.words


def test_the_hub_is_about_the_chosen_account_and_ends_it(free: Person) -> None:
    ask(free, '/billing use "Acme West"')
    hub = ask(free, "/billing")
    assert "Nothing is Past Due in Acme › Acme West" in hub.words
    assert "You work with Acme › Acme West." in hub.words

    free.click(hub, "Work with all accounts")

    assert "You now work with all your accounts." in answered(free, after=hub).words
    assert "4 invoices Past Due in your accounts" in ask(free, "/billing").words
    assert "You work with all your accounts." in ask(free, "/billing use").words


def test_a_name_that_fits_several_gives_a_choice_that_chooses(free: Person) -> None:
    choice = ask(free, "/billing use Zenith Telecom")
    assert "2 accounts fit ‘Zenith Telecom’. Which one?" in choice.words

    free.click(choice, "use_account:1")

    assert "You now work with" in answered(free, after=choice).words
    assert "`/billing use all`" in ask(free, "/billing use").words


def test_another_page_stays_with_the_account_it_began_with(free: Person) -> None:
    ask(free, '/billing use "Acme East"')
    first = ask(free, "/invoice list")
    ask(free, '/billing use "Gulf Calls"')

    said = free.see("general")
    free.click(first, "Older ›")

    second = answered(free, after=said)
    assert "Invoices of Acme › Acme East" in second.words
    assert "Page 2 of 2" in second.words


def test_only_an_account_of_ones_own_can_be_chosen_and_only_while_it_is(
    desk: Tallyman, avery: Person
) -> None:
    grant(avery, '@jamie viewer "Acme West"')
    jamie = desk.person(COLLECTOR)
    try:
        assert "Nothing matches ‘Gulf Calls’" in ask(jamie, "/billing use Gulf Calls").words
        assert "You now work with Acme › Acme West." in ask(jamie, "/billing use west").words
        grant(avery, "@jamie viewer Gulf Calls")
        revoke(avery, '@jamie viewer "Acme West"')

        assert "You work with all your accounts." in ask(jamie, "/billing use").words
        assert "Gulf Calls" in ask(jamie, "/invoice list").words
    finally:
        revoke(avery, "@jamie viewer Gulf Calls")
        jamie.close()


def test_a_list_for_the_channel_says_nothing_of_whom_somebody_works_with(free: Person) -> None:
    ask(free, "/billing channels allow #general")
    ask(free, '/billing use "Acme West"')

    shared = ask(free, "/invoice list share")

    assert "Invoices of Acme › Acme West" in shared.words
    assert "that you work with" not in shared.words
    ask(free, "/billing channels remove #general")


def test_an_account_is_chosen_in_a_dialog(free: Person) -> None:
    free.click(ask(free, "/billing use"), "Choose an account")
    view_of(free)

    assert free.submit(account="Gulf Calls")["ok"]

    assert "You now work with Gulf Calls." in free.view().words
    free.dismiss()
    assert "You work with Gulf Calls." in ask(free, "/billing use").words


def test_a_dialog_that_was_opened_before_a_switch_is_void(free: Person) -> None:
    free.click(ask(free, "/billing use"), "Choose an account")
    view_of(free)
    ask(free, '/billing use "Acme West"')

    assert free.submit(account="Gulf Calls")["ok"]

    said = free.view().words
    assert "Nothing was done" in said
    assert "you have chosen to work with Acme › Acme West" in said
    free.dismiss()
    assert "You work with Acme › Acme West." in ask(free, "/billing use").words


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("acme north", "Nothing matches ‘acme north’"),
        ("Zenith Telecom", "2 accounts fit ‘Zenith Telecom’"),
        ('"', "The quote before"),
        ("all", "You now work with all your accounts."),
    ],
)
def test_a_dialog_says_what_it_makes_of_what_was_written(
    free: Person, typed: str, said: str
) -> None:
    free.click(ask(free, "/billing use"), "Choose an account")
    view_of(free)

    assert free.submit(account=typed)["ok"]

    assert said in free.view().words
    free.dismiss()


def test_nobody_sends_a_dialog_for_somebody_else(desk: Tallyman, avery: Person) -> None:
    avery.click(ask(avery, "/billing use"), "Choose an account")
    view_of(avery)
    assert avery.submit(account="all")["ok"]
    avery.dismiss()
    sent = next(one for one in reversed(desk.slack.deliveries) if one.kind == "view_submission")
    payload = json.loads(parse_qs(sent.body.decode())["payload"][0])
    payload["user"]["id"] = STRANGER
    payload["view"]["state"]["values"]["account"]["account"]["value"] = "Gulf Calls"
    body = urlencode({"payload": json.dumps(payload)}).encode()
    kind = {"Content-Type": "application/x-www-form-urlencoded"}

    answer = desk.slack.deliver(body, kind | desk.slack.sign(body))

    assert NO_ROLE in answer.answer.decode()
    assert "Gulf Calls" not in answer.answer.decode()
