"""What makes a dialog of a message that is filled in."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Form:
    """How a dialog is sent: under which name, by which button, and with what from its opening.

    Shape: `subject` and `stamp` come back as they were: what it is about, by ids that are read
        again then, and what the person worked with when it was opened, which the handlers add.
    """

    callback_id: str
    submit: str
    subject: str = ""
    stamp: str = ""
