"""What a visitor has to get, as a predicate of responses that is named after it."""

from typing import Any

from django.http import HttpResponseBase

from tests.permissions.walk.places import Place
from tests.permissions.walk.productions import Visitor
from tests.permissions.walk.rules import ACCOUNT, ADMIN, AUTHOR, MEMBERS, PERSONAL, PUBLIC, READS, STAFF, Who

OWN, FOREIGN, MIXED = "own", "foreign", "mixed"
ANSWERED = {200, 201, 204, 302, 400, 404, 409, 413, 422}


def expected(visitor: Visitor, place: Place, method: str, scope: str) -> Any:
    """Return a predicate of responses, named after what it expects."""
    who = place.rule.get("GET" if method == "HEAD" else method)
    if place.is_call and not visitor.is_active:
        return unauthorised if who and method != "HEAD" else refused_method_or_401
    if who is None or method == "HEAD":
        # Pages that are read alone take HEAD as well; what it gets is what GET gets.
        if who and not place.is_call and (visitor.is_active or who == PUBLIC):
            return refused_method_or(expected(visitor, place, "GET", scope))
        return refused_method if visitor.is_active or who == PUBLIC else refused_method_or_login
    if who == PUBLIC:
        return public
    if not visitor.is_active or (not place.is_call and "token" in visitor.name):
        return login
    if place.route not in READS and not visitor.can_write and method not in ("GET", "HEAD"):
        return forbidden_or_hidden
    return _expected_of(visitor, who, scope)


def _expected_of(visitor: Visitor, who: Who, scope: str) -> Any:
    if who == ACCOUNT:
        return no_failure
    if who == ADMIN:
        return answered if visitor.is_admin else forbidden
    if who == STAFF:
        return answered if visitor.is_admin or visitor.name == "staff" else forbidden
    if who == PERSONAL:
        mine = visitor.role == "editor" and scope != FOREIGN
        return answered if mine else hidden
    if visitor.is_admin:
        return no_failure
    if not visitor.role or scope == FOREIGN:
        return hidden
    allowed = visitor.role == "editor" if who == AUTHOR else visitor.role in who
    assert who == AUTHOR or set(who) <= MEMBERS
    if scope == MIXED:
        return no_failure if allowed else forbidden_or_hidden
    return answered if allowed else forbidden


def is_login(response: HttpResponseBase) -> bool:
    return response.status_code == 302 and response["Location"].startswith("/login/")


def refused_method_or(wanted: Any) -> Any:
    def check(response: HttpResponseBase) -> bool:
        return response.status_code == 405 or wanted(response)

    check.__name__ = f"405 or {wanted.__name__}"
    return check


def refused_method(response: HttpResponseBase) -> bool:
    return response.status_code == 405


def refused_method_or_login(response: HttpResponseBase) -> bool:
    return response.status_code == 405 or login(response)


def refused_method_or_401(response: HttpResponseBase) -> bool:
    return response.status_code in (401, 405)


def unauthorised(response: HttpResponseBase) -> bool:
    return response.status_code == 401


def login(response: HttpResponseBase) -> bool:
    """What was typed is kept: a POST of somebody who was logged out meanwhile is 403 with it."""
    return is_login(response) or (response.status_code == 403 and response.wsgi_request.method == "POST")  # type: ignore[attr-defined]


def public(response: HttpResponseBase) -> bool:
    return response.status_code in ANSWERED | {403, 405, 410, 429, 503} and not is_login(response)


def forbidden(response: HttpResponseBase) -> bool:
    return response.status_code == 403


def forbidden_or_hidden(response: HttpResponseBase) -> bool:
    """Nothing is written by a read-only token; what is foreign may be hidden before that is said."""
    return response.status_code in (403, 404)


def hidden(response: HttpResponseBase) -> bool:
    return response.status_code == 404


def answered(response: HttpResponseBase) -> bool:
    return response.status_code in ANSWERED | {405, 503} - {404} and not is_login(response)


def no_failure(response: HttpResponseBase) -> bool:
    return response.status_code < 500 or response.status_code == 503
