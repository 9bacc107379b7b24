"""A catalogue in which every message is `x`, to prove that no test of behaviour depends on wording.

`BACKLOT_TESTS_DUMMY_CATALOGUE=1 make test` runs the tests with it, without those marked `wording`.
"""

from pathlib import Path

import django
import message_catalogues as catalogues
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from tests.translation.placeholders import dummy

# Django's own messages, those of forms among them.
DJANGO = [
    *(
        Path(django.__file__).parent / part / "locale/en/LC_MESSAGES"
        for part in ("conf", "contrib/auth", "contrib/admin")
    )
]


def install(folder: Path) -> None:
    """Write catalogues of both domains into a folder for LOCALE_PATHS."""
    for domain in catalogues.DOMAINS:
        made = catalogues.StableCatalog("en", fuzzy=False)
        for source in (*(path / f"{domain}.po" for path in DJANGO), catalogues.path_of("en", domain)):
            _add_dummies(source, made)
        path = catalogues.path_of("en", domain, "mo", folder)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(catalogues.mo_bytes(made))


def _add_dummies(source: Path, made: Catalog) -> None:
    """Add the messages of a `.po` file."""
    if not source.exists():
        return
    with source.open("rb") as file:
        for entry in read_po(file, locale="en"):
            ids = catalogues.ids_of(entry)
            if ids[0]:
                strings = tuple(dummy(text) for text in ids)
                made.add(entry.id, strings if len(ids) > 1 else strings[0], context=entry.context)
