"""Sending things to customers in tests: dialogs to their end, and what the bot says about them."""

from tests.deployment import Tallyman
from tests.following import wait_until
from tests.workspace import Person, Seen

SENDER = "Meridian Voice <billing@meridian.example>"


def tidy(person: Person) -> None:
    """Close what is still open."""
    while True:
        try:
            person.view()
        except LookupError:
            return
        person.dismiss()


def follow(desk: Tallyman) -> None:
    """Have the mirror know what Stripe's webhooks have told until now."""
    assert desk.stripe.webhooks_idle(20)
    desk.sync()


def end_of(person: Person) -> Seen:
    """What stands in the dialog once it is known what came of sending."""
    waiting = ("…", "It is tried again by itself")
    wait_until(lambda: not any(words in person.view().words for words in waiting))
    return person.view()


def direct_words(desk: Tallyman, person_id: str = "U0AVERY") -> str:
    """All that the bot has written to somebody alone."""
    return "\n".join(
        Seen(one.as_page(reply_count=0)).words
        for channel in desk.slack.state.workspace.channels.values()
        if channel.kind == "im" and person_id in channel.members
        for one in desk.slack.list_messages(channel.id)
    )
