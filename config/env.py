"""Typed readers of the environment. Only `settings.py` uses them.

Every variable `NAME` may also be given as `NAME_FILE`, the path of a file that holds its value, so that secrets
can stay out of the process list. A malformed value ends the start with one line that names the variable.
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
    """The value of NAME, or the content of the file that NAME_FILE names, or the default."""
    path = os.environ.get(f"{name}_FILE")
    if not path:
        return os.environ.get(name, "").strip() or default
    try:
        value = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        refuse(f"{name}_FILE", f"names a file that cannot be read: {error}")
    # A secret that has not been written yet must not count as one that was never wanted.
    return value or refuse(f"{name}_FILE", "names an empty file")


def matching(name: str, default: str, pattern: str, meaning: str) -> str:
    """A text of which all matches the pattern; `meaning` says in words what is wanted. The value may be a secret,
    so it is not shown."""
    value = text(name, default)
    return value if not value or re.fullmatch(pattern, value) else refuse(name, f"must be {meaning}")


def key(name: str, default: str = "") -> str:
    """A secret that travels in a header."""
    return matching(name, default, r"[!-~]+", "ASCII without blanks")


def flag(name: str, default: bool) -> bool:
    """A yes or no: true, false, 1, 0, yes, no, on, off in any case."""
    value = text(name, str(default)).lower()
    if value not in _TRUE | _FALSE:
        refuse(name, f"must be true or false, not {_short(value)}")
    return value in _TRUE


def number(name: str, default: int, *, low: int, high: int) -> int:
    """A whole number within low and high, both included."""
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
    """What was given instead, not the whole of a file that was meant for something else."""
    return repr(value if len(value) <= 20 else f"{value[:20]}…")


def choice(name: str, default: str, *others: str) -> str:
    """One of a few words, in any case."""
    value = text(name, default).lower()
    words = (default, *others)
    return value if value in words else refuse(name, f"must be {' or '.join(words)}, not {_short(value)}")


def url(name: str, default: str, *schemes: str) -> str:
    """An address with one of the schemes and a host that can be read, without a slash at its end.

    A problem is told without the address: it may hold a password.
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
    # Databases and brokers may be a socket file on this machine, which is a path; pages are always on a host.
    if not parts.hostname and (parts.scheme in {"http", "https"} or not parts.path.strip("/")):
        refuse(name, "names no host" if parts.scheme != "sqlite" else "names no file")
    return value.rstrip("/")


def parsed(name: str, value: str, parse: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    """What another reader makes of a value; what it says about a bad one is not shown, it may hold a password."""
    try:
        return parse(value)
    except (ValueError, ImproperlyConfigured):
        refuse(name, "cannot be read: look at its scheme and port, and escape what is special")


def signing_pair(certificate: str, private_key: str) -> tuple[str, str]:
    """A chain of certificates, the signer's own first, and the private key of that one, both PEM; both or neither.

    What is wrong is told without the values.
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
    """An IP address or a host name, an IPv6 address with or without its brackets."""
    value = text(name, default).removeprefix("[").removesuffix("]")
    try:
        return str(ip_address(value))
    except ValueError:
        if re.fullmatch(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?", value):
            return value
        refuse(name, f"must be an address or a host name alone, not {_short(value)}")


def hosts(name: str, default: list[str]) -> list[str]:
    """Host names separated by commas, as Django's ALLOWED_HOSTS wants them: `*`, `.example.com`, `[::1]`."""
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
    """Return the trusted proxies: a number of hops, or addresses and networks."""
    value = text(name)
    try:
        return TrustedProxies.read(value) if value else default
    except ValueError:
        refuse(name, f"must be a number of proxies or a list of addresses and networks, not {_short(value)}")


class Embedded(TypedDict):
    """What the parts that `manage.py up` runs on this machine have agreed on; made once, kept in `var/`."""

    secret_key: str
    s3_access_key: str
    s3_secret_key: str
    s3_port: int
    sandbox_api_key: str
    sandbox_port: int


def embedded(var: Path) -> Embedded:
    """Read `embedded.json`, making keys on the first run; the file can be read by its owner only.

    `manage.py up` writes the ports into it when the usual ones are taken, so that every later command finds them.
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
    """Two processes may start at once: the first to create the file wins, the other reads it."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        # Database and objects lie in it: they are for nobody else on this machine.
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
