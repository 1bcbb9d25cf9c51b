"""What makes a dialog of a message that is filled in."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Form:
    """How a dialog is sent: under which name, by which button, and with what from its opening.

    Shape: `stamp` comes back as it was, and says what the dialog was opened on.
    """

    callback_id: str
    submit: str
    stamp: str
