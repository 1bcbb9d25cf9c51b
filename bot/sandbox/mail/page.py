"""One mail as a page of its own: its headers, and both of its forms as the customer gets them."""

from html import escape

from starlette.responses import HTMLResponse

from bot.sandbox.mail.mailbox import Letter, Mailbox

SHOWN_HEADERS = ("From", "To", "Subject", "Date", "Message-ID")
# Nothing of a mail runs or is fetched; its links open beside it.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'"
STYLE = """
body{font:15px/1.5 system-ui,sans-serif;background:#f6f8fa;color:#1a1f36;margin:0}
main{max-width:680px;margin:32px auto;background:#fff;border-radius:12px;padding:24px;
box-shadow:0 2px 12px #0001}
h1{font-size:20px;margin:0 0 16px}table{border-collapse:collapse}
td{padding:2px 12px 2px 0;vertical-align:top;overflow-wrap:anywhere}td:first-child{color:#697386}
iframe{width:100%;height:460px;border:1px solid #e6e9ee;border-radius:8px;margin:16px 0;
background:#fff}pre{white-space:pre-wrap;overflow-wrap:anywhere;color:#3c4257}
"""


def list_mails(mailbox: Mailbox) -> list[dict[str, object]]:
    """What a list shows of each mail, newest first."""
    return [
        {
            "id": letter.id,
            "to": ", ".join(letter.envelope_to),
            "subject": letter.headers.get("Subject", ""),
        }
        for letter in mailbox.list_letters()
    ]


def mail_page(letter: Letter) -> HTMLResponse:
    """The page of a mail."""
    rows = "".join(
        f"<tr><td>{name}</td><td>{escape(letter.headers.get(name, ''))}</td></tr>"
        for name in SHOWN_HEADERS
    )
    framed = escape(f"<base target=_blank>{letter.html}")
    subject = escape(letter.headers.get("Subject", ""))
    return HTMLResponse(
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{subject}</title>"
        f"<meta name=viewport content='width=device-width'><style>{STYLE}</style><main>"
        f"<h1>{subject}</h1><table>{rows}</table>"
        "<iframe title='The mail' sandbox='allow-popups allow-popups-to-escape-sandbox' "
        f'srcdoc="{framed}"></iframe>'
        f"<details><summary>As plain text</summary><pre>{escape(letter.text)}</pre></details>"
        "</main></html>",
        headers={"Content-Security-Policy": POLICY, "Cache-Control": "no-store"},
    )
