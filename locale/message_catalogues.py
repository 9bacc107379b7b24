"""Read and write catalogues: `.po` files for translators and the `.mo` files that Django loads.

What is written depends on the messages alone: no dates, no line numbers, sorted by msgid.
"""

import io
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.catalog import Message as Entry
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from message_sources import ROOT, Key, Message

LOCALE = ROOT / "locale"
DOMAINS = ("django", "djangojs")
# The folders' names are Django's names of the languages: en and zh-hans.
LANGUAGES = ("en", "zh_Hans")
SOURCE_LANGUAGE = "en"
HEADER = "# Made by `make messages`; see docs/translating.md."


class StableCatalog(Catalog):
    """A catalogue whose header names no dates and no versions."""

    def _headers(self) -> list[tuple[str, str]]:
        return [
            ("Project-Id-Version", "Backlot"),
            ("Language", str(self.locale)),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
            ("Plural-Forms", self.plural_forms),
        ]

    mime_headers = property(_headers, Catalog._set_mime_headers)


def path_of(language: str, domain: str, suffix: str = "po", folder: Path = LOCALE) -> Path:
    return folder / language / "LC_MESSAGES" / f"{domain}.{suffix}"


def read(language: str, domain: str, folder: Path = LOCALE) -> Catalog:
    """Return the catalogue; an empty one if there is no file yet."""
    path = path_of(language, domain, folder=folder)
    if not path.exists():
        return StableCatalog(language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def updated(language: str, messages: dict[Key, Message], old: Catalog) -> Catalog:
    """Return a catalogue of these messages with the translations of the old one; others are dropped.

    English messages are their own translation.
    """
    catalogue = StableCatalog(language, header_comment=HEADER, fuzzy=False)
    for message in messages.values():
        entry = old.get(message.singular, message.context or None)
        catalogue.add(
            id=(message.singular, message.plural) if message.plural else message.singular,
            string=_english(message) if language == SOURCE_LANGUAGE else _kept(message, entry, catalogue),
            locations=[(name, 0) for name in sorted(message.files)],
            auto_comments=sorted(message.comments),
            flags=(entry.flags & {"fuzzy"}) if entry and language != SOURCE_LANGUAGE else (),
            context=message.context or None,
        )
    return catalogue


def po_bytes(catalogue: Catalog) -> bytes:
    """Return the text of a `.po` file."""
    file = io.BytesIO()
    write_po(file, catalogue, width=110, sort_output=True, include_lineno=False)
    return file.getvalue()


def mo_bytes(catalogue: Catalog) -> bytes:
    """Return the content of a `.mo` file. Fuzzy and empty translations are left out."""
    stable = StableCatalog(str(catalogue.locale), fuzzy=False)
    for entry in catalogue:
        if entry.id and is_translated(entry):
            stable.add(entry.id, entry.string, flags=entry.flags, context=entry.context)
    file = io.BytesIO()
    write_mo(file, stable)
    return file.getvalue()


def is_translated(entry: Entry) -> bool:
    """Return whether every plural form has a text."""
    return all(strings_of(entry))


def strings_of(entry: Entry) -> tuple[str, ...]:
    """Return the translations of an entry: one, or one for each plural form."""
    return tuple(entry.string) if isinstance(entry.string, list | tuple) else (entry.string or "",)


def ids_of(entry: Entry) -> tuple[str, ...]:
    """Return the msgid, and the plural msgid if there is one."""
    return tuple(entry.id) if isinstance(entry.id, list | tuple) else (entry.id,)


def _english(message: Message) -> Any:
    return (message.singular, message.plural) if message.plural else message.singular


def _kept(message: Message, entry: Entry | None, catalogue: Catalog) -> Any:
    """Return the old translation if it has the right number of plural forms, or an empty one."""
    number = catalogue.num_plurals if message.plural else 1
    strings = strings_of(entry) if entry else ()
    if len(strings) != number:
        strings = ("",) * number
    return strings if message.plural else strings[0]
