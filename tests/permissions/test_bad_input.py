"""No query, form or body breaks a page: every URL of the permission table with hostile values in every parameter.

Asked by alice, who owns the project. What such input is answered is for other tests; here nothing may be answered with
a status from 500 on that the same URL does not have without it.
"""

import json
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django import forms
from django.conf import settings
from django.db import transaction
from django.http import HttpResponseBase
from django.urls import resolve

from library.storage import ObjectMissing
from tests.permissions.row import GET, Row
from tests.permissions.table import PARTS
from tests.permissions.visit import Visitors
from tests.permissions.world import World

pytestmark = pytest.mark.system

READ = re.compile(
    r"""(?:GET|POST|FILES)(?:\.get(?:list)?\(|\[)\s*"(\w+)"|wanted\(request, "(\w+)"|number_in\(request, "(\w+)\""""
)
HOSTILE = [
    "",
    "a\0b",
    "\u200b\u2060",
    "-1",
    "9" * 30,
    "9" * 5000,
    "1e999",
    "NaN",
    "²",  # a digit to `isdigit`, and none to `int`
    "٣",  # a digit to `isdecimal`, and to `int`
    "0" * 32,
    "not-a-uuid",
    "0001-01-01",
    "9999-12-31",
    "99:99:99.99",
    "[[[null]]]",
    '{"a": NaN}',
    "[" * 5000,
    "x" * 20_000,
]
HOSTILE_JSON: list[Any] = [
    None,
    True,
    -1,
    1.5,
    2**63,
    1e308,
    "",
    "a\0b",
    "\u200b",
    "\ud800",
    "x" * 5000,
    "²",
    "9" * 5000,
    "0001-01-01",
    "9999-12-31",
    [],
    [None],
    [[]],
    ["x"] * 300,
    [{}],
    {},
    {"a": {"b": {"c": []}}},
]


def parameter_names() -> list[str]:
    """Every parameter that a view reads by name, and every field of every form."""
    found = {"live", "cursor", "page", "before", "after", "next", "_popup", "o", "q", "p", "e"}
    for folder in ("generation", "library"):
        for path in (settings.BASE_DIR / folder).rglob("*.py"):
            found |= {name for names in READ.findall(path.read_text()) for name in names if name}
    waiting: list[Any] = [forms.BaseForm]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.__module__.startswith(("generation.", "library.")):
            found |= set(getattr(kind, "base_fields", {}))
    return sorted(found - {"csrfmiddlewaretoken"})


NAMES = parameter_names()


class Attacker(Visitors):
    """Sends what nobody should, as somebody who may do much, and undoes whatever that did."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.broken: list[str] = []
        self.asked = 0

    def attack(self, row: Row, person: str) -> None:
        """A row's URL with hostile parameters; what breaks is noted once for each kind of fault."""
        usual = self._answer(row, person, self._filled(row, person), "").status_code
        for what, sent, query in self._variants(row, person):
            answer = self._answer(row, person, sent, query)
            if answer.status_code >= 500 and answer.status_code != usual:
                error = getattr(answer, "exc_info", None)
                told = repr(error[1])[:200] if error else ""
                self.broken.append(
                    f"{row.method} {row.path} as {person}: {what}: {answer.status_code} {told}"
                )

    def _variants(self, row: Row, person: str) -> Iterator[tuple[str, dict[str, Any], str]]:
        """What is wrong, what is sent instead, and the query."""
        usual = self._filled(row, person)
        if row.method == GET or row.is_call:
            for value in HOSTILE:
                yield f"every parameter {value[:20]!r}", usual, _query(NAMES, value)
            for name in _read_by(self.path(row)):
                yield f"{name} alone", usual, urlencode({name: "x"})
        if row.method == GET:
            return
        for name in usual:
            yield f"without {name}", {key: value for key, value in usual.items() if key != name}, ""
            for value in HOSTILE_JSON if row.is_call and not _has_files(usual) else HOSTILE:
                yield f"{name} {str(value)[:20]!r}", usual | {name: value}, ""
        if not row.is_call:
            yield "nothing", {}, ""
            for value in HOSTILE:
                yield f"every field {value[:20]!r}", {name: [value, value] for name in NAMES}, ""

    def _answer(self, row: Row, person: str, sent: dict[str, Any], query: str) -> HttpResponseBase:
        self.asked += 1
        path = self.path(row)
        path += f"{'&' if '?' in path else '?'}{query}" if query else ""
        self.browser.cookies.clear()
        how: dict[str, Any] = {}
        if row.is_call:
            how["headers"] = {"Authorization": f"Bearer {self.world.secrets[person]}"}
            if row.method != GET and not _has_files(sent):
                sent, how["content_type"] = json.dumps(sent), "application/json"  # type: ignore[assignment]
        else:
            self.browser.cookies["sessionid"] = self.sessions[person]
        with transaction.atomic():
            answer = getattr(self.browser, row.method.lower())(path, sent, **how)
            if answer.streaming:
                # The takes of this world have no film, which is no fault of what was sent.
                with suppress(ObjectMissing):
                    list(answer)
            transaction.set_rollback(True)
        return answer


def _read_by(path: str) -> set[str]:
    """The parameters that the module of the view reads."""
    module = sys.modules[getattr(resolve(path.partition("?")[0]).func, "__module__", __name__)]
    return {name for names in READ.findall(Path(str(module.__file__)).read_text()) for name in names if name}


def _query(names: list[str], value: str) -> str:
    return urlencode({name: value[:200] for name in names}, errors="surrogatepass")


def _has_files(sent: dict[str, Any]) -> bool:
    return any(hasattr(value, "read") for value in sent.values())


@pytest.fixture
def attacker(db: None, s3: None) -> Attacker:
    return Attacker(World())


@pytest.mark.parametrize("part", PARTS)
def test_hostile_parameters_break_no_page(attacker: Attacker, part: str) -> None:
    done = set()
    for row in PARTS[part]:
        kind = (row.method, resolve(attacker.path(row).partition("?")[0]).route, *sorted(row.sends))
        if kind not in done:
            attacker.attack(row, "alice")
        done.add(kind)
    if attacker.broken:
        pytest.fail("\n".join(attacker.broken), pytrace=False)
    assert attacker.asked > len(PARTS[part])
