"""Find the route of a call, check its parameters, run it, and write the answer."""

import dataclasses
from collections.abc import Iterable
from typing import Any

import orjson

from bot.sandbox.stripe.calls import Call, Route
from bot.sandbox.stripe.errors import StripeError, not_permitted, unrecognized_url
from bot.sandbox.stripe.expand import expanded
from bot.sandbox.stripe.params import checked
from bot.sandbox.stripe.world import World


@dataclasses.dataclass(frozen=True)
class Answer:
    """What goes back. `is_executed` says whether the call got as far as its handler."""

    status: int
    body: bytes
    headers: dict[str, str]
    is_executed: bool


class Router:
    """The routes by method and number of steps; fixed words win over ids."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self.routes = sorted(routes, key=lambda route: route.path.count("{"))
        self._by_shape: dict[tuple[str, int], list[tuple[list[str], Route]]] = {}
        for route in self.routes:
            steps = route.path.strip("/").split("/")
            self._by_shape.setdefault((route.method, len(steps)), []).append((steps, route))

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]]:
        """The route and the ids in the path.

        Raises: StripeError 404 when there is none.
        """
        steps = path.strip("/").split("/")
        for pattern, route in self._by_shape.get((method, len(steps)), []):
            ids = matched(pattern, steps)
            if ids is not None:
                return route, ids
        raise unrecognized_url(method, path)


def matched(pattern: list[str], steps: list[str]) -> dict[str, str] | None:
    """The ids in a path, or None when it has another pattern."""
    ids = {}
    for own, step in zip(pattern, steps, strict=True):
        if own.startswith("{"):
            if not step:
                return None
            ids[own[1:-1]] = step
        elif own != step:
            return None
    return ids


class Api:
    """Every call to /v1, whether it came by HTTP or from the same process."""

    def __init__(self, world: World, router: Router) -> None:
        self.world = world
        self.router = router

    def answer(
        self,
        method: str,
        path: str,
        params: dict[str, Any],
        *,
        request_id: str,
        idempotency_key: str | None = None,
    ) -> Answer:
        """Do one call; errors become answers."""
        is_executed = False
        world = self.world
        with world.lock:
            world.cause = {"id": request_id, "idempotency_key": idempotency_key}
            try:
                route, ids = self.router.find(method, path)
                if world.faults.denies(route.resource, write=route.writes):
                    raise not_permitted(world.account, permission_of(route))
                call = Call(world, path, ids, checked(params, route.kinds, route.required))
                is_executed = True
                body = route.handler(call)
                if call.get("expand"):
                    body = expanded(world, body, call.params["expand"])
                return Answer(200, orjson.dumps(body), {}, is_executed)
            except StripeError as error:
                mode = "" if world.livemode else "/test"
                error.error["request_log_url"] = (
                    f"https://dashboard.stripe.com/{world.account}{mode}/logs/{request_id}"
                    f"?t={world.now}"
                )
                refusal = orjson.dumps(error.body)
                return Answer(error.status, refusal, error.headers, is_executed)
            finally:
                world.cause = {"id": None, "idempotency_key": None}


def permission_of(route: Route) -> str:
    """The permission's name as Stripe's restricted keys have it."""
    word = route.resource.removesuffix("s")
    return f"rak_{word}_{'write' if route.writes else 'read'}"
