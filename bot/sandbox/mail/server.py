"""The mail server itself: a thread with an event loop that listens on this machine."""

import asyncio
import contextlib
import ssl
import threading

from bot.sandbox.mail.conversation import Conversation, Door, Office

STARTING_SECONDS_MAX = 10.0


class MailServer:
    """SMTP on 127.0.0.1, on a free port; all of its mail ends in `mailbox`.

    With a door it is come to encrypted, or with a name and a password.
    """

    def __init__(self, door: Door | None = None) -> None:
        self._door = door or Door()
        self._office = Office(self._door)
        self.mailbox, self.faults = self._office.mailbox, self._office.faults
        self.heard = self._office.heard
        self._loop = asyncio.new_event_loop()
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._port = 0

    @property
    def url(self) -> str:
        """Where it is reached, as a setting has it."""
        login = ":".join(self._door.login) + "@" if self._door.login else ""
        scheme = "smtp" if self._door.starts_open else "smtps"
        return f"{scheme}://{login}127.0.0.1:{self._port}"

    def start(self) -> "MailServer":
        """Listen; return once connections are answered.

        Raises: RuntimeError when that takes too long.
        """
        self._thread.start()
        if not self._started.wait(STARTING_SECONDS_MAX):
            raise RuntimeError("The mail server did not start.")
        return self

    def stop(self) -> None:
        """Hang up on everybody and wait for the thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(STARTING_SECONDS_MAX)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        encrypted = None if self._door.starts_open else self._door.tls
        server = self._loop.run_until_complete(
            asyncio.start_server(self._meet, "127.0.0.1", 0, ssl=encrypted)
        )
        self._port = server.sockets[0].getsockname()[1]
        self._started.set()
        self._loop.run_forever()
        server.close()
        talking = asyncio.all_tasks(self._loop)
        for task in talking:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*talking, return_exceptions=True))
        self._loop.close()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await Conversation(reader, writer, self._office).hold()
        except (ConnectionError, ssl.SSLError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError, ssl.SSLError, asyncio.CancelledError):
                await writer.wait_closed()
