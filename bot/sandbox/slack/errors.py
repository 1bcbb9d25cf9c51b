"""The one way in which the stand-in says no."""

from typing import Any


class SlackError(Exception):
    """Slack's `ok: false`, with its name, its messages and what else the answer carries."""

    def __init__(
        self,
        error: str,
        *messages: str,
        status: int = 200,
        headers: dict[str, str] | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(error)
        self.error = error
        self.messages = messages
        self.status = status
        self.headers = headers or {}
        self.extra = extra

    def as_json(self) -> dict[str, Any]:
        """The body of the answer."""
        answer: dict[str, Any] = {"ok": False, "error": self.error, **self.extra}
        if self.messages:
            answer["response_metadata"] = {"messages": list(self.messages)}
        return answer


def object_in(sent: dict[str, Any], name: str) -> dict[str, Any]:
    """An object inside what the page sent; {} when it sent none.

    Raises: SlackError malformed_call when it is something else.
    """
    part = sent.get(name)
    if part is None:
        return {}
    if not isinstance(part, dict):
        raise SlackError("malformed_call", status=400)
    return part
