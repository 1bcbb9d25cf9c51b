"""Why a service can't be reached, in words for whoever looks after this deployment."""

import socket
import ssl
from collections.abc import Iterator

# Libraries wrap what happened in errors of their own, some of them several times.
WRAPPINGS_MAX = 20

# The narrower ones first.
_PLAINLY: dict[type[BaseException], str] = {
    socket.gaierror: "nobody knows its name",
    TimeoutError: "it does not answer in time",
    ConnectionRefusedError: "nothing listens there",
    ConnectionError: "it has hung up",
}


def why_unreached(failed: BaseException) -> str:
    """What kept us from a service, to go on behind "it can't be reached: ".

    Shape: without a full stop; it names no host, no key and nothing that was sent.
    """
    for cause in _causes(failed):
        if words := _words(cause):
            return words
    return type(failed).__name__


def _words(cause: BaseException) -> str:
    if isinstance(cause, ssl.SSLCertVerificationError):
        why = cause.verify_message.rstrip(".")
        return (
            f"its certificate is not trusted ({why}); where an authority of your own has signed it,"
            " SSL_CERT_FILE can name that authority’s certificate"
        )
    if isinstance(cause, ssl.SSLError):
        return f"no encrypted line comes about ({cause.reason or 'it was cut'})"
    return next((words for kind, words in _PLAINLY.items() if isinstance(cause, kind)), "")


def _causes(failed: BaseException) -> Iterator[BaseException]:
    """An error and what it was made of, the outermost first."""
    found = [failed]
    for place in range(WRAPPINGS_MAX):
        if place == len(found):
            return
        error = found[place]
        yield error
        within = (getattr(error, "reason", None), *error.args, error.__cause__, error.__context__)
        found += [one for one in within if isinstance(one, BaseException) and one not in found]
