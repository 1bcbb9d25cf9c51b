"""The stand-in as an ASGI application: the API, the control API and the pages for customers."""

import asyncio
import re
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.sandbox.dropped import Dropped, Silent
from bot.sandbox.stripe.control import control
from bot.sandbox.stripe.gateway import Incoming
from bot.sandbox.stripe.hosted import (
    find_by_token,
    find_credit_note,
    note_pdf,
    page,
    pay_on_page,
    pdf,
    receipt_page,
)
from bot.sandbox.stripe.portal import portal_page
from bot.sandbox.stripe.served import Served

NOT_VALID = "<p>This link is not valid.</p>"
BODY_BYTES_MAX = 1_000_000
LOCAL_ORIGIN = re.compile(r"http://(127\.0\.0\.1|localhost)(:\d{1,5})?")
METHODS = ["GET", "POST", "DELETE", "PUT", "PATCH"]
SECURE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def make_app(standin: Served) -> Starlette:
    """The application around one stand-in."""

    async def api(request: Request) -> Response:
        """A call to /v1."""
        return await answer_api(standin, request)

    async def control_call(request: Request) -> Response:
        """A call to the control API."""
        return await answer_control(standin, request)

    async def hosted(request: Request) -> Response:
        """The page of an invoice."""
        return await run_in_threadpool(answer_hosted, standin, request)

    async def invoice_pdf(request: Request) -> Response:
        """The PDF of an invoice."""
        return await run_in_threadpool(answer_pdf, standin, request)

    async def receipt(request: Request) -> Response:
        """The receipt of a charge."""
        with standin.world.lock:
            text = receipt_page(standin.world, request.path_params["token"])
        return html(text) if text is not None else html(NOT_VALID, 404)

    async def credit_note_pdf(request: Request) -> Response:
        """The PDF of a credit note."""
        return await run_in_threadpool(answer_credit_note, standin, request)

    async def portal(request: Request) -> Response:
        """The page of a portal session."""
        with standin.world.lock:
            text = portal_page(standin.world, request.path_params["token"])
        return html(text) if text is not None else html(NOT_VALID, 404)

    return Starlette(
        routes=[
            Route("/v1/{rest:path}", api, methods=METHODS),
            Route("/v2/{rest:path}", api, methods=METHODS),
            Route("/_sandbox/{name}", control_call, methods=["GET", "POST", "OPTIONS"]),
            Route("/i/{account}/{token}", hosted, methods=["GET", "POST"]),
            Route("/i/{account}/{token}/pdf", invoice_pdf),
            Route("/receipts/payment/{token}", receipt),
            Route("/credit_notes/{account}/{token}/pdf", credit_note_pdf),
            Route("/p/session/{token}", portal),
        ]
    )


async def answer_api(standin: Served, request: Request) -> Response:
    """Answer a call, with the faults that hold it back."""
    body = await request.body()
    path = request.scope["path"]
    faults = standin.world.faults
    if len(body) > BODY_BYTES_MAX:
        return Response(status_code=413)
    if faults.swallows(path):
        return Silent()
    incoming = Incoming(
        request.method,
        path,
        request.scope["query_string"].decode("latin-1"),
        body.decode("utf-8", "replace"),
        request.headers,
    )
    base_url = base_of(standin, request)
    running = standin.gateway.begin(incoming)
    delay = faults.delay_of(path)
    if delay:
        await asyncio.sleep(delay)
    status, headers, answer = standin.gateway.finish(running, base_url)
    is_done = status == HTTPStatus.OK and request.method != "GET"
    if is_done and faults.takes("lose_answer_next", path):
        return Dropped()
    if is_done and faults.takes("silent_after_next", path):
        return Silent()
    return Response(answer, status, headers)


def base_of(standin: Served, request: Request) -> str:
    """The address under which links point back here: the configured one, else the request's."""
    if standin.public_url is not None:
        return standin.public_url
    standin.seen_url = f"http://{request.headers.get('host', '127.0.0.1')}"
    return standin.seen_url


async def answer_control(standin: Served, request: Request) -> Response:
    """Answer a control call; pages of this machine may make it."""
    headers = {"Content-Type": "application/json", "Vary": "Origin"}
    origin = request.headers.get("origin", "")
    if LOCAL_ORIGIN.fullmatch(origin):
        headers |= {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Allow-Headers": "Content-Type",
            "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
        }
    elif origin:
        return Response(b'{"error":{"message":"Another origin."}}', 403, headers)
    if request.method == "OPTIONS":
        return Response(status_code=204, headers=headers)
    base_of(standin, request)
    body = await request.body()
    name = request.path_params["name"]
    status, answer = await run_in_threadpool(control, standin, request.method, name, body)
    return Response(answer, status, headers)


def html(text: str, status: int = 200) -> Response:
    """A page that loads nothing from elsewhere."""
    return HTMLResponse(text, status, SECURE_HEADERS)


def answer_hosted(standin: Served, request: Request) -> Response:
    """Show an invoice, or take the press on Pay."""
    world = standin.world
    with world.lock:
        names = request.path_params
        invoice = find_by_token(world, names["account"], names["token"])
        if invoice is None:
            return html(NOT_VALID, 404)
        if request.method == "POST":
            base_of(standin, request)
            pay_on_page(world, invoice)
            return RedirectResponse(request.url.path, 303)
        return html(page(world, invoice))


def answer_pdf(standin: Served, request: Request) -> Response:
    """The PDF, as a download."""
    world = standin.world
    with world.lock:
        names = request.path_params
        invoice = find_by_token(world, names["account"], names["token"])
        if invoice is None:
            return html(NOT_VALID, 404)
        name = f"Invoice-{re.sub('[^A-Za-z0-9-]', '_', invoice['number'])}.pdf"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(pdf(invoice), media_type="application/pdf", headers=headers)


def answer_credit_note(standin: Served, request: Request) -> Response:
    """The PDF of a credit note."""
    world = standin.world
    with world.lock:
        note = find_credit_note(world, request.path_params["account"], request.path_params["token"])
        if note is None:
            return html(NOT_VALID, 404)
        return Response(note_pdf(note), media_type="application/pdf")
