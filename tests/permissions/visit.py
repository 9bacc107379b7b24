"""Asks for what a line of the table says, as each person in turn, and undoes whatever that did."""

import json
from collections.abc import Iterator
from http.cookies import SimpleCookie
from typing import Any

from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client

from library import forms
from tests.permissions import changes
from tests.permissions.row import BACK, BUNDLE, GET, LOGIN, PEOPLE, PICTURE, POST, Cell, Row
from tests.permissions.world import World

ADMIN = "admin"


class Visitors:
    """A browser and a session for each person of a world, which is remembered as it was."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.browser = Client(raise_request_exception=False)
        self.sessions = {name: self._session(person) for name, person in world.people.items()}
        self.before = changes.snapshot()

    def differences(self, row: Row) -> Iterator[str]:
        """A sentence for each person who gets something else than the line says."""
        for (role, said), person in zip(row.cells.items(), PEOPLE, strict=True):
            seen = self._cell(row, person)
            if seen != said:
                yield f"{row}: {role} gets {seen}, the table says {said}"

    def status(self, method: str, path: str) -> int:
        """What an administrator gets for a request that carries nothing."""
        with transaction.atomic():
            answer = self._ask(Row(method, path, *[0] * 6), ADMIN)
            transaction.set_rollback(True)
        return answer.status_code

    def status_by_session(self, row: Row) -> int:
        """What an administrator gets for a call whose browser has a session and no token."""
        self.browser.cookies = SimpleCookie({"sessionid": self.sessions[ADMIN]})
        return int(self._send(row, self._filled(row, ADMIN)).status_code)

    def path(self, row: Row) -> str:
        """The line's address with the keys of this world in it."""
        return row.path.format_map(self.world.ids)

    def _cell(self, row: Row, person: str | None) -> Cell:
        with transaction.atomic():
            answer = self._ask(row, person)
            changed = changes.told(self.before, changes.snapshot())
            transaction.set_rollback(True)
        status = answer.status_code
        if status == 302 and not changed:
            if "/login/?next=" in answer["Location"]:
                return LOGIN
            if row.does:
                return BACK
        expected = row.does if status < 400 else ""
        return status if changed == expected else f"{status} {changed or 'changed nothing'}"

    def _ask(self, row: Row, person: str | None) -> HttpResponseBase:
        """Only the session or the token is sent along: messages of earlier answers would stand in the next page."""
        self.browser.cookies = SimpleCookie()
        if row.is_call:
            return self._call(row, person)
        if person:
            self.browser.cookies["sessionid"] = self.sessions[person]
        return self._send(row, self._filled(row, person))

    def _call(self, row: Row, person: str | None) -> HttpResponseBase:
        """As a program sends it."""
        headers = {"Authorization": f"Bearer {self.world.secrets[person]}"} if person else {}
        sent = self._filled(row, person)
        if row.method == GET or any(isinstance(value, SimpleUploadedFile) for value in sent.values()):
            return self._send(row, sent, headers=headers)
        return self._send(row, json.dumps(sent), content_type="application/json", headers=headers)

    def _send(self, row: Row, sent: Any, **how: Any) -> HttpResponseBase:
        ask = getattr(self.browser, row.method.lower())
        return ask(self.path(row), sent if sent or row.method in (GET, POST) else "", **how)

    def _filled(self, row: Row, person: str | None) -> dict[str, Any]:
        kept = (
            forms.keep_file(self.world.people[person], self.world.media, "pier.png").token if person else "-"
        )
        return {
            name: self._value(value, {**self.world.ids, "token": kept}) for name, value in row.sends.items()
        }

    def _value(self, value: Any, known: dict[str, Any]) -> Any:
        files = {PICTURE: ("pier.png", self.world.picture), BUNDLE: ("assets.zip", self.world.bundle)}
        if not isinstance(value, str):
            return value
        return SimpleUploadedFile(*files[value]) if value in files else value.format_map(known)

    def _session(self, person: User) -> str:
        self.browser.cookies = SimpleCookie()
        self.browser.force_login(person)
        return str(self.browser.cookies["sessionid"].value)
