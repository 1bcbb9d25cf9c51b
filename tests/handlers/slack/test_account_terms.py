"""How an account is dealt with (A2, A5): seen by all who may see it, changed by admins alone."""

import itertools
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from bot.models import Contact, Customer
from bot.sandbox.mail import MailServer
from bot.sandbox.stripe import StandIn
from tests.billing import Billing, day
from tests.deployment import SECRET_KEY, Tallyman, deployed
from tests.following import wait_until
from tests.handlers.slack.billing_desk import ask, grant, revoke
from tests.handlers.slack.correcting import submit_again
from tests.handlers.slack.dying import call_and_die, go_on, hold_calls, list_pending
from tests.handlers.slack.letters import SENDER, direct_words, follow, tidy
from tests.handlers.slack.pressing import forge, view_of
from tests.trail import entries_of
from tests.workspace import Person, Seen

NUMBERS = itertools.count(1)


@pytest.fixture(scope="module")
def post_office(shared_database_url: str) -> Iterator[MailServer]:
    """Where all mail ends; one for each database."""
    assert shared_database_url
    server = MailServer().start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def desk(shared_database_url: str, post_office: MailServer) -> Iterator[Tallyman]:
    """A Tallyman that can send mail, over an organisation and a few accounts."""
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
    """The billing admin, at a tidy screen."""
    person = desk.person()
    yield person
    post_office.faults.reset()
    tidy(person)
    person.close()


def account(desk: Tallyman, name: str = "", **names: str) -> int:
    """A new account; its number here."""
    name = name or f"Made {next(NUMBERS)}"
    made = Billing(desk.stripe).customer(name, **(names or {"company": name}))
    follow(desk)
    with desk.runtime.database.reading() as session:
        found = select(Customer.account_id).where(Customer.id == made)
        return session.scalars(found).one()


def change_contacts(person: Person, name: str, text: str) -> Seen:
    """Write the contacts of an account and see who comes and goes."""
    assert person.click(ask(person, f"/billing account {name}"), "Change contacts")["ok"]
    view_of(person)
    assert person.submit(contacts=text)["ok"]
    return person.view()


def change_terms(person: Person, name: str, **filled: object) -> Seen:
    """Fill the dialog in and see what changes."""
    assert person.click(ask(person, f"/billing account {name}"), "Change terms")["ok"]
    view_of(person)
    assert person.submit(**filled)["ok"]
    return person.view()


def test_an_account_of_which_nothing_was_set_says_so(desk: Tallyman, avery: Person) -> None:
    account(desk, "Plain Ltd")

    card = ask(avery, "/billing account Plain Ltd")

    assert "pay@plainltd.example" in card.words
    assert "this is the address that Stripe has of the customer" in card.words
    assert "3 days before; 1, 7, 14 and 30 days after" in card.words
    assert "· as usual" in card.words


def test_new_contacts_are_kept_and_everybody_whom_it_concerns_is_told(
    desk: Tallyman, avery: Person, post_office: MailServer
) -> None:
    account(desk, "Told Ltd")

    preview = change_contacts(
        avery, "Told Ltd", "Ada Lovelace <ada@told.example>\n\nbo@told.example"
    )
    avery.submit()

    said = avery.view().words
    assert "are told by e-mail" in preview.words
    assert "The contacts are changed." in said
    assert "Ada Lovelace · ada@told.example" in said
    mails: dict[str, str] = {}

    def are_told() -> bool:
        letters = post_office.mailbox.list_letters()
        mails.update((one.envelope_to[0], one.text) for one in letters if "Told" in one.text)
        return len(mails) == 3

    wait_until(are_told)
    assert "From now on we write to this address" in mails["ada@told.example"]
    assert "we no longer write to this address" in mails["pay@toldltd.example"]
    assert "bo@told.example" not in mails["ada@told.example"]
    actions = [one.action for one in entries_of(desk.runtime.database)]
    assert "change_contacts.done" in actions


def test_a_contact_that_is_removed_stays_known(desk: Tallyman, avery: Person) -> None:
    account(desk, "Gone Ltd")
    change_contacts(avery, "Gone Ltd", "Ada <ada@gone.example>")
    avery.submit()
    tidy(avery)

    change_contacts(avery, "Gone Ltd", "")
    avery.submit()

    assert "pay@goneltd.example" in avery.view().words
    with desk.runtime.database.reading() as session:
        row = session.scalars(select(Contact).where(Contact.email == "ada@gone.example")).one()
    assert (row.added_by, row.removed_by) == ("U0AVERY", "U0AVERY")


def test_a_company_goes_by_its_organisation_and_the_card_says_so(
    desk: Tallyman, avery: Person
) -> None:
    account(desk, "North Branch", organisation="North", company="North Branch")
    change_contacts(avery, "North", "All <all@north.example>")
    avery.submit()
    tidy(avery)
    change_terms(avery, "North", language="de")
    avery.submit()
    tidy(avery)

    card = ask(avery, '/billing account "North Branch"').words

    assert "all@north.example" in card
    assert "No contact is kept for this company itself: these are those of North." in card
    assert "*Language* · as North\nGerman" in card


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Ada ada@x", "is no contact"),
        ("ada@x.example\nADA@x.example", "stands there twice"),
        ("\n".join(f"a{n}@x.example" for n in range(11)), "are the most"),
        ("Ada <ada@x.example>\r\nBcc: evil@x.example", "is no contact"),
    ],
)
def test_what_is_no_contact_is_said_below_the_field(
    desk: Tallyman, avery: Person, text: str, said: str
) -> None:
    card = ask(avery, f"/billing account @{account(desk)}")
    assert avery.click(card, "Change contacts")["ok"]
    view_of(avery)

    answer = avery.submit(contacts=text)

    assert said in str(answer)


def test_only_admins_of_the_account_change_it(desk: Tallyman, avery: Person) -> None:
    number = account(desk, "Guarded Ltd")
    other = account(desk, "Others Ltd")
    grant(avery, '@robin approver "Guarded Ltd"')
    robin = desk.person("U0ROBIN")

    card = ask(robin, "/billing account Guarded Ltd")
    unseen = ask(robin, "/billing account Others Ltd").words
    refused = [
        forge(desk, one, f"@{number}", user="U0ROBIN").words
        for one in ("change_contacts", "change_terms")
    ]
    missed = forge(desk, "change_terms", f"@{other}", user="U0ROBIN").words

    robin.close()
    revoke(avery, '@robin approver "Guarded Ltd"')
    assert "Change contacts" not in card.buttons
    assert "Only billing admins change this" in card.words
    assert "Nothing matches" in unseen
    assert all("Your role does not cover that" in words for words in refused)
    assert "There is no such account" in missed


def test_what_somebody_else_has_changed_meanwhile_is_not_overwritten(
    desk: Tallyman, avery: Person
) -> None:
    account(desk, "Racing Ltd")
    grant(avery, "@jamie admin")
    jamie = desk.person("U0JAMIE")
    change_contacts(jamie, "Racing Ltd", "jamies@racing.example")
    change_contacts(avery, "Racing Ltd", "averys@racing.example")
    avery.submit()

    jamie.submit()

    said = jamie.view().words
    tidy(jamie)
    jamie.close()
    revoke(avery, "@jamie admin")
    assert "Somebody else has changed these contacts meanwhile" in said
    assert "averys@racing.example" in ask(avery, "/billing account Racing Ltd").words


def test_a_contact_that_cannot_be_told_is_said_to_whoever_changed_it(
    desk: Tallyman, avery: Person, post_office: MailServer
) -> None:
    account(desk, "Bouncing Ltd")
    change_contacts(avery, "Bouncing Ltd", "ada@bouncing.example")
    # Letters of other tests may still be on their way.
    post_office.faults.set("refuse", 50)

    avery.submit()

    wait_until(lambda: "ada@bouncing.example was not told" in direct_words(desk))


def test_the_same_change_twice_is_one_mail_to_each(
    desk: Tallyman, avery: Person, post_office: MailServer
) -> None:
    account(desk, "Repeated Ltd")
    change_contacts(avery, "Repeated Ltd", "ada@repeated.example")

    avery.submit()
    submit_again(desk)

    wait_until(lambda: not list_pending(desk))
    assert told_of(post_office, "Repeated Ltd") == [
        "ada@repeated.example",
        "pay@repeatedltd.example",
    ]


def test_a_worker_that_dies_after_telling_a_contact_tells_nobody_twice(
    desk: Tallyman, avery: Person, post_office: MailServer
) -> None:
    account(desk, "Killed Ltd")
    change_contacts(avery, "Killed Ltd", "ada@killed.example")
    hold_calls(desk, "mail")
    avery.submit()
    promised = list_pending(desk, "tell_contact")

    call_and_die(desk, promised[0])
    go_on(desk)

    first = promised[0].payload["recipient"]
    wait_until(lambda: f"{first} was not told" in direct_words(desk))
    wait_until(lambda: len(told_of(post_office, "Killed Ltd")) == 2)
    assert told_of(post_office, "Killed Ltd") == ["ada@killed.example", "pay@killedltd.example"]


def test_a_mail_in_doubt_is_not_sent_again_and_said_to_whoever_changed_it(
    desk: Tallyman, avery: Person, post_office: MailServer
) -> None:
    account(desk, "Doubtful Ltd")
    change_contacts(avery, "Doubtful Ltd", "ada@doubtful.example")
    post_office.faults.set("lose_answer", 2)

    avery.submit()

    wait_until(lambda: "ada@doubtful.example was not told" in direct_words(desk))
    assert "did not say whether it took the mail" in direct_words(desk)
    wait_until(lambda: not list_pending(desk))
    assert told_of(post_office, "Doubtful Ltd") == [
        "ada@doubtful.example",
        "pay@doubtfulltd.example",
    ]


def told_of(post_office: MailServer, name: str) -> list[str]:
    """Who has got a mail that names an account, once for each mail."""
    letters = post_office.mailbox.list_letters()
    return sorted(one.envelope_to[0] for one in letters if name in one.text)


def test_terms_are_seen_before_they_hold(desk: Tallyman, avery: Person) -> None:
    account(desk, "Terms Ltd")

    preview = change_terms(
        avery,
        "Terms Ltd",
        owner="U0AVERY",
        language="de",
        quiet="20 - 7",
        weekdays=["2", "4"],
        cadence="30, 1, -5",
        opted_out="yes",
    ).words
    before = ask(avery, "/billing account Terms Ltd").words
    avery.submit()

    after = avery.view().words
    assert "As usual → German" in preview
    assert "As usual → 20:00 to 07:00" in preview
    assert "5 days before; 1 and 30 days after" in preview.lower()
    assert "German" not in before
    assert "The terms are changed." in after
    assert "Avery Stone" in after
    assert "Tue, Thu, 07:00–20:00" in after
    assert "the customer wants none" in after
    entry = entries_of(desk.runtime.database)[-1]
    assert entry.action == "change_terms.done"
    assert entry.details["after"]["cadence"] == "-5,1,30"
    assert entry.details["before"]["cadence"] is None


@pytest.mark.parametrize(
    ("filled", "said"),
    [
        ({"quiet": "18"}, "two full hours"),
        ({"quiet": "18-24"}, "two full hours"),
        ({"cadence": "soon"}, "days from the due day"),
        ({"cadence": "1,2,3,4,5,6,7,8,9"}, "Write at most 8 days"),
        ({"cadence": "999"}, "after it"),
        ({"owner": "U0KIM"}, "no role that covers"),
        ({"preference": "slack"}, "Choose the customer’s channel"),
        ({"channel": "C0BILLING"}, "not shared with another organisation"),
        ({"channel": "C0SPRING"}, "archived"),
        ({"channel": "G0FINANCE"}, "I can’t see that channel"),
    ],
)
def test_what_can_not_be_set_is_said_below_its_field(
    desk: Tallyman, avery: Person, filled: dict[str, str], said: str
) -> None:
    card = ask(avery, f"/billing account @{account(desk)}")
    assert avery.click(card, "Change terms")["ok"]
    view_of(avery)

    answer = avery.submit(**filled)

    assert said in str(answer)


def test_a_channel_belongs_to_one_customer(desk: Tallyman, avery: Person) -> None:
    account(desk, "East of Two", organisation="Two", company="East of Two")
    account(desk, "West of Two", organisation="Two", company="West of Two")
    account(desk, "Elsewhere Ltd")
    desk.slack.add_channel(
        "two-shared", id="C0TWO", members=["U0AVERY", "U0DANA"], is_ext_shared=True, has_bot=True
    )

    seen = change_terms(avery, '"East of Two"', preference="slack", channel="C0TWO").words
    avery.submit()
    tidy(avery)
    change_terms(avery, '"West of Two"', channel="C0TWO")
    avery.submit()
    sister = avery.view().words
    tidy(avery)
    change_terms(avery, "Elsewhere", channel="C0TWO")
    avery.submit()
    stranger = avery.view().words

    assert "people of the customer read along" in seen
    assert "The terms are changed." in sister
    assert "#two-shared belongs to another customer" in stranger


def test_a_channel_that_nobody_has_any_more_may_become_another_customers(
    desk: Tallyman, avery: Person
) -> None:
    account(desk, "First Ltd")
    account(desk, "Second Ltd")
    desk.slack.add_channel(
        "moving", id="C0MOVING", members=["U0AVERY", "U0DANA"], is_ext_shared=True, has_bot=True
    )
    change_terms(avery, "First", channel="C0MOVING")
    avery.submit()
    tidy(avery)
    change_terms(avery, "First", channel="")
    avery.submit()
    tidy(avery)

    change_terms(avery, "Second", channel="C0MOVING")
    avery.submit()

    assert "#moving" in avery.view().words
