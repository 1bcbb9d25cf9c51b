"""Payment links in a customer's own channel (B3, B4): once, and only while it is theirs."""

from collections.abc import Iterator

import pytest
from sqlalchemy import delete, select, update

from bot.bells import ring
from bot.models import Customer, CustomerChannel, Effect, EffectLane
from bot.sandbox.stripe import StandIn
from bot.term_rows import write_terms
from tests.billing import Billing, Json, day
from tests.build import NOW
from tests.deployment import SECRET_KEY, Tallyman, deployed
from tests.following import wait_until
from tests.handlers.slack.billing_desk import ask, grant, revoke
from tests.handlers.slack.letters import end_of, follow, tidy
from tests.handlers.slack.pressing import view_of
from tests.trail import entries_of
from tests.workspace import Person, Seen

OTHER_TEAM = "T0ACMECORP"


@pytest.fixture(scope="module")
def desk(shared_database_url: str) -> Iterator[Tallyman]:
    """A Tallyman without mail, so that the channel stands beside Stripe's own sending."""
    stripe = StandIn(now=day("2026-11-16"), secret_key=SECRET_KEY, requests_per_second=None)
    with deployed(shared_database_url, now=stripe.clock, stripe=stripe) as tallyman:
        tallyman.slack.state.is_rate_limited = False
        tallyman.backfill()
        yield tallyman
        assert tallyman.slack.problems == []


@pytest.fixture
def avery(desk: Tallyman) -> Iterator[Person]:
    """The billing admin; whatever a test breaks works again after it."""
    person = desk.person()
    yield person
    desk.stripe.world.faults.reset()
    desk.slack.faults.reset()
    tidy(person)
    person.close()


def owing(desk: Tallyman, name: str, *, invoices: int = 1, language: str = "en") -> list[Json]:
    """Open invoices of an account that has a channel of its own."""
    billing = Billing(desk.stripe)
    customer = billing.customer(name, company=name)
    made = [billing.invoice(customer) for _ in range(invoices)]
    follow(desk)
    room = desk.slack.add_channel(
        room_of(name), members=["U0AVERY", "U0DANA"], is_ext_shared=True, has_bot=True
    )
    with desk.runtime.database.writing() as session:
        found = select(Customer.account_id).where(Customer.id == customer)
        account_id = session.scalars(found).one()
        teams = f"{OTHER_TEAM},T0TALLYMAN"
        session.add(
            CustomerChannel(
                channel_id=room.id,
                owner_account_id=account_id,
                name=room.name,
                team_ids=teams,
                seen_at=NOW,
            )
        )
        session.flush()
        values = {"preference": "slack", "channel_id": room.id, "language": language}
        write_terms(session, account_id, values, by="U0AVERY", now=NOW)
        session.execute(delete(EffectLane))
    return made


def room_of(name: str) -> str:
    """The channel that is made for an account."""
    return name.lower().replace(" ", "-")


def posted(desk: Tallyman, name: str) -> list[Seen]:
    """What stands in an account's channel, of ours."""
    messages = desk.slack.list_messages(room_of(name))
    return [Seen(one.as_page(reply_count=0)) for one in messages if one.bot_id]


def preview(person: Person, made: Json) -> Seen:
    """What exactly goes out to the channel."""
    assert person.click(ask(person, f"/invoice {made['number']}"), "Send payment link")["ok"]
    assert "In the customer’s channel" in view_of(person).words
    assert person.submit(way="slack")["ok"]
    return person.view()


def test_a_link_goes_to_the_accounts_own_channel_once(desk: Tallyman, avery: Person) -> None:
    [made] = owing(desk, "Own Channel Ltd")

    seen = preview(avery, made)
    avery.submit()
    said = end_of(avery).words

    [message] = posted(desk, "Own Channel Ltd")
    assert "#own-channel-ltd, where people of the customer read" in seen.words
    assert "(the link, fresh from Stripe, stands here)" in seen.words
    assert "is on its way to #own-channel-ltd" in said
    assert made["hosted_invoice_url"] in str(message.blocks)
    assert f"Invoice {made['number']}" in message.words
    assert "please tell us here" in message.words
    entries = entries_of(desk.runtime.database)[-2:]
    assert [one.action for one in entries] == [
        "send_payment_link.requested",
        "send_payment_link.settled",
    ]
    assert entries[0].details["way"] == "slack"


def test_a_whole_balance_is_one_message_in_the_accounts_language(
    desk: Tallyman, avery: Person
) -> None:
    made = owing(desk, "Deutsche GmbH", invoices=2, language="de")
    assert avery.click(ask(avery, "/balance Deutsche GmbH"), "Pay full balance")["ok"]
    view_of(avery)
    avery.submit(way="slack")

    avery.submit()
    end_of(avery)

    [message] = posted(desk, "Deutsche GmbH")
    assert "200,00 USD" in message.words
    assert "zu zahlen für 2 Rechnungen" in message.words
    assert all(one["hosted_invoice_url"] in str(message.blocks) for one in made)


@pytest.mark.parametrize(
    ("name", "changed", "why"),
    [
        ("Unshared Ltd", "unshared", "not shared with another organisation"),
        ("Archived Ltd", "archived", "is archived"),
        ("Left Ltd", "left", "I am not in"),
        ("Joined Ltd", "joined", "Another organisation has joined"),
        ("Moved Ltd", "moved", "has another channel by now"),
    ],
)
def test_a_channel_that_is_not_theirs_alone_any_more_is_told_nothing(
    desk: Tallyman, avery: Person, name: str, changed: str, why: str
) -> None:
    [made] = owing(desk, name)
    preview(avery, made)
    room = desk.slack.find_channel(room_of(name))
    _spoil(desk, room.id, changed)

    # Where it is known here, nothing is promised; where only Slack knows, nothing goes out.
    avery.submit()
    wait_until(lambda: "Sending" not in avery.view().words)
    said = avery.view().words

    assert why in said or "not possible here any more" in said
    assert posted(desk, name) == []


def _spoil(desk: Tallyman, channel_id: str, changed: str) -> None:
    room = desk.slack.find_channel(channel_id)
    match changed:
        case "unshared":
            room.is_ext_shared = False
        case "archived":
            room.is_archived = True
        case "left":
            room.members.remove(desk.slack.state.app.bot_user_id)
        case "joined":
            stranger = desk.slack.add_person("mallory", kind="external", team_id="T0STRANGER")
            room.members.append(stranger.id)
        case "moved":
            with desk.runtime.database.writing() as session:
                gone = update(CustomerChannel).where(CustomerChannel.channel_id == channel_id)
                session.execute(gone.values(owner_account_id=1))
        case _:
            raise ValueError(changed)


def test_a_message_whose_answer_was_lost_is_found_and_not_posted_again(
    desk: Tallyman, avery: Person
) -> None:
    [made] = owing(desk, "Lost Answer Ltd")
    preview(avery, made)
    desk.slack.faults.set({"lose_post_next": 1})

    avery.submit()
    wait_until(lambda: bool(posted(desk, "Lost Answer Ltd")))
    _let_time_pass(desk, made)

    wait_until(lambda: _effect(desk, made).state == "done")
    assert len(posted(desk, "Lost Answer Ltd")) == 1


def test_a_worker_that_dies_after_posting_posts_no_second_time(
    desk: Tallyman, avery: Person
) -> None:
    [made] = owing(desk, "Killed Channel Ltd")
    preview(avery, made)
    avery.submit()
    end_of(avery)

    # As a lease that has run out leaves it: promised, tried once, and nothing known.
    with desk.runtime.database.writing() as session:
        mine = Effect.subject == f"invoice:{made['id']}"
        session.execute(update(Effect).where(mine).values(state="ready", finished_at=None))
        session.execute(delete(EffectLane))
        ring(session, "effects")

    wait_until(lambda: _effect(desk, made).state == "done")
    assert len(posted(desk, "Killed Channel Ltd")) == 1


def test_what_is_paid_by_then_is_not_asked_for(desk: Tallyman, avery: Person) -> None:
    [made] = owing(desk, "Paid Meanwhile Ltd")
    preview(avery, made)
    Billing(desk.stripe).pay(made)

    avery.submit()

    assert "is already paid" in end_of(avery).words
    assert posted(desk, "Paid Meanwhile Ltd") == []


def test_a_silent_stripe_is_asked_again(desk: Tallyman, avery: Person) -> None:
    [made] = owing(desk, "Silent Channel Ltd")
    preview(avery, made)
    desk.stripe.world.faults.set({"slow_seconds": {"/v1/invoices": 0.0}, "fail_before_next": 2})

    avery.submit()

    wait_until(lambda: len(posted(desk, "Silent Channel Ltd")) == 1)


def test_two_people_at_once_post_one_message(desk: Tallyman, avery: Person) -> None:
    [made] = owing(desk, "Twice Channel Ltd")
    grant(avery, "@jamie collector")
    other = desk.person("U0JAMIE")
    preview(avery, made)
    preview(other, made)

    avery.submit()
    end_of(avery)
    other.submit()

    said = other.view().words
    other.close()
    revoke(avery, "@jamie collector")
    assert "was sent while you looked at it" in said
    assert len(posted(desk, "Twice Channel Ltd")) == 1


def _effect(desk: Tallyman, made: Json) -> Effect:
    with desk.runtime.database.reading() as session:
        mine = Effect.subject == f"invoice:{made['id']}"
        return session.scalars(select(Effect).where(mine)).one()


def _let_time_pass(desk: Tallyman, made: Json) -> None:
    """As if what waits to be tried again had waited long enough."""
    wait_until(lambda: _effect(desk, made).state in {"ready", "done"})
    with desk.runtime.database.writing() as session:
        mine = Effect.subject == f"invoice:{made['id']}"
        again = update(Effect).where(mine, Effect.state == "ready").values(due_at=NOW)
        session.execute(again)
        session.execute(delete(EffectLane))
        ring(session, "effects")
