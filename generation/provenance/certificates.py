"""The signer: the configured certificate, or on a single machine a self-made one that says so in its name."""

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
    """A chain in PEM, beginning with the signer's certificate, and its key in PEM as PKCS #8 without a password."""

    chain: str
    key: str
    algorithm: str
    name: str
    ends_at: datetime
    is_self_made: bool = False

    @property
    def is_expired(self) -> bool:
        return self.ends_at <= datetime.now(UTC)


def present() -> Certificate | None:
    """Return the certificate to sign with; None in production if none is configured.

    Raises OSError and ValueError if the self-made certificate cannot be read or written.
    """
    if settings.C2PA_CERTIFICATE:
        return _read(settings.C2PA_CERTIFICATE, settings.C2PA_PRIVATE_KEY)
    return None if settings.PRODUCTION else self_made(settings.VAR_DIR)


def problem() -> str:
    """Return why takes would be stored without credentials, as a sentence for logs; empty if they are signed."""
    try:
        certificate = present()
    except (OSError, ValueError) as error:
        return f"Takes are stored without content credentials: the certificate cannot be used ({error})."
    if certificate is None:
        return "Takes are stored without content credentials: no certificate is configured."
    if certificate.is_expired:
        expired = f"the certificate “{certificate.name}” expired on {certificate.ends_at:%Y-%m-%d}"
        return f"Takes are stored without content credentials: {expired}."
    return ""


def self_made(folder: Path) -> Certificate:
    """Return the self-made certificate in the folder, creating it on first use; concurrent processes agree on one."""
    path = folder / FILE
    if not path.exists():
        _write(path)
    content = path.read_text(encoding="ascii")
    found = _read(content, content, is_self_made=True)
    if found.is_expired:
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
    """Return the signature algorithm; C2PA allows one for each type of key."""
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name in _CURVES:
        return _CURVES[key.curve.name]
    if isinstance(key, rsa.RSAPrivateKey):
        return "ps256"
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return "ed25519"
    raise ValueError("C2PA supports only keys on the curves P-256, P-384 and P-521, RSA and Ed25519")


# The self-made certificate


def _write(path: Path) -> None:
    """Write the file atomically, only once, and readable only for this user."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        draft.touch(mode=0o600)
        draft.write_text(_create(), encoding="ascii")
        os.link(draft, path)
    except FileExistsError:
        log.info("another process created the certificate first; using that one")
    finally:
        draft.unlink(missing_ok=True)


def _create() -> str:
    """Return a new key and chain. The authority's key is discarded, because it never signs anything else."""
    authority, signer = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    top = _builder(AUTHORITY, authority.public_key(), authority.public_key())
    top = top.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    top = top.add_extension(_use(certificates=True), critical=True)
    own = _builder(NAME, signer.public_key(), authority.public_key())
    own = own.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    own = own.add_extension(_use(certificates=False), critical=True)
    # C2PA requires of a signer one extended key usage that is neither "any" nor server authentication.
    purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
    own = own.add_extension(purpose, critical=True)
    chain = [builder.sign(authority, hashes.SHA256()) for builder in (own, top)]
    key = signer.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return key + "".join(_pem(certificate) for certificate in chain)


def _builder(
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
