"""Who signs: the configured certificate, or on one machine one that was made there and says so in its name."""

import logging
import os
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.conf import settings

log = logging.getLogger("backlot.provenance")

NAME = "Backlot self-made certificate, not trusted"
AUTHORITY = "Backlot self-made authority, not trusted"
FILE = "c2pa-self-made.pem"
YEARS = timedelta(days=3650)
_CURVES = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}


@dataclass(frozen=True)
class Certificate:
    """A chain, the signer's own certificate first, with its key: both PEM, the key as PKCS #8 without a password."""

    chain: str
    key: str
    algorithm: str
    name: str
    ends_at: datetime
    is_self_made: bool = False

    @property
    def has_ended(self) -> bool:
        return self.ends_at <= datetime.now(UTC)


def present() -> Certificate | None:
    """What takes are signed with now; None in production without a configured certificate.

    Raises OSError and ValueError when the self-made one cannot be read or written.
    """
    if settings.C2PA_CERTIFICATE:
        return _read(settings.C2PA_CERTIFICATE, settings.C2PA_PRIVATE_KEY)
    return None if settings.PRODUCTION else self_made(settings.VAR_DIR)


def problem() -> str:
    """Why takes would be stored without credentials, as a sentence; empty when they are signed."""
    try:
        certificate = present()
    except (OSError, ValueError) as error:
        return f"Takes are stored without content credentials: the certificate cannot be used ({error})."
    if certificate is None:
        return "Takes are stored without content credentials: no certificate is configured."
    if certificate.has_ended:
        ended = f"the certificate “{certificate.name}” ended on {certificate.ends_at:%Y-%m-%d}"
        return f"Takes are stored without content credentials: {ended}."
    return ""


def self_made(folder: Path) -> Certificate:
    """The one that lies in the folder, made on the first use; two processes that make it at once agree on one."""
    path = folder / FILE
    if not path.exists():
        _write(path)
    content = path.read_text(encoding="ascii")
    found = _read(content, content, is_self_made=True)
    if found.has_ended:
        path.unlink(missing_ok=True)
        return self_made(folder)
    return found


def _read(chain: str, key: str, *, is_self_made: bool = False) -> Certificate:
    certificates = x509.load_pem_x509_certificates(chain.encode())
    secret = load_pem_private_key(key.encode(), password=None)
    names = certificates[0].subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return Certificate(
        chain="".join(_pem(certificate) for certificate in certificates),
        key=secret.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        algorithm=_algorithm(secret),
        name=str(names[0].value) if names else certificates[0].subject.rfc4514_string(),
        ends_at=certificates[0].not_valid_after_utc,
        is_self_made=is_self_made,
    )


def _algorithm(key: object) -> str:
    """By the key, since C2PA allows one algorithm for each kind."""
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name in _CURVES:
        return _CURVES[key.curve.name]
    if isinstance(key, rsa.RSAPrivateKey):
        return "ps256"
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return "ed25519"
    raise ValueError("C2PA knows keys on the curves P-256, P-384 and P-521, RSA and Ed25519 alone")


# The self-made one


def _write(path: Path) -> None:
    """Only whole, only once, and for nobody else on this machine."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        draft.touch(mode=0o600)
        draft.write_text(_made(), encoding="ascii")
        os.link(draft, path)
    except FileExistsError:
        log.info("another process made the certificate first: its one is used")
    finally:
        draft.unlink(missing_ok=True)


def _made() -> str:
    """Key and chain. The authority's own key is thrown away: nothing else is ever signed by it."""
    authority, signer = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    top = _begun(AUTHORITY, authority.public_key(), authority.public_key())
    top = top.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    top = top.add_extension(_use(certificates=True), critical=True)
    own = _begun(NAME, signer.public_key(), authority.public_key())
    own = own.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    own = own.add_extension(_use(certificates=False), critical=True)
    # What C2PA asks of a signer: one purpose that is neither "any" nor a server's.
    purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
    own = own.add_extension(purpose, critical=True)
    chain = [builder.sign(authority, hashes.SHA256()) for builder in (own, top)]
    key = signer.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return key + "".join(_pem(certificate) for certificate in chain)


def _begun(
    name: str, key: ec.EllipticCurvePublicKey, authority: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_named(name))
        .issuer_name(_named(AUTHORITY))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))  # clocks differ
        .not_valid_after(now + YEARS)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority), critical=False)
    )


def _named(name: str) -> x509.Name:
    attributes = [(NameOID.ORGANIZATION_NAME, "Backlot (self-made)"), (NameOID.COMMON_NAME, name)]
    return x509.Name([x509.NameAttribute(of, value) for of, value in attributes])


def _use(*, certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not certificates,
        key_cert_sign=certificates,
        crl_sign=certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()
