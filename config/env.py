"""Typed readers of the environment. Only `settings.py` uses them.

Every variable `NAME` may also be given as `NAME_FILE`, the path of a file that contains its value, so that
secrets stay out of the process list. A malformed value stops the process with one line that names the variable.
"""

import json
import os
import re
import secrets
import sys
from collections.abc import Callable
from decimal import Decimal
from ipaddress import ip_address
from pathlib import Path
from typing import Any, NoReturn, TypedDict, cast
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from django.core.exceptions import ImproperlyConfigured

from library.trusted_proxies import TrustedProxies

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}


def refuse(name: str, problem: str) -> NoReturn:
    """End the process with one line on stderr that names the variable and what is wrong with it."""
    sys.exit(f"backlot: {name} {problem}")


def text(name: str, default: str = "") -> str:
    """Return the content of the file that NAME_FILE names, else the value of NAME, else the default."""
    path = os.environ.get(f"{name}_FILE")
    if not path:
        return os.environ.get(name, "").strip() or default
    try:
        value = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        refuse(f"{name}_FILE", f"names a file that cannot be read: {error}")
    # A secret that has not been written to its file yet must not be treated as not configured.
    return value or refuse(f"{name}_FILE", "names an empty file")


def matching(name: str, default: str, pattern: str, meaning: str) -> str:
    """Return a value that is empty or fully matches the pattern; `meaning` describes the pattern in the error message.

    The message does not show the value, which may be a secret.
    """
    value = text(name, default)
    return value if not value or re.fullmatch(pattern, value) else refuse(name, f"must be {meaning}")


def key(name: str, default: str = "") -> str:
    """Return a secret that can be sent in an HTTP header."""
    return matching(name, default, r"[!-~]+", "ASCII without blanks")


def flag(name: str, default: bool) -> bool:
    """Return a Boolean, given as true, false, 1, 0, yes, no, on or off in any case."""
    value = text(name, str(default)).lower()
    if value not in _TRUE | _FALSE:
        refuse(name, f"must be true or false, not {_short(value)}")
    return value in _TRUE


def number(name: str, default: int, *, low: int, high: int) -> int:
    """Return a whole number from `low` to `high`, both included."""
    value = text(name, str(default))
    if not re.fullmatch(r"[0-9]{1,9}", value) or not low <= int(value) <= high:
        refuse(name, f"must be a whole number from {low} to {high}, not {_short(value)}")
    return int(value)


def dollars(name: str, default: str = "") -> Decimal | None:
    """Return an amount in US dollars such as 25 or 12.50, 0 or more; None if neither a value nor a default is given."""
    value = text(name, default)
    if not value:
        return None
    if not re.fullmatch(r"[0-9]{1,8}(\.[0-9]{1,4})?", value):
        refuse(name, f"must be an amount in US dollars such as 25 or 12.50, not {_short(value)}")
    return Decimal(value)


def _short(value: str) -> str:
    """Return the start of a value for an error message: NAME_FILE may name a wrong and long file."""
    return repr(value if len(value) <= 20 else f"{value[:20]}…")


def choice(name: str, default: str, *others: str) -> str:
    """Return one of the given words, in lower case; any case is accepted."""
    value = text(name, default).lower()
    words = (default, *others)
    return value if value in words else refuse(name, f"must be {' or '.join(words)}, not {_short(value)}")


def url(name: str, default: str, *schemes: str) -> str:
    """Return a URL with one of the schemes and a valid host, without a trailing slash.

    Error messages do not contain the URL, which may include a password.
    """
    value = text(name, default)
    if not value:
        return value
    try:
        parts = urlsplit(value)
        readable = (parts.port is None or parts.port > 0) and not re.search(r"[\s\x00-\x1f]", value)
    except ValueError:
        readable = False
    if not readable:
        refuse(
            name, "is not an address that can be read: look at its host and port, and escape what is special"
        )
    if parts.scheme not in schemes:
        refuse(name, f"must start with {' or '.join(scheme + '://' for scheme in schemes)}")
    # A database or broker may be a local file or socket, which is a path; an HTTP URL always needs a host.
    if not parts.hostname and (parts.scheme in {"http", "https"} or not parts.path.strip("/")):
        refuse(name, "names no host" if parts.scheme != "sqlite" else "names no file")
    return value.rstrip("/")


def parsed(name: str, value: str, parse: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    """Return the value as parsed by `parse`. Its error messages are not shown, since they may contain a password."""
    try:
        return parse(value)
    except (ValueError, ImproperlyConfigured):
        refuse(name, "cannot be read: look at its scheme and port, and escape what is special")


def signing_pair(certificate: str, private_key: str) -> tuple[str, str]:
    """Return a certificate chain that starts with the signer's certificate, and its private key, both in PEM.

    Return empty strings if neither is set. Error messages do not contain the values.
    """
    chain, secret = text(certificate), text(private_key)
    if bool(chain) != bool(secret):
        missing, there = (private_key, certificate) if chain else (certificate, private_key)
        refuse(missing, f"must be set together with {there}")
    if not chain:
        return "", ""
    try:
        first = x509.load_pem_x509_certificates(chain.encode())[0]
    except ValueError:
        refuse(certificate, "must be certificates in PEM, the signer's own first")
    try:
        key = serialization.load_pem_private_key(secret.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        refuse(private_key, "must be a private key in PEM, without a password")
    if key.public_key() != first.public_key():
        refuse(private_key, f"is not the key of the first certificate of {certificate}")
    return chain, secret


def host(name: str, default: str) -> str:
    """Return an IP address or a host name; an IPv6 address may be given in brackets."""
    value = text(name, default).removeprefix("[").removesuffix("]")
    try:
        return str(ip_address(value))
    except ValueError:
        if re.fullmatch(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?", value):
            return value
        refuse(name, f"must be an address or a host name alone, not {_short(value)}")


def hosts(name: str, default: list[str]) -> list[str]:
    """Return host names, given separated by commas, for Django's ALLOWED_HOSTS: `*`, `.example.com`, `[::1]`."""
    value = text(name)
    if not value:
        return default
    found = [part.strip() for part in value.split(",") if part.strip()]
    if not found or not all(
        re.fullmatch(r"\*|\.?[\w-]+(\.[\w-]+)*|\[[0-9A-Fa-f:.]+\]", each) for each in found
    ):
        refuse(name, "must be host names separated by commas, without scheme and port")
    return found


def proxies(name: str, default: TrustedProxies) -> TrustedProxies:
    """Return the trusted proxies, given as a number of hops or as IP addresses and networks."""
    value = text(name)
    try:
        return TrustedProxies.read(value) if value else default
    except ValueError:
        refuse(name, f"must be a number of proxies or a list of addresses and networks, not {_short(value)}")


class Embedded(TypedDict):
    """Keys and ports of the local services of `manage.py up`, created once and stored in `var/`."""

    secret_key: str
    s3_access_key: str
    s3_secret_key: str
    s3_port: int
    sandbox_api_key: str
    sandbox_port: int


def embedded(var: Path) -> Embedded:
    """Read `embedded.json`, which only its owner can read; create it with new keys on the first run.

    If the default ports are taken, `manage.py up` writes other ones to it, so that later commands use them.
    """
    path = var / "embedded.json"
    made: Embedded = {
        "secret_key": secrets.token_urlsafe(48),
        "s3_access_key": secrets.token_hex(10),
        "s3_secret_key": secrets.token_urlsafe(30),
        "s3_port": 9000,
        "sandbox_api_key": "sandbox-" + secrets.token_urlsafe(24),
        "sandbox_port": 8001,
    }
    try:
        return cast(Embedded, {**made, **json.loads(path.read_text(encoding="utf-8"))})
    except FileNotFoundError:
        return _first_run(path, made)
    except NotADirectoryError:
        refuse("BACKLOT_VAR", f"must be a folder, which {var} is not")
    except (OSError, ValueError, TypeError) as error:
        refuse(
            "BACKLOT_VAR",
            f"holds an unreadable {path.name} ({error}); restore it, or delete it to make new keys",
        )


def _first_run(path: Path, made: Embedded) -> Embedded:
    """Create the file. If two processes start at the same time, one creates it and the other reads it."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        # The folder contains the database and the objects: other users of this machine must not read them.
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(made, indent=2), encoding="utf-8")
        os.link(draft, path)
    except FileExistsError:
        return embedded(path.parent)
    except OSError as error:
        refuse("BACKLOT_VAR", f"cannot be written: {error}")
    finally:
        draft.unlink(missing_ok=True)
    return made
