"""Open the sandbox's process, hear when it is ready, and end it again."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

ENDING_SECONDS_MAX = 5.0
ROOT = Path(__file__).parent.parent.parent


class Opening:
    """The stand-ins in a process of their own, and what they say."""

    def __init__(
        self, *, on_progress: Callable[[str], None], on_clock: Callable[[datetime], None]
    ) -> None:
        self._on_progress = on_progress
        self._on_clock = on_clock
        self._process: subprocess.Popen[str] | None = None

    def open(self, *, bot_url: str, page_port: int) -> dict[str, Any]:
        """Start the process; return what it says of itself once it is ready.

        Shape: page_url, stripe_url, the keys and secrets of both stand-ins, the admin's id, the
        others' roles, the channels for disputes and the digest, now, and a folder that goes with
        the process.
        Raises: RuntimeError when it ends before it is ready.
        """
        self._process = subprocess.Popen(
            [sys.executable, "-c", "from bot.sandbox.child import main; main()"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            # Ctrl-C reaches every process of a terminal, but this one goes when the bot has gone.
            start_new_session=True,
        )
        self._send({"bot_url": bot_url, "page_port": page_port})
        for line in self._process.stdout or ():
            told = json.loads(line)
            if told.get("ready"):
                threading.Thread(target=self._listen, daemon=True).start()
                return dict(told)
            if "progress" in told:
                self._on_progress(told["progress"])
        raise RuntimeError("The sandbox's stand-ins ended before they were ready.")

    def close(self) -> None:
        """End the process: it goes when its standard input is closed."""
        process = self._process
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            process.wait(ENDING_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _send(self, asked: dict[str, Any]) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.write(json.dumps(asked) + "\n")
            self._process.stdin.flush()

    def _listen(self) -> None:
        for line in (self._process and self._process.stdout) or ():
            told = json.loads(line)
            if "clock" in told:
                self._on_clock(datetime.fromisoformat(told["clock"]))
