"""The error family: one class for each thing that the caller can do about it."""


class BotError(Exception):
    """Something went wrong."""

    def __init__(self, message: str | None = None) -> None:
        """Say what happened; the class's docstring is what it says by default."""
        self.message = message or (type(self).__doc__ or "").strip()
        super().__init__(self.message)


class BadRequest(BotError):
    """That could not be understood."""  # Ask again, in other words.


class NotFound(BotError):
    """There is nothing by that name."""  # Ask again with another name.


class NotAllowed(BotError):
    """You may not do that."""  # Ask someone who may.


class Refused(BotError):
    """That can't be done with it as it stands."""  # Change something first.


class Unavailable(BotError):
    """A service that this depends on did not answer."""  # Try again later.


class Misconfigured(BotError):
    """A setting is missing or wrong."""  # An admin has to change it.


class ToldToWait(Unavailable):
    """A service wants to be left alone for a while; what was asked of it has not been done."""

    def __init__(self, service: str, seconds: float) -> None:
        super().__init__(f"{service} wants to be left alone for {seconds:.0f} seconds.")
        self.retry_after_seconds = seconds
