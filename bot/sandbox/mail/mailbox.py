"""The mails that were taken, as whoever receives them would read them."""

import email
import email.policy
import threading
from collections import deque
from dataclasses import dataclass
from email.message import EmailMessage

# The sandbox may run for days.
LETTERS_MAX = 500


@dataclass(frozen=True)
class Letter:
    """One mail: whom the envelope names, its headers as they are shown, and both of its forms."""

    id: int
    envelope_from: str
    envelope_to: tuple[str, ...]
    headers: dict[str, str]
    text: str
    html: str


class Mailbox:
    """All mails to everybody, for any number of threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._letters: deque[Letter] = deque(maxlen=LETTERS_MAX)
        self._taken = 0

    def take(self, envelope_from: str, envelope_to: list[str], content: bytes) -> Letter:
        """Keep a mail as it came over the wire.

        Raises: ValueError for what is no mail: without From or Message-ID.
        """
        parsed = email.message_from_bytes(content, policy=email.policy.default)
        if not (parsed["From"] and parsed["Message-ID"]):
            raise ValueError("A mail needs From and Message-ID.")
        with self._lock:
            self._taken += 1
            letter = Letter(
                id=self._taken,
                envelope_from=envelope_from,
                envelope_to=tuple(envelope_to),
                headers={name: str(value) for name, value in parsed.items()},
                text=_body(parsed, "plain"),
                html=_body(parsed, "html"),
            )
            self._letters.append(letter)
        return letter

    def list_letters(self) -> list[Letter]:
        """What was taken, newest first."""
        with self._lock:
            return list(reversed(self._letters))


def _body(parsed: EmailMessage, kind: str) -> str:
    part = parsed.get_body((kind,))
    return "" if part is None else str(part.get_content())
