"""The sandbox's own process: both stand-ins, the story, and word of them to whoever started it.

It is spoken to in JSON lines. The first line on standard input says where the bot will listen; each
line on standard output is progress, then `ready` with everything the bot needs, then `clock` each
time that somebody moves Stripe's clock. It ends when standard input ends, so that it never outlives
the bot, however that dies; the folder for the bot's database goes with it.
"""

import json
import sys
import tempfile
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.sandbox.mail import MailServer
from bot.sandbox.server import Server
from bot.sandbox.slack import StandIn as SlackStandIn
from bot.sandbox.slack import open_workspace
from bot.sandbox.story import Told, beginning_of, lay_out_first_steps, talk, tell_story
from bot.sandbox.stripe import StandIn as StripeStandIn

PAGE_PORT = 3000
ADMIN = "U0AVERY"
# What else people are at the desk: the billing team collects, support looks, the controller
# approves, and the guest has a role that gives nothing. Engineering has none.
ROLES = "S00000000=collector,U0ROBIN=viewer,U0SASHA=approver,U0NOOR=viewer"
DISPUTES_CHANNEL = "G0DISPUTES"
# Where the story's people hear each morning who is past due, as Slack tells of a channel.
DIGEST_CHANNEL = {"id": "C0BILLING", "name": "billing", "is_member": True}
ROLE_NOTES = {
    "U0AVERY": "Admin",
    "U0JAMIE": "Collector",
    "U0ROBIN": "Viewer",
    "U0SASHA": "Approver",
    "U0KIM": "No role",
    "U0NOOR": "No role, as any guest",
    "U0DANA": "No role, as any outsider",
}
# The stand-ins' own, and visibly so: they open nothing but this sandbox.
BOT_TOKEN = "xoxb-fake-sandbox"
SIGNING_SECRET = "fake-sandbox-signing-secret"
MANIFEST = Path(__file__).parent.parent.parent / "manifest.json"

_printing = threading.Lock()


def say(**line: Any) -> None:
    """Tell the parent one thing."""
    with _printing:
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()


def serve_page(slack: SlackStandIn, port: int) -> Server:
    """Serve the workspace on the usual port, or on a free one when that is taken."""
    try:
        return Server(slack.app, port=port).start()
    except OSError:
        return Server(slack.app).start()


def furnish(slack: SlackStandIn, told: Told, *, now: datetime) -> None:
    """Put people, their talk and the first steps into an empty workspace."""
    open_workspace(slack)
    for person, role in ROLE_NOTES.items():
        slack.workspace.people[person].role = role
    complaint = talk(slack, told, now=now)
    lay_out_first_steps(slack, told, complaint=complaint)


def main() -> None:
    """Open the stand-ins, tell the story, and serve until the parent is gone."""
    asked = json.loads(sys.stdin.readline())
    now = datetime.now(UTC)

    stripe = StripeStandIn(now=beginning_of(now))
    stripe_server = Server(stripe.app).start()
    stripe.public_url = stripe_server.url
    told = tell_story(stripe, now=now, report=lambda text: say(progress=text))
    stripe.on_clock = lambda moment: say(clock=moment.isoformat())

    endpoint = stripe.call(
        "POST",
        "/v1/webhook_endpoints",
        {"url": f"{asked['bot_url']}/stripe/webhook", "enabled_events": ["*"]},
    )
    slack = SlackStandIn(
        MANIFEST,
        signing_secret=SIGNING_SECRET,
        bot_token=BOT_TOKEN,
        request_url=f"{asked['bot_url']}/slack/events",
        stripe_url=stripe_server.url,
    )
    furnish(slack, told, now=now)
    post_office = MailServer().start()
    page = serve_page(slack, asked.get("page_port", PAGE_PORT))
    slack.url = page.url
    slack.state.mailbox = post_office.mailbox
    folder = tempfile.TemporaryDirectory(prefix="tallyman-")
    say(
        ready=True,
        folder=folder.name,
        page_url=page.url,
        stripe_url=stripe_server.url,
        stripe_secret_key=stripe.secret_key,
        stripe_webhook_secret=endpoint["secret"],
        slack_bot_token=BOT_TOKEN,
        slack_signing_secret=SIGNING_SECRET,
        admin=ADMIN,
        roles=ROLES,
        disputes_channel=DISPUTES_CHANNEL,
        digest_channel=DIGEST_CHANNEL,
        now=stripe.clock.isoformat(),
        smtp_url=post_office.url,
    )
    sys.stdin.read()
    folder.cleanup()
    page.stop()
    stripe_server.stop()
    post_office.stop()
