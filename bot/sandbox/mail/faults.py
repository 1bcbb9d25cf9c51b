"""What may go wrong at the mail server, for so many of the next mails."""

# refuse: the recipient is unknown. busy: come back later. refuse_after: the content is refused.
# lose_answer: the mail is taken, and the line breaks before that is said. drop: it breaks before
# anything is taken. silent: it is taken, and nothing is ever said.
KINDS = ("refuse", "busy", "refuse_after", "lose_answer", "drop", "silent")


class MailFaults:
    """The faults that are set; each is used up by the mails that it meets."""

    def __init__(self) -> None:
        self._left = dict.fromkeys(KINDS, 0)

    def set(self, kind: str, mails: int) -> None:
        """Let a fault meet so many of the next mails.

        Raises: ValueError for a fault that does not exist.
        """
        if kind not in KINDS:
            raise ValueError(f"There is no fault {kind!r}; there are {', '.join(KINDS)}.")
        self._left[kind] = mails

    def reset(self) -> None:
        """Let everything go well again."""
        self._left = dict.fromkeys(KINDS, 0)

    def meets(self, kind: str) -> bool:
        """Whether this mail meets a fault, which is one less then."""
        if not self._left[kind]:
            return False
        self._left[kind] -= 1
        return True

    def as_json(self) -> dict[str, int]:
        """How many mails each fault is still to meet."""
        return dict(self._left)
