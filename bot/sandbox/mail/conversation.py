"""One connection to the mail server: its commands in the order that the protocol wants.

Source: RFC 5321, sections 3 and 4, RFC 3207 and RFC 4954, read 2026-11.
"""

import asyncio
import base64
import binascii
import re
import ssl
from dataclasses import dataclass, field

from bot.sandbox.mail.faults import MailFaults
from bot.sandbox.mail.mailbox import Mailbox

LINE_BYTES_MAX = 1000
MAIL_BYTES_MAX = 10_000_000
IDLE_SECONDS_MAX = 300.0
RECIPIENTS_MAX = 100
_PATH = re.compile(rb"(?:FROM|TO):<([^<>\s]*)>((?: [^\s]+)*)", re.IGNORECASE)
_END = b"."
READY = 220


@dataclass(frozen=True, slots=True)
class Door:
    """How the server is come to: encrypted, from the start or at the client's word, and as whom."""

    tls: ssl.SSLContext | None = None
    starts_open: bool = True
    login: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Office:
    """What all conversations share; `heard` has the first word of each command."""

    door: Door
    mailbox: Mailbox = field(default_factory=Mailbox)
    faults: MailFaults = field(default_factory=MailFaults)
    heard: list[str] = field(default_factory=list)


class Conversation:
    """What one client says, and what it is answered."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, office: Office
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._mailbox = office.mailbox
        self._faults = office.faults
        self._heard = office.heard
        self._door = door = office.door
        self._is_encrypted = door.tls is not None and not door.starts_open
        self._is_known = door.login is None
        self._is_greeted = False
        self._sender: str | None = None
        self._recipients: list[str] = []

    async def hold(self) -> None:
        """Talk until the client leaves, says nothing for long, or a fault ends it."""
        await self._say(READY, "mail.sandbox ready")
        while (line := await self._line()) is not None:
            verb, _, rest = line.partition(b" ")
            answer = await self._answer(verb.upper().decode("ascii", "replace"), rest)
            if answer is None:
                return
            await self._say(*answer)
            if self._door.tls is not None and answer[0] == READY:
                await self._encrypt(self._door.tls)
            if verb.upper() == b"QUIT":
                return

    async def _answer(self, verb: str, rest: bytes) -> tuple[int, str] | None:
        """The code and words for a command; None to hang up."""
        self._heard.append(verb)
        if verb == "DATA":
            return await self._take_content()
        match verb:
            case "EHLO" | "HELO":
                answer = self._greet(is_extended=verb == "EHLO")
            case "STARTTLS":
                answer = self._offer_encryption()
            case "AUTH":
                answer = self._recognise(rest)
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
        extensions = ["mail.sandbox", f"SIZE {MAIL_BYTES_MAX}", "8BITMIME", "SMTPUTF8"]
        if self._can_encrypt():
            extensions.append("STARTTLS")
        elif self._door.login is not None:
            extensions.append("AUTH PLAIN")
        return 250, "\n".join(extensions if is_extended else extensions[:1])

    def _can_encrypt(self) -> bool:
        return self._door.tls is not None and not self._is_encrypted

    def _offer_encryption(self) -> tuple[int, str]:
        if self._door.tls is None:
            return 502, "command not implemented"
        return (READY, "go ahead") if self._can_encrypt() else (503, "bad sequence of commands")

    async def _encrypt(self, tls: ssl.SSLContext) -> None:
        """Go on encrypted, as if nothing had been said before."""
        await self._writer.start_tls(tls)
        self._is_encrypted, self._is_greeted = True, False
        self._reset()

    def _recognise(self, rest: bytes) -> tuple[int, str]:
        if self._door.login is None or self._can_encrypt() or not self._is_greeted:
            return 503, "bad sequence of commands"
        mechanism, _, told = rest.partition(b" ")
        if mechanism.upper() != b"PLAIN" or not told:
            return 504, "only AUTH PLAIN with its initial response"
        try:
            words = base64.b64decode(told, validate=True).decode().split("\0")
        except (binascii.Error, UnicodeDecodeError):
            return 501, "syntax: AUTH PLAIN base64"
        self._is_known = tuple(words[1:]) == self._door.login
        return (235, "welcome") if self._is_known else (535, "5.7.8 nobody has this name")

    def _begin(self, rest: bytes) -> tuple[int, str]:
        if not self._is_known:
            return 530, "5.7.0 say who you are"
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
