"""One connection to the mail server: its commands in the order that the protocol wants.

Source: RFC 5321, sections 3 and 4, read 2026-11.
"""

import asyncio
import re

from bot.sandbox.mail.faults import MailFaults
from bot.sandbox.mail.mailbox import Mailbox

LINE_BYTES_MAX = 1000
MAIL_BYTES_MAX = 10_000_000
IDLE_SECONDS_MAX = 300.0
RECIPIENTS_MAX = 100
_PATH = re.compile(rb"(?:FROM|TO):<([^<>\s]*)>((?: [^\s]+)*)", re.IGNORECASE)
_END = b"."


class Conversation:
    """What one client says, and what it is answered."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        mailbox: Mailbox,
        faults: MailFaults,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._mailbox = mailbox
        self._faults = faults
        self._is_greeted = False
        self._sender: str | None = None
        self._recipients: list[str] = []

    async def hold(self) -> None:
        """Talk until the client leaves, says nothing for long, or a fault ends it."""
        await self._say(220, "mail.sandbox ready")
        while (line := await self._line()) is not None:
            verb, _, rest = line.partition(b" ")
            answer = await self._answer(verb.upper().decode("ascii", "replace"), rest)
            if answer is None:
                return
            await self._say(*answer)
            if verb.upper() == b"QUIT":
                return

    async def _answer(self, verb: str, rest: bytes) -> tuple[int, str] | None:
        """The code and words for a command; None to hang up."""
        if verb == "DATA":
            return await self._take_content()
        match verb:
            case "EHLO" | "HELO":
                answer = self._greet(is_extended=verb == "EHLO")
            case "MAIL":
                answer = self._begin(rest)
            case "RCPT":
                answer = self._add_recipient(rest)
            case "RSET":
                self._reset()
                answer = 250, "ok"
            case "NOOP" | "QUIT":
                answer = 250 if verb == "NOOP" else 221, "ok"
            case _:
                answer = 502, "command not implemented"
        return answer

    def _greet(self, *, is_extended: bool) -> tuple[int, str]:
        self._reset()
        self._is_greeted = True
        extensions = ("mail.sandbox", f"SIZE {MAIL_BYTES_MAX}", "8BITMIME", "SMTPUTF8")
        return 250, "\n".join(extensions if is_extended else extensions[:1])

    def _begin(self, rest: bytes) -> tuple[int, str]:
        if not self._is_greeted or self._sender is not None:
            return 503, "bad sequence of commands"
        found = _PATH.fullmatch(rest)
        if found is None or not rest.upper().startswith(b"FROM:"):
            return 501, "syntax: MAIL FROM:<address>"
        self._sender = found[1].decode("utf-8", "replace")
        return 250, "ok"

    def _add_recipient(self, rest: bytes) -> tuple[int, str]:
        if self._sender is None:
            return 503, "bad sequence of commands"
        found = _PATH.fullmatch(rest)
        if found is None or not rest.upper().startswith(b"TO:") or b"@" not in found[1]:
            return 501, "syntax: RCPT TO:<address>"
        if self._faults.meets("refuse"):
            return 550, "5.1.1 no such mailbox here"
        if self._faults.meets("busy"):
            return 451, "4.7.1 greylisted, come back later"
        if len(self._recipients) >= RECIPIENTS_MAX:
            return 452, "too many recipients"
        self._recipients.append(found[1].decode("utf-8", "replace"))
        return 250, "ok"

    async def _take_content(self) -> tuple[int, str] | None:
        if not self._recipients:
            return 503, "bad sequence of commands"
        await self._say(354, "end with a line that holds a dot")
        content = await self._content()
        sender, recipients = self._sender or "", self._recipients
        self._reset()
        if content is None or self._faults.meets("drop"):
            return None
        if self._faults.meets("refuse_after"):
            return 554, "5.7.1 this content is not wanted"
        try:
            letter = self._mailbox.take(sender, recipients, content)
        except ValueError as wrong:
            return 554, str(wrong)
        if self._faults.meets("silent"):
            await asyncio.sleep(IDLE_SECONDS_MAX)
        is_lost = self._faults.meets("lose_answer")
        return None if is_lost else (250, f"ok, taken as {letter.id}")

    async def _content(self) -> bytes | None:
        """Everything up to the line with the dot; None when the client is gone before that."""
        lines: list[bytes] = []
        size = 0
        while (line := await self._line()) is not None:
            if line == _END:
                return b"".join(lines)
            size += len(line)
            if size > MAIL_BYTES_MAX:
                return None
            lines.append((line[1:] if line.startswith(_END) else line) + b"\r\n")
        return None

    async def _line(self) -> bytes | None:
        """The next line without its end; None when there is none, or none that may be."""
        try:
            line = await asyncio.wait_for(self._reader.readline(), IDLE_SECONDS_MAX)
        except (TimeoutError, ValueError, ConnectionError):
            return None
        if not line.endswith(b"\r\n") or len(line) > LINE_BYTES_MAX:
            return None
        return line[:-2]

    async def _say(self, code: int, words: str) -> None:
        lines = words.split("\n")
        told = [f"{code}-{line}\r\n" for line in lines[:-1]] + [f"{code} {lines[-1]}\r\n"]
        self._writer.write("".join(told).encode())
        await self._writer.drain()

    def _reset(self) -> None:
        self._sender, self._recipients = None, []
