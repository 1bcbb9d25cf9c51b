"""What Tallyman is measured against: a Bolt application with nothing around it.

Run as a process of its own. It answers every command with blocks that it was given: at once
(constant), after it has run the card's own statements as the product runs them, by SQLAlchemy Core
(core), or after it has handed the same text to the bare driver (driver). The server and the setting
(process_before_response) are the product's.
"""

import json
import sqlite3
import sys
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import anyio.to_thread
from slack_bolt import Ack, App, BoltRequest
from slack_bolt.authorization import AuthorizeResult
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.database import Database
from handlers.http.server import make_server
from tests.benchmarks.cards import asked_for
from tests.benchmarks.slack_client import SECRET, TEAM

THREADS = 4


def build(plan: dict[str, Any]) -> App:
    """The application: `plan` has blocks, a text, and how it comes by them."""
    app = App(
        signing_secret=SECRET,
        process_before_response=True,
        authorize=lambda **_: AuthorizeResult(
            enterprise_id=None, team_id=TEAM, bot_id="B1", bot_user_id="U1", bot_token="xoxb-fake"
        ),
    )
    run = {"constant": lambda: None, "core": by_core(plan), "driver": by_driver(plan)}[plan["way"]]

    @app.command(plan["typed"].partition(" ")[0])
    def answer(ack: Ack) -> None:
        run()
        ack(blocks=plan["blocks"], text=plan["text"], response_type="ephemeral")

    return app


def by_core(plan: dict[str, Any]) -> Callable[[], None]:
    """Run the card's statements on the product's own engine, and read all their rows."""
    database = Database(f"sqlite:///{plan['database']}")
    with database.looking() as snapshot:
        asked = asked_for(snapshot, plan["typed"], now=datetime.fromisoformat(plan["now"]))

    def run() -> None:
        with database.looking() as snapshot:
            connection = snapshot.connection()
            for statement, values in asked:
                connection.execute(statement, values).all()

    return run


def by_driver(plan: dict[str, Any]) -> Callable[[], None]:
    """Hand the text of the same statements to sqlite3, with nothing in between."""
    local = threading.local()

    def run() -> None:
        if not hasattr(local, "connection"):
            local.connection = sqlite3.connect(plan["database"], isolation_level=None)
        local.connection.execute("BEGIN")
        for statement in plan["statements"]:
            local.connection.execute(statement).fetchall()
        local.connection.execute("ROLLBACK")

    return run


def main() -> None:
    """Serve on the port given, answering as the plan in the file given says."""
    port, plan_file = int(sys.argv[1]), Path(sys.argv[2])
    bolt = build(json.loads(plan_file.read_text()))
    limiter = anyio.CapacityLimiter(THREADS)

    def dispatch(body: str, headers: dict[str, str]) -> Any:
        return bolt.dispatch(BoltRequest(body=body, headers=dict(headers)))

    async def receive(request: Request) -> Response:
        body = (await request.body()).decode()
        answered = await anyio.to_thread.run_sync(
            dispatch, body, dict(request.headers), limiter=limiter
        )
        return Response(answered.body, answered.status, media_type="application/json")

    app = Starlette(routes=[Route("/slack/events", receive, methods=["POST"])])
    make_server(app, host="127.0.0.1", port=port).run()


if __name__ == "__main__":
    main()
