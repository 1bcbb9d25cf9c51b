"""A message that a dispute is opened from, as a button or a dialog carries it.

Shape: channel, message, thread and ids with bars between them; what is missing is empty.
"""

from collections.abc import Sequence

from bot.errors import BadRequest
from bot.queries.dispute_terms import Complaint
from bot.slack_objects import is_channel_id, is_message_ts
from bot.views.actions import parse_show_invoice

# As many as fit with room to spare into what a button carries.
INVOICES_MAX = 6
_PARTS = 4


def format_complaint(complaint: Complaint | None, invoice_ids: Sequence[str] = ()) -> str:
    """The value for a message and the invoices that were found in it so far."""
    place = ("", "", "")
    if complaint is not None:
        place = (complaint.channel_id, complaint.message_ts, complaint.thread_ts or "")
    return "|".join((*place, ",".join(invoice_ids[:INVOICES_MAX])))


def parse_complaint(value: str) -> tuple[Complaint | None, tuple[str, ...]]:
    """The message, None without one, and the ids of the invoices.

    Raises: BadRequest when the value is of another form.
    """
    parts = value.split("|")
    if len(parts) != _PARTS:
        raise BadRequest("This names no message. Use the shortcut on it anew.")
    channel_id, message_ts, thread_ts, ids = parts
    invoice_ids = tuple(parse_show_invoice(one) for one in ids.split(",")) if ids else ()
    if not channel_id:
        return None, invoice_ids
    is_place = is_channel_id(channel_id) and is_message_ts(message_ts)
    if not is_place or (thread_ts and not is_message_ts(thread_ts)):
        raise BadRequest("This names no message. Use the shortcut on it anew.")
    return Complaint(channel_id, message_ts, thread_ts or None), invoice_ids
