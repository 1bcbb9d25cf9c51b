"""Certificates for servers of tests, signed by themselves; tests with one are marked openssl."""

import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

DAYS = 2
# Any elliptic curve that everybody knows is far quicker to make than an RSA key.
KIND = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate that is its own authority, and the key behind it."""

    file: Path
    key: Path

    def context(self) -> ssl.SSLContext:
        """What a server encrypts with."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.file, self.key)
        return context


def make_certificate(folder: Path, names: str = "IP:127.0.0.1,DNS:localhost") -> Certificate:
    """Have openssl make one for these names."""
    made = Certificate(folder / "certificate.pem", folder / "key.pem")
    told = ("-subj", "/CN=test", "-addext", f"subjectAltName={names}", "-days", str(DAYS))
    files = ("-out", str(made.file), "-keyout", str(made.key))
    subprocess.run(
        ["openssl", "req", "-x509", *KIND, *told, *files], check=True, capture_output=True
    )
    return made
