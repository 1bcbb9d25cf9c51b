"""A browser at the workspace page, with everything it asks for written down."""

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

# A browser that is started bare asks its maker for news; these keep it to what the page asks for.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# What is reached only by a failure may be long; a busy machine shows a page in seconds.
WAIT_MILLISECONDS_MAX = 60_000
WIDE = (1440, 900)
PHONE = (390, 844)


@dataclass
class Window:
    """A page that is open, and what it asked for and complained about."""

    page: Page
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def origins(self) -> set[str]:
        """Where its requests went, as scheme and host with port."""
        parts = [urlsplit(url) for url in self.requests if not url.startswith("data:")]
        return {f"{part.scheme}://{part.netloc}" for part in parts}

    def find_text(self, words: str) -> Locator:
        """Where words stand on the page, not where the page says them to a screen reader."""
        return self.page.get_by_text(words).and_(self.page.locator(":not(#announcer)"))

    def type(self, text: str) -> None:
        """Type into the composer and press Enter."""
        self.page.get_by_role("combobox", name="Message").fill(text)
        self.page.keyboard.press("Enter")


OpenWindow = Callable[..., AbstractContextManager[Window]]


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """One browser for a module's tests."""
    expect.set_options(timeout=WAIT_MILLISECONDS_MAX)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def open_window(browser: Browser) -> OpenWindow:
    """What opens a fresh window at an address for a with block; `size` is wide unless told."""

    @contextlib.contextmanager
    def opened(url: str, *, size: tuple[int, int] = WIDE) -> Iterator[Window]:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            locale="en-GB",
            timezone_id="Europe/Berlin",
            reduced_motion="reduce",
        )
        context.set_default_timeout(WAIT_MILLISECONDS_MAX)
        window = Window(context.new_page())
        window.page.on("request", lambda request: window.requests.append(request.url))
        window.page.on("pageerror", lambda error: window.errors.append(str(error)))
        window.page.on(
            "console",
            lambda said: window.errors.append(said.text) if said.type == "error" else None,
        )
        window.page.goto(url)
        yield window
        context.close()

    return opened
