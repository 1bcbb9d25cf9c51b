"""Answers that never arrive."""

from starlette.responses import Response
from starlette.types import Receive, Scope, Send


class Dropped(Response):
    """No answer at all: the connection ends, as when a proxy dies after the work was done."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Cut the connection below the server; under another server break the answer off."""
        del scope
        transport = getattr(getattr(receive, "__self__", None), "transport", None)
        if transport is not None:
            transport.abort()
            while (await receive())["type"] != "http.disconnect":
                pass
            return
        headers = [(b"content-length", b"1000")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})


class Silent(Response):
    """No answer either, on a line that stays open for as long as the caller waits."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Wait until the caller has gone."""
        del scope, send
        while (await receive())["type"] != "http.disconnect":
            pass
