"""Stripe's webhook deliveries: verified, kept, committed, and only then answered."""

import asyncio
from collections.abc import Sequence

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.clock import real_now
from bot.errors import BadRequest, Unavailable
from bot.mirror.events import parse_event
from bot.mirror.keeper import EventKeeper
from bot.stripe_signature import verify_signature
from bot.telemetry import get_logger, requests_total
from handlers.http.bodies import BodyTooLarge, read_body

log = get_logger("http.stripe")

PATH = "/stripe/webhook"
# An invoice with its ten embedded lines has about 15 kB; with all the metadata that Stripe allows
# in each of them (50 keys of 40 characters with values of 500), about 330 kB.
# Source: docs.stripe.com/api/metadata, read 2026-11.
BODY_BYTES_MAX = 512 * 1024
# Stripe gives up on a delivery after some 20 seconds and comes again later.
KEEPING_SECONDS_MAX = 15.0

RECEIVED = b'{"received":true}'


def webhook_routes(keeper: EventKeeper, *, secrets: Sequence[str]) -> list[Route]:
    """The one address that Stripe delivers to; none at all without a secret to check it by."""

    async def receive(request: Request) -> Response:
        try:
            body = await read_body(request, bytes_max=BODY_BYTES_MAX)
        except BodyTooLarge:
            return _refusal(413, "too_large")
        except TimeoutError:
            return _refusal(408, "too_slow")
        except ClientDisconnect:
            return _refusal(400, "gone")
        try:
            # The real clock: the sandbox moves the business's day, not Stripe's signatures.
            signature = request.headers.get("stripe-signature")
            verify_signature(body, signature, secrets, now=real_now())
            kept = keeper.submit(parse_event(body), body)
            async with asyncio.timeout(KEEPING_SECONDS_MAX):
                await asyncio.wrap_future(kept)
        except BadRequest as refused:
            return _refusal(400, "bad_request", why=refused.message)
        except (Unavailable, TimeoutError):
            return _refusal(503, "unavailable")
        requests_total.labels("stripe", "200").inc()
        return Response(RECEIVED, media_type="application/json")

    return [Route(PATH, receive, methods=["POST"])] if any(secrets) else []


def _refusal(status: int, outcome: str, *, why: str = "") -> Response:
    # Never the body nor a header's value: they may hold what is nobody's business.
    log.warning("stripe_request_refused", status=status, outcome=outcome, why=why)
    requests_total.labels("stripe", outcome).inc()
    return PlainTextResponse("", status_code=status)
