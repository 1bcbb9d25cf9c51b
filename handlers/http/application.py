"""The HTTP application: every address that this deployment answers."""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute

from bot.errors import Unavailable
from bot.telemetry import get_logger

log = get_logger("http")


def create_app(routes: Sequence[BaseRoute]) -> Starlette:
    """Put the routes together, with one place for what goes wrong in any of them."""
    return Starlette(
        routes=list(routes),
        exception_handlers={Unavailable: _unavailable, Exception: _failed},
    )


async def _unavailable(_request: Request, failed: Exception) -> Response:
    log.warning("request_unavailable", why=str(failed))
    return PlainTextResponse("", status_code=503, headers={"Retry-After": "5"})


async def _failed(request: Request, failed: Exception) -> Response:
    # The type and the place only: a message may hold what came in the body.
    log.error("request_failed", path=request.url.path, error=type(failed).__name__)
    return PlainTextResponse("", status_code=500)
