"""A word to the bot in a channel, as Slack tells of it; and who may not ask for it that way."""

import time
from collections.abc import Iterator

import pytest

from tests.deployment import Tallyman
from tests.following import wait_until
from tests.handlers.slack.billing_desk import NO_ROLE, deliver, tell
from tests.handlers.slack.disputing import (
    COLLECTOR,
    OUTSIDER,
    SHARED,
    SUPPORT,
    at_the_desk,
    clear_screen,
    dispute,
    disputing,
    next_invoice,
    say,
)
from tests.handlers.slack.pressing import forge
from tests.workspace import Person, Seen

BOT = "<@U0TALLYBOT>"


@pytest.fixture(scope="module")
def desk(shared_database_url: str) -> Iterator[Tallyman]:
    yield from disputing(shared_database_url)


@pytest.fixture
def jamie(desk: Tallyman) -> Iterator[Person]:
    """A collector for Acme."""
    yield from at_the_desk(desk)


def mention(desk: Tallyman, person: Person, text: str, ts: str, **more: str) -> bytes:
    """Slack tells that somebody spoke to the bot in support; the event as it was sent."""
    event = {"user": person.id, "text": text, "ts": ts, "channel": person.channel(SUPPORT)}
    return tell(desk, "app_mention", **(event | {"event_ts": ts} | more))


def offers(person: Person, ts: str, *, channel: str = SUPPORT) -> list[Seen]:
    """What the bot has said to this person alone since."""
    found = person.messages(channel) + person.messages(channel, thread_ts=ts)
    return [one for one in found if one.is_ephemeral and one.ts > ts]


def test_a_mention_as_slack_writes_it_is_understood_once(desk: Tallyman, jamie: Person) -> None:
    invoice = next_invoice(desk)
    ts = say(jamie, f"About {invoice.number}")

    event = mention(desk, jamie, f"{BOT} dispute, please", ts)
    wait_until(lambda: bool(offers(jamie, ts)))
    deliver(desk, event)

    [offer] = offers(jamie, ts)
    assert "Open a dispute of what was said here?" in offer.words
    assert "USD" not in offer.words


@pytest.mark.parametrize("text", ["", "hello", "we had a long day and a dispute"])
def test_other_words_are_answered_with_what_is_understood(
    desk: Tallyman, jamie: Person, text: str
) -> None:
    ts = say(jamie, "Good morning.")

    mention(desk, jamie, f"{BOT} {text}", ts)

    wait_until(lambda: bool(offers(jamie, ts)))
    assert "I understand one word: dispute" in offers(jamie, ts)[-1].words


def test_a_person_of_another_organisation_gets_the_fixed_text(desk: Tallyman) -> None:
    dana = desk.person(OUTSIDER)
    ts = say(dana, "Who is there?", channel=SHARED)
    channel = dana.channel(SHARED)
    told = {"user": dana.id, "text": f"{BOT} dispute", "ts": ts, "channel": channel}

    tell(desk, "app_mention", **told, user_team="T0ACMECORP")

    wait_until(lambda: bool(offers(dana, ts, channel=SHARED)))
    assert NO_ROLE in offers(dana, ts, channel=SHARED)[-1].words
    dana.close()


def test_the_word_of_a_bot_is_not_answered(desk: Tallyman, jamie: Person) -> None:
    ts = say(jamie, "Good evening.")

    mention(desk, jamie, f"{BOT} dispute", ts, bot_id="B0OTHER")
    mention(desk, jamie, f"{BOT} hello", f"{time.time():.6f}")

    wait_until(lambda: bool(offers(jamie, ts)))
    assert all("one word" in one.words for one in offers(jamie, ts))


@pytest.mark.parametrize(
    "value", ["", "C1|1.1|", "C1|x|1.1|", "|||", "c1|1.1||", "C1|1.1||cus_1", "C1|1.1|1.1|in_1|"]
)
def test_a_forged_place_is_refused(desk: Tallyman, value: str) -> None:
    assert "This " in forge(desk, "dispute_message", value).words


def test_nobody_is_asked_for_disputed_money(desk: Tallyman, jamie: Person) -> None:
    invoice = next_invoice(desk)
    dispute(jamie, invoice)
    clear_screen(jamie)

    answer = forge(desk, "send_payment_link", str(invoice.id), user=COLLECTOR)

    assert "the customer disputes it" in answer.words
