"""Links that bob made, and the browsers of guests who come through them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from generation.models import (
    ShareLink,
    Shot,
    Take,
)
from generation.reviews.sharing import share_links
from generation.reviews.sharing.share_links import Target, Terms
from library.models import Project
from tests.generation.views.conftest import make_take

PASSWORD = "low tide at nine"
Share = Callable[..., ShareLink]


@pytest.fixture(autouse=True)
def _nobody_has_tried(settings: Any) -> None:
    """Tries are counted in a part of the cache that is this test's own."""
    settings.CACHES = {"default": settings.CACHES["default"] | {"KEY_PREFIX": uuid4().hex}}


@pytest.fixture
def shot(project: Project) -> Shot:
    return Shot.objects.create(project=project, code="SHOT-010", title="The ferry")


@pytest.fixture
def take(alice: User, project: Project, shot: Shot) -> Take:
    return make_take(alice, project, shot=shot, prompt="a secret recipe")


@pytest.fixture
def share(bob: User) -> Share:
    """A link made by bob; `password`, and what `Terms` takes."""

    def make(target: Target, *, password: str = "", days: float = 14, **terms: bool) -> ShareLink:
        ends = timezone.now() + timedelta(days=days)
        return share_links.share(target, by=bob, terms=Terms(**terms), expires_at=ends, password=password)

    return make


def prepare(link: ShareLink) -> ShareLink:
    """The copies of its films as if a worker had made them; nothing lies in the storage."""
    link.films.update(made_at=timezone.now())
    return link


def enter(link: ShareLink, name: str = "Greta", *, browser: Client | None = None, **typed: str) -> Client:
    """The browser of a guest who gave this name."""
    browser = browser or Client()
    answer = browser.post(f"{link.get_absolute_url()}enter/", {"name": name, **typed})
    assert (answer.status_code, answer["Location"]) == (302, link.get_absolute_url())
    return browser


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def page_of(link: ShareLink, take: Take) -> str:
    return f"{link.get_absolute_url()}takes/{take.uuid}/"
