"""The links to a whole balance (B4): one action per currency, in one mail, of what is owed now."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select, update

from bot.bells import ring
from bot.models import Effect
from bot.sandbox.mail import Letter, MailServer
from bot.sandbox.stripe import StandIn
from tests.billing import Billing, Json, day
from tests.deployment import SECRET_KEY, Tallyman, deployed
from tests.following import wait_until
from tests.handlers.slack.billing_desk import ask, grant, revoke
from tests.handlers.slack.letters import SENDER, direct_words, end_of, follow, tidy
from tests.handlers.slack.pressing import forge, view_of
from tests.trail import entries_of
from tests.workspace import Person, Seen


@pytest.fixture(scope="module")
def post_office(shared_database_url: str) -> Iterator[MailServer]:
    """Where all mail ends; one for each database, as the same letters go out over both."""
    assert shared_database_url
    server = MailServer().start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def desk(shared_database_url: str, post_office: MailServer) -> Iterator[Tallyman]:
    """A Tallyman that can send mail."""
    stripe = StandIn(now=day("2026-11-16"), secret_key=SECRET_KEY, requests_per_second=None)
    with deployed(
        shared_database_url,
        now=stripe.clock,
        stripe=stripe,
        smtp_url=post_office.url,
        mail_from=SENDER,
    ) as tallyman:
        tallyman.slack.state.is_rate_limited = False
        tallyman.backfill()
        yield tallyman
        assert tallyman.slack.problems == []


@pytest.fixture
def avery(desk: Tallyman, post_office: MailServer) -> Iterator[Person]:
    """The billing admin; whatever a test breaks works again after it."""
    person = desk.person()
    yield person
    post_office.faults.reset()
    desk.stripe.world.faults.reset()
    tidy(person)
    person.close()


def owing(desk: Tallyman, name: str, *, invoices: int = 2, currency: str = "usd") -> list[Json]:
    """Open invoices of an account of its own, over 100.00 each."""
    billing = Billing(desk.stripe)
    customer = billing.customer(name, company=name)
    made = [billing.invoice(customer, currency=currency) for _ in range(invoices)]
    follow(desk)
    return made


def first_step(person: Person, name: str, button: str = "Pay full balance") -> Seen:
    """The dialog behind the button of a balance."""
    assert person.click(ask(person, f"/balance {name}"), button)["ok"]
    return view_of(person)


def preview(person: Person, name: str) -> Seen:
    """What exactly goes out to the first address."""
    first_step(person, name)
    assert person.submit(way="mail")["ok"]
    return person.view()


def letters_to(post_office: MailServer, invoice: Json) -> list[Letter]:
    """The mails that name an invoice, newest first."""
    return [one for one in post_office.mailbox.list_letters() if invoice["number"] in one.text]


def test_all_links_go_out_in_one_mail(
    desk: Tallyman, avery: Person, post_office: MailServer
) -> None:
    first, second = owing(desk, "Whole Ltd")

    seen = preview(avery, "Whole Ltd")
    avery.submit()
    said = end_of(avery).words

    [letter] = letters_to(post_office, first)
    assert "USD 200.00 to pay for 2 invoices" in " ".join(seen.words.split())
    assert letter.headers["Subject"] == "2 invoices: USD 200.00 to pay"
    for one in (first, second):
        assert one["hosted_invoice_url"] in letter.text
        assert one["hosted_invoice_url"] in letter.html
    assert "on its way to pay@wholeltd.example" in said
    actions = [one.action for one in entries_of(desk.runtime.database)]
    assert actions[-2:] == ["send_balance_links.requested", "send_balance_links.settled"]


def test_each_currency_is_an_action_of_its_own(
    desk: Tallyman, avery: Person, post_office: MailServer
) -> None:
    dollars = owing(desk, "Both Ltd")
    customer = dollars[0]["customer"]
    billing = Billing(desk.stripe)
    yen = billing.invoice(billing.customer("Both Ltd", company="Both Ltd"), currency="jpy")
    follow(desk)

    first_step(avery, "Both Ltd", "Pay full balance (JPY)")
    avery.submit(way="mail")
    seen = avery.view()
    avery.submit()
    end_of(avery)

    assert customer
    assert "JPY 10,000" in seen.words
    assert "USD" not in seen.words
    [letter] = letters_to(post_office, yen)
    assert dollars[0]["number"] not in letter.text


def test_a_sum_that_has_changed_is_asked_for_again(
    desk: Tallyman, avery: Person, post_office: MailServer
) -> None:
    first, second = owing(desk, "Changing Ltd")
    preview(avery, "Changing Ltd")
    Billing(desk.stripe).pay(first)
    follow(desk)

    avery.submit()
    again = avery.view().words
    avery.submit()
    end_of(avery)

    assert "Something has changed since you looked." in again
    assert "USD 100.00 to pay for 1 invoice" in " ".join(again.split())
    assert letters_to(post_office, first) == []
    assert len(letters_to(post_office, second)) == 1


def test_one_that_is_paid_at_the_last_moment_holds_the_whole_mail(
    desk: Tallyman, avery: Person, post_office: MailServer
) -> None:
    first, second = owing(desk, "Last Moment Ltd")
    preview(avery, "Last Moment Ltd")
    Billing(desk.stripe).pay(first)

    avery.submit()
    said = end_of(avery).words

    assert f"Invoice {first['number']} is already paid" in said
    assert letters_to(post_office, second) == []
    follow(desk)


def test_a_balance_of_nothing_says_so(desk: Tallyman, avery: Person) -> None:
    [made] = owing(desk, "Settled Ltd", invoices=1)
    card = ask(avery, "/balance Settled Ltd")
    Billing(desk.stripe).pay(made)
    follow(desk)

    avery.click(card, "Pay full balance")

    assert "Nothing to pay." in view_of(avery).words
    assert "Pay full balance" not in ask(avery, "/balance Settled Ltd").buttons


def test_all_links_can_be_copied(desk: Tallyman, avery: Person) -> None:
    made = owing(desk, "Copying Ltd", invoices=3)
    first_step(avery, "Copying Ltd")

    avery.submit(way="copy")

    seen = avery.view()
    assert all(one["hosted_invoice_url"] in seen.words for one in made)
    assert "Only you see this" in seen.words


def test_two_dialogs_of_one_state_are_one_mail(
    desk: Tallyman, avery: Person, post_office: MailServer
) -> None:
    first, _ = owing(desk, "Racing Ltd")
    grant(avery, "@jamie collector")
    jamie = desk.person("U0JAMIE")
    preview(avery, "Racing Ltd")
    preview(jamie, "Racing Ltd")

    avery.submit()
    end_of(avery)
    jamie.submit()

    said = jamie.view().words
    tidy(jamie)
    jamie.close()
    revoke(avery, "@jamie collector")
    assert "were sent while you looked at them" in said
    assert len(letters_to(post_office, first)) == 1


def test_a_mail_in_doubt_is_left_to_a_person(
    desk: Tallyman, avery: Person, post_office: MailServer
) -> None:
    first, _ = owing(desk, "Doubt Ltd")
    preview(avery, "Doubt Ltd")
    post_office.faults.set("lose_answer", 1)

    avery.submit()
    seen = end_of(avery)
    avery.press("It has arrived", view=seen)
    wait_until(lambda: "Nothing more is sent" in avery.view().words)

    assert "did not say whether it took the mail" in seen.words
    assert len(letters_to(post_office, first)) == 1


def test_a_worker_that_dies_after_sending_sends_no_second_mail(
    desk: Tallyman, avery: Person, post_office: MailServer
) -> None:
    first, _ = owing(desk, "Killed Ltd")
    preview(avery, "Killed Ltd")
    avery.submit()
    end_of(avery)

    # As a lease that has run out leaves it: promised, tried once, and nothing known.
    with desk.runtime.database.writing() as session:
        mine = select(Effect.id).where(Effect.kind == "send_balance_links")
        last = mine.order_by(Effect.id.desc()).limit(1).scalar_subquery()
        session.execute(
            update(Effect).where(Effect.id == last).values(state="ready", finished_at=None)
        )
        ring(session, "effects")

    wait_until(lambda: "did not say whether" in direct_words(desk))
    assert len(letters_to(post_office, first)) == 1


def test_a_mail_server_that_refuses_is_said(
    desk: Tallyman, avery: Person, post_office: MailServer
) -> None:
    first, _ = owing(desk, "Refused Ltd")
    preview(avery, "Refused Ltd")
    post_office.faults.set("refuse", 1)

    avery.submit()
    said = end_of(avery).words

    assert "Not sent" in said
    assert letters_to(post_office, first) == []


def test_a_stripe_that_fails_is_asked_again_and_one_mail_goes_out(
    desk: Tallyman, avery: Person, post_office: MailServer
) -> None:
    first, _ = owing(desk, "Silent Ltd")
    preview(avery, "Silent Ltd")
    desk.stripe.world.faults.set({"rate_limit_next": 1, "fail_path": "/v1/invoices"})

    avery.submit()

    wait_until(lambda: len(letters_to(post_office, first)) == 1)


@pytest.mark.parametrize("value", ["", "@1", "@1|USD", "@999999|usd"])
def test_a_forged_press_gives_nothing(desk: Tallyman, value: str) -> None:
    answer = forge(desk, "send_balance_links", value).words

    assert "names no balance" in answer or "no such account" in answer


def test_a_viewer_is_neither_offered_it_nor_allowed(desk: Tallyman, avery: Person) -> None:
    owing(desk, "Looked At Ltd")
    grant(avery, "@robin viewer")
    robin = desk.person("U0ROBIN")

    card = ask(robin, "/balance Looked At Ltd")
    value = ask(avery, "/balance Looked At Ltd").find("Pay full balance")[1]["value"]
    answer = forge(desk, "send_balance_links", value, user="U0ROBIN")

    robin.close()
    revoke(avery, "@robin viewer")
    assert "Pay full balance" not in card.buttons
    assert "Your role does not cover that" in answer.words
