"""One process at a time serves or works on a SQLite file."""

import fcntl
import os
from pathlib import Path

from sqlalchemy import URL

from bot.errors import Misconfigured


class FileLock:
    """Held by the one process that serves or works on a SQLite file."""

    def __init__(self, url: URL) -> None:
        self._path = Path(f"{url.database}.lock-holder")
        self._file: int | None = None

    def take(self) -> None:
        """Take the lock for as long as this process lives.

        Raises: Misconfigured when another process has it, or its folder can't be used.
        """
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            file = os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600)
        except OSError as failed:
            raise Misconfigured(
                f"The folder of the database, {self._path.parent}, can't be used: "
                f"{failed.strerror}."
            ) from None
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(file, 20, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(file)
            raise Misconfigured(
                f"Another process (id {holder}) already works on {self._path.stem}. SQLite serves "
                "one; stop it first, or set DATABASE_URL to a PostgreSQL for several."
            ) from None
        os.ftruncate(file, 0)
        os.pwrite(file, str(os.getpid()).encode(), 0)
        self._file = file

    def release(self) -> None:
        """Let another process have it."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
