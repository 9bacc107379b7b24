"""Who signs: made here and named so, configured, or nobody."""

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from django.core.checks import run_checks

from generation import provenance
from generation.provenance import certificates


def warnings() -> list[str]:
    return [found.msg for found in run_checks() if found.id == "generation.W001"]


def test_the_self_made_one_is_made_once_named_as_such_and_for_nobody_elses_eyes(tmp_path):
    made = certificates.self_made(tmp_path)
    assert certificates.self_made(tmp_path) == made
    assert (made.name, made.is_self_made) == ("Backlot self-made certificate, not trusted", True)
    kept = tmp_path / certificates.FILE
    assert [path.name for path in tmp_path.iterdir()] == [kept.name]
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    issuers = [
        found.issuer.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
        for found in x509.load_pem_x509_certificates(made.chain.encode())
    ]
    assert issuers == [certificates.AUTHORITY] * 2


def test_two_that_make_it_at_once_agree_on_one(tmp_path):
    with ThreadPoolExecutor(4) as many:
        made = list(many.map(lambda _: certificates.self_made(tmp_path), range(4)))
    assert len({found.chain for found in made}) == 1


def test_an_ended_one_is_made_anew(tmp_path, monkeypatch):
    monkeypatch.setattr(certificates, "YEARS", certificates.timedelta(seconds=-1))
    monkeypatch.setattr(certificates.Certificate, "is_expired", False)
    first = certificates.self_made(tmp_path)
    monkeypatch.undo()
    assert first.is_expired
    assert not certificates.self_made(tmp_path).is_expired


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (ec.generate_private_key(ec.SECP256R1()), "es256"),
        (ec.generate_private_key(ec.SECP384R1()), "es384"),
        (rsa.generate_private_key(65537, 2048), "ps256"),
        (ed25519.Ed25519PrivateKey.generate(), "ed25519"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_configured_one_signs_by_its_own_kind_of_key(tmp_path, settings, clip, said, key, algorithm):
    settings.C2PA_CERTIFICATE, settings.C2PA_PRIVATE_KEY = configured(key)
    settings.PRODUCTION = True
    certificate = provenance.present()
    assert (certificate.algorithm, certificate.name) == (algorithm, "Harbour Films")
    manifest = provenance.sign(clip, tmp_path / "signed.mp4", said, by=certificate)
    assert manifest["signature_info"]["common_name"] == "Harbour Films"
    assert warnings() == []


def test_production_without_one_signs_nothing_and_warns_at_the_start(settings):
    settings.PRODUCTION = True
    assert provenance.present() is None
    assert warnings() == ["Takes are stored without content credentials: no certificate is configured."]


def test_on_one_machine_there_is_nothing_to_warn_of():
    assert warnings() == []


def test_one_that_is_for_something_else_is_noticed_at_the_start(settings):
    key, servers = ec.generate_private_key(ec.SECP256R1()), "1.3.6.1.5.5.7.3.1"
    settings.C2PA_CERTIFICATE, settings.C2PA_PRIVATE_KEY = configured(key, purpose=servers)
    (said,) = warnings()
    assert said.startswith("Takes are stored without content credentials: with “Harbour Films” ")


def configured(key, *, purpose: str = "1.3.6.1.5.5.7.3.36") -> tuple[str, str]:
    """A certificate as an authority hands it out, over this key."""
    authority = ec.generate_private_key(ec.SECP256R1())
    own = certificates._builder("Harbour Films", key.public_key(), authority.public_key())
    own = own.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    own = own.add_extension(certificates._use(certificates=False), critical=True)
    purposes = x509.ExtendedKeyUsage([x509.ObjectIdentifier(purpose)])
    own = own.add_extension(purposes, critical=False)
    signed = own.sign(authority, certificates.hashes.SHA256())
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return signed.public_bytes(Encoding.PEM).decode(), secret
