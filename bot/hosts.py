"""Whether two addresses lead to one machine."""

from ipaddress import ip_address


def is_same_host(one: str | None, other: str | None) -> bool:
    """Whether two names are of one host; this machine has several: localhost, 127.0.0.1, ::1."""
    if not one or not other:
        return False
    return one == other or (is_here(one) and is_here(other))


def is_here(host: str | None) -> bool:
    """Whether a name is of this machine itself, which only what stands in for others has."""
    if host == "localhost":
        return True
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False
