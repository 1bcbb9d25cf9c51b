"""Is the process alive, is it ready to answer, and what has it counted."""

from ipaddress import ip_address

import prometheus_client
from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.database import Database
from bot.errors import BotError


def health_routes(database: Database) -> list[Route]:
    """/livez, /readyz and /metrics; none of them names a customer or shows a secret."""

    async def livez(_request: Request) -> Response:
        return PlainTextResponse("ok")

    def readyz(_request: Request) -> Response:
        try:
            with database.reading() as session:
                session.execute(text("SELECT 1"))
        except BotError as failed:
            return JSONResponse({"ready": False, "why": failed.message}, status_code=503)
        return JSONResponse({"ready": True})

    def metrics(request: Request) -> Response:
        if not _is_from_here(request):
            return PlainTextResponse("Metrics are read on this machine only.", status_code=403)
        return Response(
            prometheus_client.generate_latest(),
            media_type=prometheus_client.CONTENT_TYPE_LATEST,
        )

    return [
        Route("/livez", livez, methods=["GET"]),
        Route("/readyz", readyz, methods=["GET"]),
        Route("/metrics", metrics, methods=["GET"]),
    ]


def _is_from_here(request: Request) -> bool:
    """Whether the caller is this machine itself, and not a proxy on it that passes a call on."""
    if request.client is None or {"x-forwarded-for", "forwarded"} & set(request.headers.keys()):
        return False
    return ip_address(request.client.host).is_loopback
