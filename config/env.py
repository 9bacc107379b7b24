"""Typed readers of the environment. Only `settings.py` uses them.

Every variable `NAME` may also be given as `NAME_FILE`, the path of a file that holds its value, so that secrets
can stay out of the process list. A malformed value ends the start with one line that names the variable.
"""

import json
import os
import secrets
import sys
from pathlib import Path
from typing import NoReturn, TypedDict

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}


def refuse(name: str, problem: str) -> NoReturn:
    """End the process with one line on stderr that names the variable and what is wrong with it."""
    sys.exit(f"backlot: {name} {problem}")


def text(name: str, default: str = "") -> str:
    """The value of NAME, or the content of the file that NAME_FILE names, or the default."""
    path = os.environ.get(f"{name}_FILE")
    if not path:
        return os.environ.get(name) or default
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        refuse(f"{name}_FILE", f"names a file that cannot be read: {error}")


def flag(name: str, default: bool) -> bool:
    """A yes or no: true, false, 1, 0, yes, no, on, off in any case."""
    value = text(name, str(default)).lower()
    if value not in _TRUE | _FALSE:
        refuse(name, f"must be true or false, not {value!r}")
    return value in _TRUE


def number(name: str, default: int, *, low: int, high: int) -> int:
    """A whole number within low and high, both included."""
    value = text(name, str(default))
    if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
        refuse(name, f"must be a whole number from {low} to {high}, not {value!r}")
    return int(value)


def url(name: str, default: str, *schemes: str) -> str:
    """An address with one of the schemes, without a slash at its end."""
    value = text(name, default).rstrip("/")
    if value and not value.startswith(tuple(f"{scheme}://" for scheme in schemes)):
        refuse(name, f"must start with {' or '.join(scheme + '://' for scheme in schemes)}")
    return value


def names(name: str, default: list[str]) -> list[str]:
    """A list separated by commas."""
    value = text(name)
    return [part.strip() for part in value.split(",") if part.strip()] if value else default


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
        made.update(json.loads(path.read_text(encoding="utf-8")))
        return made
    except FileNotFoundError:
        return _first_run(path, made)
    except (OSError, ValueError) as error:
        refuse(
            "BACKLOT_VAR",
            f"holds an unreadable {path.name} ({error}); restore it, or delete it to make new keys",
        )


def _first_run(path: Path, made: Embedded) -> Embedded:
    """Two processes may start at once: the first to create the file wins, the other reads it."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
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
