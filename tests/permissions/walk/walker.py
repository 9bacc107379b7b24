"""Every request that there is, what the rules say of it, and what came of it."""

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.http import HttpResponseBase

from tests.permissions import changes
from tests.permissions.walk.expected import FOREIGN, MIXED, OWN, expected, is_login
from tests.permissions.walk.places import Place
from tests.permissions.walk.productions import OURS, THEIRS, Visitor
from tests.permissions.walk.world import World

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
# Counted or noted at any request, and of nobody's.
QUIET = re.compile(r'attemptcounter|django_session|"generation_apitoken" SET "last_used_at"')
WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE)\b", re.IGNORECASE)


class Walk:
    """A visitor's requests in a world; each is undone before the next."""

    def __init__(self, world: World, visitor: Visitor) -> None:
        self.world, self.visitor, self.browser = world, visitor, world.browsers[visitor.name]

    def wrong(self, place: Place, method: str, scope: str) -> str:
        """Say what is not as the rules have it; empty when all is."""
        response, changed, foreign = self._request(place, method, scope)
        problems = [
            *self._status_problems(place, method, scope, response),
            *self._content_problems(place, scope, response),
        ]
        if response.status_code >= 400 and changed:
            problems.append(f"refused, and changed {changed}")
        if foreign and not self.visitor.is_admin and not _is_by_secret(place, scope):
            problems.append(f"changed what is foreign: {foreign}")
        where = f"{self.visitor.name}: {method} {place.route} ({scope})"
        return f"{where}: {'; '.join(problems)}" if problems else ""

    def _request(self, place: Place, method: str, scope: str) -> tuple[HttpResponseBase, str, list[str]]:
        written: list[str] = []

        def watch(execute: Any, sql: str, *rest: Any) -> Any:
            if WRITES.match(sql) and not QUIET.search(sql):
                written.append(sql)
            return execute(sql, *rest)

        cookies = deepcopy(self.browser.cookies)
        with transaction.atomic(), connection.execute_wrapper(watch):
            response = self._send(place, method, scope)
            response.text_seen = _text(response)  # type: ignore[attr-defined]
            after = changes.snapshot() if written else None
            transaction.set_rollback(True)
        self.browser.cookies = cookies
        if after is None:
            return response, "", []
        return response, changes.told(self.world.before, after), self.world.untouched(after)

    def _send(self, place: Place, method: str, scope: str) -> HttpResponseBase:
        ours, theirs = self.world.ours, self.world.theirs
        mine, others = ours.values(place.name), theirs.values(place.name)
        path = {OWN: place.path(mine), FOREIGN: place.path(others), MIXED: place.path(mine, others)}[scope]
        fields = (ours if scope == OWN else theirs).fields()
        send = getattr(self.browser, method.lower())
        if place.is_call:
            return self._call(place, send, path, method, fields)
        if method in ("GET", "HEAD"):
            return send(path, {name: fields[name] for name in QUERY} if scope == MIXED else {})
        return send(path, fields) if method == "POST" else send(path)

    def _call(
        self, place: Place, send: Any, path: str, method: str, fields: dict[str, Any]
    ) -> HttpResponseBase:
        secret = self.visitor.secret
        headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        if method in ("GET", "HEAD"):
            return send(path, headers=headers)
        if place.route.endswith(("assets", "versions")) and method == "POST":
            form = {
                "files": SimpleUploadedFile("pier.png", b"no picture"),
                "handle": "Pier",
                "project": fields["project"],
            }
            return send(path, form, headers=headers)
        # Ninja reads a body before anything is looked up, so each call gets one that its schema takes.
        action = place.route.rpartition("/")[2]
        body = BODIES.get(action, ASKED | {"project": fields["project"]})
        return send(path, json.dumps(body), content_type="application/json", headers=headers)

    def _status_problems(
        self, place: Place, method: str, scope: str, response: HttpResponseBase
    ) -> Iterator[str]:
        seen = f"{response.status_code}{' to the log-in' if is_login(response) else ''}"
        wanted = expected(self.visitor, place, method, scope)
        if not wanted(response):
            yield f"gets {seen}, the rules say {wanted.__name__}"

    def _content_problems(self, place: Place, scope: str, response: HttpResponseBase) -> Iterator[str]:
        text = response.text_seen.lower()  # type: ignore[attr-defined]
        if THEIRS.lower() in text and not self.visitor.is_admin and not _is_by_secret(place, scope):
            yield "is shown what is foreign"
        knows_ours = self.visitor.role or self.visitor.is_admin or _is_by_secret(place, FOREIGN)
        if OURS.lower() in text and not knows_ours:
            yield "is shown what is ours"


QUERY = (
    "project", "take", "a", "b", "playlist", "shot", "handle", "asset", "collection", "person", "note", "from", "job",
)  # fmt: skip
ASKED = {"prompt": "a harbour", "model": "skyreels-v4-fast", "duration": 5, "resolution": "480p"}
BODIES: dict[str, dict[str, Any]] = {
    "notes": {"text": "Look"},
    "verdict": {"decision": "approved"},
    "promote": {"handle": "Ferry"},
    "resolve": {"action": "write_off", "paid": True},
    "cancel": {},
    "retry": {},
    "projects": {"name": "Night Ferry"},
    "<handle>": {"title": "Storm"},
}


def _text(response: HttpResponseBase) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
    return content.decode("utf-8", "replace")


def _is_by_secret(place: Place, scope: str) -> bool:
    """Whether the URL is one whole secret, which opens to everybody what it is about; a mixed one opens nothing."""
    return scope != MIXED and place.route.startswith(("s/", "unsubscribe/", "hooks/"))
