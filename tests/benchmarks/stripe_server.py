"""The stand-in for Stripe in a process of its own, with finished invoices and no limit.

Its only argument says how many invoices. It prints its address, and ends with its standard input.
"""

import sys

from bot.sandbox.server import Server
from bot.sandbox.stripe import StandIn

KEY = "sk_test_fake_tallyman"


def main() -> None:
    """Serve until the parent is gone."""
    standin = StandIn(secret_key=KEY, requests_per_second=None)
    standin.seed_invoices(int(sys.argv[1]))
    server = Server(standin.app).start()
    print(server.url, flush=True)
    sys.stdin.read()
    server.stop()


if __name__ == "__main__":
    main()
