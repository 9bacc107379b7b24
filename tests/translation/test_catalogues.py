"""The catalogues are complete, current and keep what their messages have."""

import message_catalogues as catalogues
import pytest
from babel.messages.catalog import Catalog
from babel.messages.catalog import Message as Entry
from message_sources import messages_of

from tests.translation.placeholders import dummy, kept

EVERY = [(language, domain) for language in catalogues.LANGUAGES for domain in catalogues.DOMAINS]


@pytest.fixture(scope="module")
def read() -> dict[tuple[str, str], Catalog]:
    return {(language, domain): catalogues.read(language, domain) for language, domain in EVERY}


def entries(catalogue: Catalog) -> list[Entry]:
    return [entry for entry in catalogue if entry.id]


def test_every_message_of_the_source_is_translated(read) -> None:
    wanting = []
    for (language, domain), catalogue in read.items():
        for message in messages_of(domain).values():
            entry = catalogue.get(message.singular, message.context or None)
            if entry is None or not catalogues.is_translated(entry):
                wanting.append(f"{language}: {message.singular!r} of {', '.join(sorted(message.files))}")
    assert not wanting, "\n".join(["run `make messages` and translate:", *wanting])


@pytest.mark.parametrize(("language", "domain"), EVERY)
def test_a_catalogue_is_what_extraction_writes(read, language: str, domain: str) -> None:
    fresh = catalogues.updated(language, messages_of(domain), read[language, domain])
    is_current = catalogues.path_of(language, domain).read_bytes() == catalogues.po_bytes(fresh)
    assert is_current, "run `make messages`"


@pytest.mark.parametrize(("language", "domain"), EVERY)
def test_the_compiled_catalogue_is_current(read, language: str, domain: str) -> None:
    compiled = catalogues.path_of(language, domain, "mo").read_bytes()
    assert compiled == catalogues.mo_bytes(read[language, domain]), "run `make messages`"


@pytest.mark.parametrize(("language", "domain"), EVERY)
def test_translations_keep_placeholders_and_tags(read, language: str, domain: str) -> None:
    wrong = []
    for entry in entries(read[language, domain]):
        allowed = [kept(text) for text in catalogues.ids_of(entry)]
        # A plural form may leave out the number, as the English singular does; other forms follow the plural.
        wrong += [
            (entry.id, text) for text in catalogues.strings_of(entry) if text and kept(text) not in allowed
        ]
    assert not wrong


@pytest.mark.parametrize(("language", "domain"), EVERY)
def test_no_translation_is_a_guess(read, language: str, domain: str) -> None:
    assert [entry.id for entry in entries(read[language, domain]) if entry.fuzzy] == []


@pytest.mark.parametrize("domain", catalogues.DOMAINS)
def test_english_says_what_the_source_says(read, domain: str) -> None:
    assert all(
        catalogues.strings_of(entry) == catalogues.ids_of(entry) for entry in entries(read["en", domain])
    )


def test_a_dummy_keeps_what_the_message_needs() -> None:
    assert dummy("Add %(count)s takes to <b>%(name)s</b>, 100%%") == "x %(count)s <b> %(name)s </b> %%"
    assert dummy("Save") == "x"
    assert kept("%(b)s of %(a)d") == kept("%(a)d: %(b)s")
