"""Find the messages of the source code: Python, templates and JavaScript.

Django's own `makemessages` needs GNU gettext, which few machines have; Babel reads the same calls in pure Python.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from babel.messages.extract import DEFAULT_KEYWORDS, extract
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
PYTHON_FOLDERS = ("config", "generation", "library")
KEYWORDS: dict[str, Any] = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
TRANSLATORS = "Translators:"

Key = tuple[str, str]  # context (empty without one) and msgid


@dataclass
class Message:
    """A message of the source code; `plural` is empty without plural forms."""

    context: str
    singular: str
    plural: str = ""
    files: set[str] = field(default_factory=set)
    comments: set[str] = field(default_factory=set)

    @property
    def key(self) -> Key:
        return self.context, self.singular


def messages_of(domain: str, root: Path = ROOT) -> dict[Key, Message]:
    """Return the messages of `django` (Python, templates) or `djangojs` (JavaScript).

    Raises ValueError if one msgid is used with two plural forms.
    """
    found: dict[Key, Message] = {}
    for path in _sources(domain, root):
        for message in messages_in(path, root):
            known = found.setdefault(message.key, message)
            known.files |= message.files
            known.comments |= message.comments
            if known.plural and message.plural and known.plural != message.plural:
                raise ValueError(
                    f"{message.singular!r} has two plural forms: see {', '.join(sorted(known.files))}"
                )
            known.plural = known.plural or message.plural
    return found


def messages_in(path: Path, root: Path = ROOT) -> Iterator[Message]:
    """Yield the messages of one file. A message in several places is yielded several times."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".js":
        method = "javascript"
    else:
        method = "python"
        text = text if path.suffix == ".py" else _python_of(text, path)
    name = path.relative_to(root).as_posix()
    options = {"encoding": "utf-8", "template_string": "false"}
    source = io.BytesIO(text.encode())
    for _, found, comments, context in extract(method, source, KEYWORDS, (TRANSLATORS,), options, True):
        singular, plural = (found[0], found[1]) if isinstance(found, tuple) else (found, "")
        yield Message(context or "", singular, plural, {name}, set(comments))


def _python_of(template: str, path: Path) -> str:
    """Return the calls that a template makes, as Python without the indentation of the template."""
    return re.sub(r"^\s+", "", templatize(template, origin=str(path)), flags=re.MULTILINE)


def _sources(domain: str, root: Path) -> Iterator[Path]:
    if domain == "djangojs":
        yield from sorted(root.glob("static/**/*.js"))
        return
    for folder in PYTHON_FOLDERS:
        yield from (
            path for path in sorted(root.glob(f"{folder}/**/*.py")) if path.parent.name != "migrations"
        )
    yield from (path for path in sorted(root.glob("templates/**/*")) if path.suffix in {".html", ".txt"})
