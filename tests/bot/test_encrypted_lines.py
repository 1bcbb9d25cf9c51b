"""Slack and Stripe over lines whose certificate or name is at fault (THREATS 112)."""

import contextlib
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from bot.errors import Unavailable
from bot.sandbox.server import serving
from bot.sandbox.slack import StandIn as SlackStandIn
from bot.sandbox.slack import open_workspace
from bot.sandbox.stripe import StandIn as StripeStandIn
from bot.slack_api import SlackAPI
from bot.stripe_api import StripeAPI
from tests.certificates import Certificate, make_certificate
from tests.relay import relaying

TOKEN, KEY = "xoxb-fake-tallyman", "sk_test_fake_tallyman"

pytestmark = pytest.mark.openssl


@dataclass(frozen=True, slots=True)
class Service:
    """A way to ask it something, and who signed for it."""

    ask: Callable[[], object]
    certificate: Certificate


@pytest.fixture(params=["Slack", "Stripe"])
def service(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """One of the two, over a line that is encrypted by nobody that one would know."""
    certificate = make_certificate(tmp_path_factory.mktemp("certificate"))
    slack = open_workspace(SlackStandIn("manifest.json", bot_token=TOKEN))
    stripe = StripeStandIn(secret_key=KEY)
    app = slack.app if request.param == "Slack" else stripe.app
    with serving(app) as server, relaying(server.url, tls=certificate.context()) as line:
        stripe_api = StripeAPI(KEY, api_base=line.url, requests_per_second=None)
        slack_api = SlackAPI(TOKEN, base_url=f"{line.url}/api/")
        ways: dict[str, Callable[[], object]] = {
            "Slack": slack_api.identify,
            "Stripe": stripe_api.account,
        }
        with contextlib.closing(stripe_api), contextlib.closing(slack_api):
            yield Service(ways[request.param], certificate)
    stripe.close()


def test_a_service_that_nobody_vouches_for_is_asked_nothing_and_it_is_said_why(
    service: Service,
) -> None:
    with pytest.raises(Unavailable, match=r"certificate is not trusted \(self-signed") as raised:
        service.ask()

    assert "SSL_CERT_FILE" in raised.value.message


def test_a_service_whose_authority_is_named_is_asked(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(service.certificate.file))

    assert service.ask()


def test_a_name_that_nobody_knows_is_said_and_asked_again_later(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_args: object, **_options: object) -> list[object]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", unknown)
        with pytest.raises(Unavailable, match="nobody knows its name"):
            service.ask()

    monkeypatch.setenv("SSL_CERT_FILE", str(service.certificate.file))
    assert service.ask()
