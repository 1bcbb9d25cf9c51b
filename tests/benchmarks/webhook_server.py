"""The product's webhook route in a process of its own, served as the product serves it.

Its arguments are the database's address, a port and the webhook's secret.
"""

import sys

from bot.database import Database
from bot.mirror.keeper import EventKeeper
from handlers.http.application import create_app
from handlers.http.server import make_server
from handlers.http.webhooks import webhook_routes


def main() -> None:
    """Serve until told to stop."""
    database_url, port, secret = sys.argv[1:]
    database = Database(database_url)
    keeper = EventKeeper(database)
    keeper.start()
    app = create_app(webhook_routes(keeper, secrets=[secret]))
    make_server(app, host="127.0.0.1", port=int(port)).run()
    keeper.stop()
    database.close()


if __name__ == "__main__":
    main()
