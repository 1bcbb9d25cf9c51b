"""Structured log lines with a request id and without secrets; the counters behind /metrics."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog
from prometheus_client import Counter, Gauge

# What must never be in a log line. Source: Slack's and Stripe's own prefixes, read 2026-11;
# card numbers are 13 to 19 digits, perhaps in groups.
_SECRET = re.compile(
    r"xox[a-z]-[\w-]+|xapp-[\w-]+|(?:sk|rk|pk)_(?:live|test)_\w+|whsec_\w+|\b(?:\d[ -]?){13,19}\b"
)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")

# A log value longer than this is cut: no request body ever fills a line.
VALUE_CHARACTERS_MAX = 500

requests_total = Counter(
    "tallyman_requests_total", "Requests that came in, by way and outcome.", ["way", "outcome"]
)
events_received_total = Counter(
    "tallyman_events_received_total", "Stripe events kept, by way and outcome.", ["way", "outcome"]
)
events_unknown_total = Counter(
    "tallyman_events_unknown_total", "Stripe events of a type that the mirror does not read."
)
objects_read_total = Counter(
    "tallyman_objects_read_total",
    "Objects read again from Stripe, by kind and outcome.",
    ["kind", "outcome"],
)
slack_connections = Gauge(
    "tallyman_slack_connections", "Connections to Slack in Socket Mode that are open and greeted."
)
alerts_raised_total = Counter(
    "tallyman_alerts_raised_total", "Alerts raised for the operators, by kind.", ["kind"]
)

effects_settled_total = Counter(
    "tallyman_effects_settled_total",
    "Promised calls that were tried, by kind and outcome.",
    ["kind", "outcome"],
)

effects_pending = Gauge("tallyman_effects_pending", "Promised calls that are still to be made.")
effects_dead = Gauge(
    "tallyman_effects_dead", "Promised calls that nobody tries any more until a person decides."
)
job_last_done = Gauge(
    "tallyman_job_last_done_seconds", "How long ago a day of a job was last done, by job.", ["job"]
)
job_next_due = Gauge(
    "tallyman_job_next_due_timestamp_seconds", "When a job is due next, as Unix time.", ["job"]
)
job_days = Gauge(
    "tallyman_job_days",
    "Days of a job within the week, by job and state: running, waiting, failed, skipped.",
    ["job", "state"],
)


def clean_text(text: str, *, with_emails: bool = False) -> str:
    """One line without secrets, card numbers and control characters, cut to a bound."""
    text = _SECRET.sub("[secret]", _CONTROL.sub(" ", text))
    if not with_emails:
        text = _EMAIL.sub("[e-mail]", text)
    return text if len(text) <= VALUE_CHARACTERS_MAX else text[:VALUE_CHARACTERS_MAX] + "…"


def _clean_line(
    _logger: Any, _method: str, line: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    for name, value in line.items():
        if isinstance(value, str):
            line[name] = clean_text(value)
        elif isinstance(value, bytes):
            line[name] = f"[{len(value)} bytes]"
    return line


class _Bridge(logging.Handler):
    """Lets the libraries' own log records leave by the same door, cleaned the same way."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = {"logger": record.name}
            if record.exc_info and record.exc_info[0] is not None:
                # The type alone: a traceback's locals and messages may carry what is secret.
                line["error"] = record.exc_info[0].__name__
            logger = structlog.get_logger()
            logger.log(record.levelno, record.getMessage(), **line)
        except Exception:  # noqa: BLE001 - a log line that fails must not fail what it reports
            self.handleError(record)


def start_logging(level: str = "INFO") -> None:
    """Send every log line, ours and the libraries', as JSON to standard output."""
    number = logging.getLevelNamesMapping()[level]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _clean_line,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stdout),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers[:] = [_Bridge()]
    root.setLevel(max(number, logging.WARNING))


def get_logger(name: str) -> Any:
    """A logger whose lines name the part that they come from."""
    # Not bind(), which would fix the way of logging before start_logging has said which.
    return structlog.get_logger(part=name)
