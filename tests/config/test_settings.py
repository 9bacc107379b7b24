"""The settings as a process reads them: what fits together, and what ends the start with one line."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from generation.provenance import certificates

ROOT = Path(__file__).resolve().parents[2]
OURS = (
    "BACKLOT_",
    "AWS_",
    "SKYREELS_",
    "C2PA_",
    "DATABASE_URL",
    "REDIS_URL",
    "EMAIL_URL",
    "DJANGO_SETTINGS_MODULE",
)
SHOW = (
    "import json, config.settings as settings;"
    "names = {names!r};"
    "print(json.dumps([getattr(settings, name, None) for name in names], default=str))"
)
PRODUCTION = {
    "BACKLOT_PRODUCTION": "true",
    "BACKLOT_SECRET_KEY": "of this test alone, long enough to be a key of production",
    "BACKLOT_PUBLIC_URL": "https://backlot.example",
    "DATABASE_URL": "postgres://backlot:secret@db.example/backlot",
    "AWS_S3_ENDPOINT_URL": "https://s3.example",
    "AWS_ACCESS_KEY_ID": "access",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "SKYREELS_API_KEY": "key",
}


def start(var: Path, chosen: dict[str, str], *names: str) -> subprocess.CompletedProcess[str]:
    """A process that reads the settings in an environment of its own and prints some of them."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return subprocess.run(
        [sys.executable, "-c", SHOW.format(names=names)],
        cwd=ROOT,
        env=kept | {"BACKLOT_VAR": str(var)} | chosen,
        capture_output=True,
        text=True,
        timeout=30,
    )


def read(var: Path, chosen: dict[str, str], *names: str) -> list:
    done = start(var, chosen, *names)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_without_any_variable_all_is_on_this_machine_also_under_a_strange_path(tmp_path: Path):
    var = tmp_path / "with blanks" / "a#b %20?c"
    names = (
        "DATABASES",
        "S3_IS_EMBEDDED",
        "SANDBOX_IS_EMBEDDED",
        "PUBLIC_URL",
        "SKYREELS_IDEMPOTENT",
        "OPEN_PROJECTS",
    )
    databases, *rest = read(var, {}, *names)
    assert databases["default"]["NAME"] == str(var / "backlot.sqlite3")
    assert rest == [True, True, "http://127.0.0.1:8000", True, True]


def test_production_with_all_it_needs(tmp_path: Path):
    names = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "CSRF_TRUSTED_ORIGINS")
    assert read(tmp_path, PRODUCTION, *names) == [True, True, True, ["https://backlot.example"]]
    assert read(tmp_path, PRODUCTION, "OPEN_PROJECTS") == [False]
    assert read(tmp_path, PRODUCTION | {"BACKLOT_OPEN_PROJECTS": "true"}, "OPEN_PROJECTS") == [True]


def test_cookies_of_production_are_bound_to_their_host(tmp_path: Path):
    """A neighbour under the same domain could plant them otherwise. A guest's has a path, which `__Host-` forbids."""
    names = ("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "GUEST_COOKIE_NAME", "SESSION_COOKIE_PATH")
    also = ("SESSION_COOKIE_DOMAIN", "CSRF_COOKIE_DOMAIN", "CSRF_COOKIE_PATH")
    bound = ["__Host-sessionid", "__Host-csrftoken", "__Secure-guest", None]
    assert read(tmp_path, PRODUCTION, *names, *also) == [*bound, None, None, None]
    assert read(tmp_path, {}, "GUEST_COOKIE_NAME", "SESSION_COOKIE_NAME") == ["guest", None]


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        ({}, ["gateway", "https://api.apimart.ai", False, False]),
        ({"SKYREELS_PROVIDER": "Vendor"}, ["vendor", "https://api-gateway.skyreels.ai", False, False]),
        (
            {"SKYREELS_PROVIDER": "vendor", "SKYREELS_BASE_URL": "https://mirror.example/"},
            ["vendor", "https://mirror.example", False, False],
        ),
        ({"SKYREELS_IDEMPOTENT": "true"}, ["gateway", "https://api.apimart.ai", False, True]),
    ],
)
def test_each_provider_has_its_own_home(tmp_path: Path, chosen: dict[str, str], found: list):
    names = ("SKYREELS_PROVIDER", "SKYREELS_BASE_URL", "PROVIDER_IS_SANDBOX", "SKYREELS_IDEMPOTENT")
    assert read(tmp_path, PRODUCTION | chosen, *names) == found


def test_without_a_key_the_sandbox_speaks_the_vendors_dialect_too(tmp_path: Path):
    names = ("SKYREELS_BASE_URL", "SANDBOX_IS_EMBEDDED", "SKYREELS_IDEMPOTENT")
    address, *rest = read(tmp_path, {"SKYREELS_PROVIDER": "vendor"}, *names)
    assert address.startswith("http://127.0.0.1:")
    assert rest == [True, False]


@pytest.mark.parametrize(
    ("chosen", "named"),
    [
        ({"BACKLOT_SECRET_KEY": ""}, "BACKLOT_SECRET_KEY must be set"),
        ({"SKYREELS_API_KEY": ""}, "SKYREELS_API_KEY must be set"),
        ({"DATABASE_URL": "sqlite:////tmp/x"}, "DATABASE_URL must name a PostgreSQL database"),
        ({"BACKLOT_PUBLIC_URL": "http://backlot.example"}, "BACKLOT_PUBLIC_URL must start with https://"),
        ({"BACKLOT_DEBUG": "true"}, "BACKLOT_DEBUG must be false"),
        ({"BACKLOT_PUBLIC_URL": "https://backlot.example/app"}, "BACKLOT_PUBLIC_URL must have no path"),
        ({"DATABASE_URL": "postgres://backlot:secret@db.example"}, "DATABASE_URL names no database"),
        ({"DATABASE_URL": "postgres://backlot:secret@db.example:x/y"}, "DATABASE_URL is not an address"),
        ({"REDIS_URL": "redis://redis.example/one"}, "REDIS_URL must end with the number of a database"),
        ({"EMAIL_URL": "pigeon://loft"}, "EMAIL_URL cannot be read"),
        ({"AWS_STORAGE_BUCKET_NAME": "a/b"}, "AWS_STORAGE_BUCKET_NAME must be"),
        ({"SKYREELS_RPM": "0"}, "SKYREELS_RPM must be a whole number"),
        ({"SKYREELS_PROVIDER": "acme"}, "SKYREELS_PROVIDER must be gateway or vendor, not 'acme'"),
        (
            {"SKYREELS_PROVIDER": "vendor", "SKYREELS_IDEMPOTENT": "true"},
            "SKYREELS_IDEMPOTENT must be false for the vendor's own API",
        ),
    ],
)
def test_what_production_refuses_in_one_line(tmp_path: Path, chosen: dict[str, str], named: str):
    done = start(tmp_path, PRODUCTION | chosen)
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert done.stderr.startswith(f"backlot: {named}")
    assert "secret" not in done.stderr


def test_a_signers_certificate_and_its_key_go_together(tmp_path: Path):
    made = certificates.self_made(tmp_path)
    (tmp_path / "key.pem").write_text(made.key)
    chosen = {"C2PA_CERTIFICATE": made.chain, "C2PA_PRIVATE_KEY_FILE": str(tmp_path / "key.pem")}
    assert read(tmp_path, chosen, "C2PA_CERTIFICATE") == [made.chain.strip()]

    other = tmp_path / "other"
    other.mkdir()
    wrong = [
        ({"C2PA_CERTIFICATE": made.chain}, "C2PA_PRIVATE_KEY must be set together with C2PA_CERTIFICATE"),
        ({"C2PA_PRIVATE_KEY": made.key}, "C2PA_CERTIFICATE must be set together with C2PA_PRIVATE_KEY"),
        (chosen | {"C2PA_CERTIFICATE": "none"}, "C2PA_CERTIFICATE must be certificates in PEM"),
        (
            {"C2PA_CERTIFICATE": made.chain, "C2PA_PRIVATE_KEY": "none"},
            "C2PA_PRIVATE_KEY must be a private key",
        ),
        (chosen | {"C2PA_CERTIFICATE": certificates.self_made(other).chain}, "is not the key of the first"),
    ]
    for values, line in wrong:
        done = start(tmp_path, values)
        assert (done.returncode, line in done.stderr, "PRIVATE KEY-" in done.stderr) == (1, True, False)
