"""Reading a request's body within a bound, before anything else is done with it."""

import asyncio

from starlette.requests import Request

# Slack and Stripe send a body at once; whoever takes longer is holding the connection.
BODY_SECONDS_MAX = 10.0


class BodyTooLarge(Exception):
    """The body is, or says that it is, larger than allowed."""


async def read_body(request: Request, *, bytes_max: int) -> bytes:
    """The whole raw body.

    Raises: BodyTooLarge as soon as that is known (what came until then is dropped), TimeoutError
        when it takes longer than BODY_SECONDS_MAX.
    """
    said = request.headers.get("content-length", "")
    if said.isascii() and said.isdigit() and int(said[:20]) > bytes_max:
        raise BodyTooLarge
    parts: list[bytes] = []
    size = 0
    async with asyncio.timeout(BODY_SECONDS_MAX):
        async for part in request.stream():
            size += len(part)
            if size > bytes_max:
                raise BodyTooLarge
            parts.append(part)
    return b"".join(parts)
