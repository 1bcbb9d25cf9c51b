"""The routes: Web API, response URLs, the page and its JSON."""

import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route, WebSocketRoute

from bot.sandbox.mail.page import mail_page
from bot.sandbox.slack import page
from bot.sandbox.slack.api.files import find_file, receive
from bot.sandbox.slack.api.http import WebApi
from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.records import Json
from bot.sandbox.slack.response_url import respond
from bot.sandbox.slack.state import State
from bot.sandbox.slack.static import read_static

PAGE_FOLDER = Path(__file__).parent.parent / "page"


class Routes:
    """What each route does, over one state."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._web_api = WebApi(state)

    def build(self) -> Starlette:
        """The application."""
        get, post = ["GET"], ["POST"]
        routes: list[BaseRoute] = [
            Route("/api/{method}", self.web_api, methods=["GET", "POST"]),
            WebSocketRoute("/link/", self._state.sockets.serve),
            Route("/response/{token}", self.response_url, methods=post),
            Route("/upload/{token}", self.upload, methods=post),
            Route("/files/{token}/{name}", self.file, methods=get),
            Route("/_sandbox/faults", self.faults, methods=["GET", "POST", "DELETE"]),
            Route("/page/stream", self.page_stream, methods=get),
            Route("/page/{name:path}", self.page_get, methods=get),
            Route("/page/{name:path}", self.page_post, methods=post),
            Route("/mail/{number:int}", self.mail, methods=get),
            Route("/static/{name:path}", self.static, methods=get),
            Route("/", self.index, methods=get),
        ]
        return Starlette(routes=routes)

    async def web_api(self, request: Request) -> Response:
        """One call of the Web API."""
        self._learn_url(request)
        method, query = request.path_params["method"], request.url.query
        body = await request.body()
        return await run_in_threadpool(self._web_api.answer, method, query, request.headers, body)

    async def response_url(self, request: Request) -> Response:
        """An answer to an interaction."""
        self._learn_url(request)
        body = await request.body()
        return await run_in_threadpool(respond, self._state, request.path_params["token"], body)

    async def upload(self, request: Request) -> Response:
        """The bytes of a file."""
        content = await request.body()
        if not receive(self._state, request.path_params["token"], content):
            return PlainTextResponse("Not found", status_code=404)
        return PlainTextResponse(f"OK - {len(content)}")

    async def file(self, request: Request) -> Response:
        """The bytes of a file that was shared, as a download."""
        found = find_file(self._state, request.path_params["token"])
        if found is None or not found.is_complete or found.content is None:
            return PlainTextResponse("Not found", status_code=404)
        headers = {
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.name)}",
            "X-Content-Type-Options": "nosniff",
        }
        return Response(found.content, media_type="application/octet-stream", headers=headers)

    async def faults(self, request: Request) -> Response:
        """Look at the faults, set some, or reset them."""
        if request.method == "DELETE":
            self._state.faults.reset()
        if request.method == "POST":
            try:
                wanted = json.loads(await request.body())
                self._state.faults.set(wanted if isinstance(wanted, dict) else {"": wanted})
            except ValueError as wrong:
                return JSONResponse({"ok": False, "error": str(wrong)}, status_code=400)
        return JSONResponse({"ok": True, "faults": self._state.faults.as_json()})

    async def page_stream(self, request: Request) -> Response:
        """Server-sent events for one open page."""
        try:
            person = self._state.person(request.query_params.get("as"))
        except SlackError as refused:
            return JSONResponse(refused.as_json(), status_code=400)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(
            page.stream(self._state, person), media_type="text/event-stream", headers=headers
        )

    async def page_get(self, request: Request) -> Response:
        """What the page asks."""
        query = dict(request.query_params)
        return await self._answer_page(page.READERS, request, query)

    async def page_post(self, request: Request) -> Response:
        """What the person at the page does."""
        try:
            sent = json.loads(await request.body())
        except ValueError:
            sent = None
        if not isinstance(sent, dict):
            return JSONResponse({"ok": False, "error": "malformed_call"}, status_code=400)
        return await self._answer_page(page.WRITERS, request, sent)

    async def _answer_page(
        self, answers: dict[str, Callable[[State, Json], Json]], request: Request, sent: Json
    ) -> Response:
        self._learn_url(request)
        answer = answers.get(request.path_params["name"])
        if answer is None:
            return JSONResponse({"ok": False, "error": "not_found"}, status_code=404)
        if "as" not in sent:
            return JSONResponse({"ok": False, "error": "malformed_call"}, status_code=400)
        try:
            return JSONResponse(await run_in_threadpool(answer, self._state, sent))
        except SlackError as refused:
            return JSONResponse(refused.as_json(), status_code=refused.status)

    async def mail(self, request: Request) -> Response:
        """One mail, as its customer reads it."""
        mailbox, number = self._state.mailbox, request.path_params["number"]
        letters = () if mailbox is None else mailbox.list_letters()
        found = next((letter for letter in letters if letter.id == number), None)
        if found is None:
            return PlainTextResponse("Not found", status_code=404)
        return mail_page(found)

    async def index(self, _: Request) -> Response:
        """The page itself."""
        return read_static(PAGE_FOLDER, "index.html")

    async def static(self, request: Request) -> Response:
        """A file of the page."""
        return read_static(PAGE_FOLDER, request.path_params["name"])

    def _learn_url(self, request: Request) -> None:
        # Whoever serves us knows the port; until told, the first caller shows it.
        if self._state.url is None:
            self._state.url = str(request.base_url).rstrip("/")
