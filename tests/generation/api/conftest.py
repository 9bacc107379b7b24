"""Programs that call the APIs, each with somebody's token."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from generation import api_tokens
from library.models import Project

Program = Callable[..., Client]


@pytest.fixture
def program(db: None) -> Program:
    """A program with a token of this person; `can_write` and `project` limit it. Nobody's has no token."""

    def make(name: str | None, **limits: Any) -> Client:
        if name is None:
            return Client()
        user = User.objects.get(username=name)
        _, secret = api_tokens.make(user=user, name="program", **limits)
        return Client(headers={"Authorization": f"Bearer {secret}"})

    return make


@pytest.fixture
def alices(alice: User, project: Project, program: Program) -> Client:
    """A program that may do all that alice may."""
    return program("alice")


def error_of(answer: Any) -> tuple[int, str, str | None]:
    """Status, code and field of an error, whose shape is checked on the way."""
    error = answer.json()["error"]
    assert list(answer.json()) == ["error"]
    assert set(error) == {"code", "type", "message", "param"}
    assert error["message"]
    return answer.status_code, error["code"], error["param"]
