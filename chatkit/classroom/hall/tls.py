"""TLS for the local network: a certificate of the class's own, and the addresses under which it is reached."""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ...errors import BadInput
from .classes import write_private

DAYS = 90  # long enough for a course with retests on day 30
CERTIFICATE, KEY = "tls.crt", "tls.key"


def own_names() -> list[str]:
    """The names and addresses under which this machine is reached on its network, as far as it knows.

    Nothing is sent: a datagram socket that is connected only asks the routing table for the outgoing address.
    """
    host = socket.gethostname()
    found = [host, "localhost", "127.0.0.1"]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # an address for documentation, RFC 5737
            found.append(str(probe.getsockname()[0]))
        except OSError:
            found.append(host)  # no network: the class can still be rehearsed on this machine
    with suppress(OSError):
        found += [str(info[4][0]) for info in socket.getaddrinfo(host, None, socket.AF_INET)]
    return list(dict.fromkeys(found))


def make_certificate(folder: Path, names: Iterable[str]) -> str:
    """Make a key and a certificate for these host names and addresses; returns its fingerprint.

    P-256, signed by itself: a browser warns of it, and the fingerprint on the hand-out shows that it is the right
    one. The key is readable by its owner alone. Raises BadInput where there is a certificate already.
    """
    if (folder / CERTIFICATE).exists():
        raise BadInput("file_taken", folder / CERTIFICATE)
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "chatkit classroom")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))  # the clock of a trainee's machine may be behind
        .not_valid_after(now + timedelta(days=DAYS))
        .add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    write_private(folder / KEY, private.decode("ascii"))
    (folder / CERTIFICATE).write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return fingerprint(folder)


def fingerprint(folder: Path) -> str:
    """The SHA-256 of the certificate in ``folder``, in pairs as browsers show it. BadInput where there is none."""
    return certificate(folder).fingerprint(hashes.SHA256()).hex(":").upper()


def certificate(folder: Path) -> x509.Certificate:
    """The certificate in ``folder``. Raises BadInput where there is none that can be read."""
    try:
        return x509.load_pem_x509_certificate((folder / CERTIFICATE).read_bytes())
    except (OSError, ValueError):
        raise BadInput("no_tls", folder / CERTIFICATE) from None


def certified(folder: Path) -> list[str]:
    """The names and addresses that the certificate in ``folder`` is made out to."""
    names = certificate(folder).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return [str(name.value) for name in names]


def context(folder: Path) -> ssl.SSLContext:
    """The settings of the server: TLS 1.2 at least, 1.3 where the other side can. BadInput without a certificate."""
    certificate(folder)
    made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.load_cert_chain(folder / CERTIFICATE, folder / KEY)
    return made


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
