"""Makers of what the pages show, and a browser without scripts for each person."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client

from generation.models import Job, JobEvent, Take
from library.models import Project
from tests import factories
from tests.generation.composition import cast

Visit = Callable[[str | None], Client]


@pytest.fixture
def visit() -> Visit:
    """A browser that is logged in as somebody, or as nobody."""

    def log_in(name: str | None) -> Client:
        client = Client()
        if name:
            client.force_login(User.objects.get(username=name))
        return client

    return log_in


@pytest.fixture
def as_alice(alice: User, project: Project, visit: Visit) -> Client:
    return visit("alice")


def make_take(by: User, project: Project, **fields: Any) -> Take:
    """A finished job and its take; nothing lies in the storage."""
    shot = fields.pop("shot", None)
    job = factories.job(by, project, status=Job.Status.SUCCEEDED, shot=shot, **fields)
    JobEvent.objects.create(job=job, status=job.status, code="stored", by=by)
    number = Take.objects.filter(project=project, shot=shot).count() + 1
    name = uuid4().hex
    return Take.objects.create(
        job=job, project=project, shot=shot, number=number, key=f"takes/{name}.mp4", poster_key=f"takes/{name}.webp",
        sha256=name * 2, size=350_000, width=848, height=480, seconds=5.0, fps=24.0, frames=120, codec="h264",
    )  # fmt: skip


def composed(**changes: Any) -> dict[str, Any]:
    """What the composer's form sends."""
    return {
        "prompt": "a harbour at dusk",
        "model": "skyreels-v4-fast",
        "resolution": "480p",
        "aspect_ratio": "16:9",
        "duration": "5",
        "prompt_optimizer": "on",
        "shot": "",
        "form_key": str(uuid4()),
    } | changes


@pytest.fixture
def editor(as_alice: Client, alice: User) -> Client:
    """alice with a small library."""
    cast.fill(alice)
    return as_alice
