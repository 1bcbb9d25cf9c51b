"""Commands: what is delivered, how the ack is shown, what a person sees when it fails."""

import threading
import time
from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest
from slack_bolt import Ack
from slack_sdk.signature import SignatureVerifier
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.sandbox.server import serving
from tests.bot.sandbox.slack_desk import Desk, Json, answering, open_desk, section
from tests.workspace import PATIENCE_SECONDS


@pytest.fixture
def desk() -> Iterator[Desk]:
    with open_desk() as opened:
        yield opened


def test_a_command_arrives_with_every_field_and_a_signature(desk: Desk) -> None:
    @desk.bolt.command("/invoice")
    def shown(ack: Ack, command: Json) -> None:
        desk.heard.append(dict(command))
        ack("found")

    with desk.person() as avery:
        answer = avery.type("general", "/invoice  1234 share ")

    assert answer["ok"]
    assert answer["command"]
    (heard,) = desk.heard
    assert heard["response_url"].startswith(f"{desk.url}/response/")
    assert heard["trigger_id"]
    fixed = {key: heard[key] for key in heard if key not in ("response_url", "trigger_id")}
    assert fixed == {
        "token": "fake-verification-token",
        "team_id": "T0TALLYMAN",
        "team_domain": "meridian-voice",
        "channel_id": "C0GENERAL",
        "channel_name": "general",
        "user_id": "U0AVERY",
        "user_name": "avery",
        "command": "/invoice",
        "text": "1234 share",
        "api_app_id": "A0TALLYMAN",
        "is_enterprise_install": "false",
    }
    (delivery,) = desk.slack.deliveries
    assert SignatureVerifier("fake-signing-secret").is_valid_request(
        delivery.body, delivery.headers
    )


@pytest.mark.parametrize(
    ("channel", "name"),
    [
        ("finance-private", "privategroup"),
        ("D0AVERYJAMIE", "directmessage"),
        ("billing", "billing"),
    ],
)
def test_private_names_are_not_given_away(desk: Desk, channel: str, name: str) -> None:
    with desk.person() as avery:
        avery.type(channel, "/invoice 1")

    assert parse_qs(desk.slack.deliveries[0].body.decode())["channel_name"] == [name]


def test_a_command_that_escapes_carries_ids(desk: Desk) -> None:
    with desk.person() as avery:
        avery.type("general", "/who @jamie of @billing-team in #billing")

    text = parse_qs(desk.slack.deliveries[0].body.decode())["text"]
    group = "<!subteam^S00000000|@billing-team>"
    assert text == [f"<@U0JAMIE|jamie> of {group} in <#C0BILLING|billing>"]


def test_the_answer_is_seen_by_one_person_or_by_the_channel(desk: Desk) -> None:
    @desk.bolt.command("/invoice")
    def shown(ack: Ack, command: Json) -> None:
        kind = "in_channel" if command["text"] == "share" else "ephemeral"
        ack(text="fallback", blocks=[section("*1234*")], response_type=kind)

    with desk.person() as avery, desk.person("U0ROBIN") as robin:
        avery.type("general", "/invoice 1234")
        seen = avery.see("general")
        assert seen.is_ephemeral
        assert seen.words == "*1234*"
        assert robin.messages("general") == []

        avery.type("general", "/invoice share")
        assert not robin.see("general").is_ephemeral

    assert desk.slack.problems == []


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (PlainTextResponse(""), None),
        (PlainTextResponse("words"), "words"),
        (JSONResponse({"text": "from JSON"}), "from JSON"),
        (JSONResponse({"text": "", "response_type": "ephemeral"}), None),
    ],
)
def test_an_ack_is_nothing_text_or_json(desk: Desk, answer: Response, text: str | None) -> None:
    with answering(lambda _request, _body: answer) as url, desk.person() as avery:
        desk.slack.request_url = url
        assert avery.type("general", "/invoice 1")["ok"]
        seen = [each.text for each in avery.messages("general")]

    assert seen == ([text] if text is not None else [])


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (JSONResponse({"blocks": [section("")]}), "invalid_blocks"),
        (JSONResponse({"blocks": [section("x" * 3001)]}), "invalid_blocks"),
        (JSONResponse({"blocks": {"type": "section"}}), "invalid_arguments"),
        (JSONResponse({"text": "x", "respones_type": "ephemeral"}), "invalid_arguments"),
        (JSONResponse({"text": "x", "response_type": "loud"}), "invalid_arguments"),
        (Response(b"{", media_type="application/json"), "invalid_command_response"),
        (JSONResponse(["text"]), "invalid_payload"),
    ],
)
def test_an_ack_that_slack_drops_shows_an_error_and_is_recorded(
    desk: Desk, answer: Response, error: str
) -> None:
    with answering(lambda _request, _body: answer) as url, desk.person() as avery:
        desk.slack.request_url = url
        assert avery.type("general", "/invoice 1") == {
            "ok": False,
            "error": error,
            "command": True,
        }
        assert avery.messages("general") == []
        assert avery.notices() == [f'/invoice failed with the error "{error}"']

    assert [each.error for each in desk.slack.problems] == [error]


def test_a_bot_that_fails_or_is_not_there_shows_dispatch_failed(desk: Desk) -> None:
    def broken(_request: Request, _body: bytes) -> Response:
        return PlainTextResponse("no", status_code=500)

    with desk.person() as avery:
        with answering(broken) as url:
            desk.slack.request_url = url
            assert avery.type("general", "/invoice 1")["error"] == "dispatch_failed"
        assert avery.type("general", "/invoice 1")["error"] == "dispatch_failed"
        desk.slack.request_url = None
        assert avery.type("general", "/invoice 1")["error"] == "dispatch_failed"
        assert avery.notices() == ['/invoice failed with the error "dispatch_failed"'] * 3


def test_a_bot_that_takes_longer_than_slack_is_patient_shows_a_timeout() -> None:
    is_over = threading.Event()

    def slow(_request: Request, _body: bytes) -> Response:
        is_over.wait(PATIENCE_SECONDS)
        return PlainTextResponse("too late")

    with (
        open_desk(patience_seconds=0.3) as desk,
        answering(slow) as url,
        desk.person() as avery,
    ):
        desk.slack.request_url = url
        assert avery.type("general", "/invoice 1")["error"] == "operation_timeout"
        is_over.set()
        assert avery.messages("general") == []
        assert avery.notices() == ['/invoice failed with the error "operation_timeout"']


def test_what_is_no_command_here_reaches_no_bot(desk: Desk) -> None:
    with desk.person() as avery:
        assert avery.type("general", "/nothing at all")["error"] == "unknown_command"
        ts = avery.type("general", "hello & <all>")["ts"]
        refused = avery.type("general", "/invoice 1", thread_ts=ts)
        assert refused["error"] == "not_in_threads"
        assert "not a valid command" in avery.notices()[0]
        assert "not supported in threads" in avery.notices()[1]
        assert avery.see("general").text == "hello &amp; &lt;all&gt;"

    assert desk.slack.deliveries == []


def test_the_app_is_invited_by_a_command_of_slacks_own(desk: Desk) -> None:
    def is_in() -> bool:
        return bool(desk.client.conversations_info(channel="C0GENERAL")["channel"]["is_member"])

    assert not is_in()

    with desk.person() as avery:
        assert avery.type("general", "/invite @Nobody")["error"] == "invalid"
        assert not is_in()
        assert avery.type("general", "/invite @Tallyman")["ok"]
        assert is_in()
        assert avery.type("general", "/invite @tallyman")["ok"]
        said = avery.notices()

    assert said[0] == "Write /invite and a name, such as /invite @Tallyman."
    assert said[1:] == [
        "Tallyman was added to #general by Avery Stone.",
        "Tallyman is here already.",
    ]
    assert desk.slack.deliveries == []


def test_people_of_another_team_have_no_commands_of_ours(desk: Desk) -> None:
    with desk.person("U0DANA") as dana:
        assert dana.type("acme-shared", "/invoice 1")["error"] == "unknown_command"

        desk.slack.state.installed_in.add("T0ACMECORP")
        dana.type("acme-shared", "/invoice 1")

    (delivery,) = desk.slack.deliveries
    assert parse_qs(delivery.body.decode())["team_id"] == ["T0ACMECORP"]


def test_those_who_left_can_do_nothing_and_guests_see_only_their_channels(desk: Desk) -> None:
    with desk.person("U0NOOR") as noor:
        assert [each["name"] for each in noor.channels()] == ["Tallyman", "billing"]

    with desk.person("U0LEE") as lee:
        sent = {"as": "U0LEE", "channel": "C0GENERAL", "text": "/invoice 1"}
        assert lee._post("type", sent) == {"ok": False, "error": "account_inactive"}


def test_an_archived_channel_takes_neither_words_nor_commands(desk: Desk) -> None:
    with desk.person() as avery:
        assert avery.type("spring-launch", "hello")["error"] == "is_archived"
        assert avery.type("spring-launch", "/invoice 1")["error"] == "is_archived"


def test_a_duplicate_is_the_same_bytes_twice(desk: Desk) -> None:
    desk.slack.faults.duplicate_deliveries_next = 1

    with desk.person() as avery:
        avery.type("general", "/invoice 1")

    first, second = desk.slack.deliveries
    assert (first.body, first.headers) == (second.body, second.headers)


def test_an_attack_can_be_signed_with_any_time_and_secret(desk: Desk) -> None:
    body = b"command=%2Finvoice&text=1"
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    old = int(time.time()) - 301

    right = desk.slack.deliver(body, desk.slack.sign(body) | kind)
    late = desk.slack.deliver(body, desk.slack.sign(body, timestamp=old) | kind)
    wrong = desk.slack.deliver(body, desk.slack.sign(body, secret="another") | kind)
    changed = desk.slack.deliver(body + b"2", desk.slack.sign(body) | kind)

    odd = desk.slack.deliver(body, kind | {"X-Slack-Signature": "v0=\u0451\u2713"})

    assert odd.status is not None
    assert right.status != 401
    assert [each.status for each in (late, wrong, changed)] == [401, 401, 401]


def test_a_bot_may_refuse_a_body_that_it_has_not_read(desk: Desk) -> None:
    async def refuse(_request: Request) -> Response:
        return PlainTextResponse("too large", status_code=413)

    routes = [Route("/slack/events", refuse, methods=["POST"])]
    with serving(Starlette(routes=routes)) as server:
        desk.slack.request_url = f"{server.url}/slack/events"
        delivery = desk.slack.deliver(b"x" * 20_000_000, {})

    assert delivery.status == 413
