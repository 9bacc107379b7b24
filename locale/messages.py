"""Extract, check, merge and compile the translations; docs/translating.md describes the work.

python locale/messages.py update                 extract all messages, write .po and .mo
python locale/messages.py missing [FOLDER …]     print untranslated messages as JSON, by source folder
python locale/messages.py merge FILE …           put the translations of JSON files into zh_Hans
"""

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import message_catalogues as catalogues
from babel.messages.catalog import Catalog
from message_sources import ROOT, messages_of

TARGET = "zh_Hans"
CONTEXT = "\x04"  # between context and msgid, as in .mo files


def update(folder: Path = catalogues.LOCALE, root: Path = ROOT) -> None:
    """Write every catalogue from the source code and the translations that it has already."""
    for domain in catalogues.DOMAINS:
        messages = messages_of(domain, root)
        for language in catalogues.LANGUAGES:
            old = catalogues.read(language, domain, folder)
            write(catalogues.updated(language, messages, old), language, domain, folder)


def write(catalogue: Catalog, language: str, domain: str, folder: Path = catalogues.LOCALE) -> None:
    """Write `.po` and `.mo`."""
    path = catalogues.path_of(language, domain, folder=folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(catalogues.po_bytes(catalogue))
    path.with_suffix(".mo").write_bytes(catalogues.mo_bytes(catalogue))


def missing(folders: Iterable[str] = (), folder: Path = catalogues.LOCALE) -> dict[str, dict[str, Any]]:
    """Return the untranslated messages by source folder, in the form that `merge` takes.

    A message is listed under the folder of its first file. With `folders`, only messages of files below them.
    """
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    starts = tuple(f"{name.rstrip('/')}/" for name in folders)
    for domain in catalogues.DOMAINS:
        for entry in catalogues.read(TARGET, domain, folder):
            files = [name for name, _ in entry.locations]
            if not entry.id or catalogues.is_translated(entry) or not _is_below(files, starts):
                continue
            ids = catalogues.ids_of(entry)
            name = f"{entry.context}{CONTEXT}{ids[0]}" if entry.context else ids[0]
            found[str(Path(files[0]).parent)][name] = [""] if len(ids) > 1 else ""
    return dict(sorted(found.items()))


def merge(translations: dict[str, Any], folder: Path = catalogues.LOCALE) -> list[str]:
    """Put translations into the catalogues and return the keys that no catalogue has.

    A key is a msgid, or context, U+0004 and msgid; a value is a text, or a list with one for each plural form.
    """
    unknown = set(translations)
    for domain in catalogues.DOMAINS:
        catalogue = catalogues.read(TARGET, domain, folder)
        for name, text in translations.items():
            context, _, msgid = name.rpartition(CONTEXT)
            entry = catalogue.get(msgid, context or None)
            if entry is not None:
                entry.string = tuple(text) if isinstance(text, list) else text
                unknown.discard(name)
        write(catalogue_of(catalogue), TARGET, domain, folder)
    return sorted(unknown)


def catalogue_of(old: Catalog) -> Catalog:
    """Return the same messages with the stable header."""
    made = catalogues.StableCatalog(str(old.locale), header_comment=catalogues.HEADER, fuzzy=False)
    for entry in old:
        if entry.id:
            made[entry.id] = entry
    return made


def _is_below(files: list[str], starts: tuple[str, ...]) -> bool:
    return not starts or any(name.startswith(starts) for name in files)


def main(arguments: list[str]) -> int:
    """Run one of the commands; return the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", choices=("update", "missing", "merge"))
    parser.add_argument("names", nargs="*", help="source folders of `missing`, JSON files of `merge`")
    chosen = parser.parse_args(arguments)
    if chosen.command == "update":
        update()
    elif chosen.command == "missing":
        print(json.dumps(missing(chosen.names), ensure_ascii=False, indent=2))
    else:
        unknown = [
            key for name in chosen.names for key in merge(json.loads(Path(name).read_text(encoding="utf-8")))
        ]
        for key in unknown:
            print(f"no such message: {key!r}", file=sys.stderr)
        return bool(unknown)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
