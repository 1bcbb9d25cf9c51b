"""The ways that a dialog offers to send something to a customer, by the values that it carries."""

from collections.abc import Mapping

from bot.errors import BadRequest
from bot.queries.addressees import Addressee, Addressees, Way
from bot.queries.terms import Preference
from bot.views.payment_links import Choice

# People that one dialog offers; the others are found on the account's card.
MAILS_SHOWN_MAX = 7
COPY = Addressee(Way.COPY, "", "")

CONTACTS_UNUSED = (
    "Stripe writes to the address that it has of this customer, not to the contacts kept here."
)


def list_ways(
    found: Addressees, *, has_mail: bool, by_stripe: str | None = None
) -> dict[str, Addressee]:
    """What is possible, the way that the account prefers first, and always to copy.

    Shape: `by_stripe` is the address that Stripe itself would write to, None where it would not.
    """
    ways: dict[str, Addressee] = {}
    if has_mail:
        for place, mail in enumerate(found.mails[:MAILS_SHOWN_MAX]):
            ways[f"{Way.MAIL}:{place}" if place else Way.MAIL.value] = mail
    elif by_stripe:
        ways[Way.STRIPE.value] = Addressee(Way.STRIPE, by_stripe, by_stripe)
    if found.channel is not None:
        own = {Way.SLACK.value: found.channel}
        ways = own | ways if found.prefers_channel else ways | own
    copied = {Way.COPY.value: COPY}
    return copied | ways if found.is_silent else ways | copied


def choices_of(ways: Mapping[str, Addressee]) -> list[Choice]:
    """The same as the dialog shows it."""
    return [Choice(value, one.way, one.name) for value, one in ways.items()]


def find_way(ways: Mapping[str, Addressee], value: str) -> Addressee:
    """The way that was chosen.

    Raises: BadRequest for one that is not possible, any more or at all.
    """
    if value not in ways:
        raise BadRequest("That way is not possible here any more. Open the dialog anew.")
    return ways[value]


def notes_on(found: Addressees) -> list[str]:
    """What somebody should know of the account before they choose."""
    if found.terms.is_opted_out:
        return ["This customer wants no reminders from us. What you send is sent all the same."]
    if found.terms.preference is Preference.NONE:
        return ["This customer wants no messages from us. What you send is sent all the same."]
    kept = found.terms.channel
    if kept is not None and not kept.is_theirs:
        return [f"#{kept.name} belongs to another customer by now, so nothing is sent there."]
    return []
