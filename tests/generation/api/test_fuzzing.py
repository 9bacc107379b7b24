"""Whatever a program sends, the APIs answer as their OpenAPI documents say, and never by a fault of their own.

`BACKLOT_FUZZ_EXAMPLES=500` tries more than the few that every run tries.
"""

import os
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
import schemathesis
from django.contrib.auth.models import User
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings, strategies
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from generation import api_tokens
from generation.api import authentication
from generation.models import Job
from library.models import Project
from tests import factories
from tests.generation.composition import cast
from tests.generation.views.conftest import make_take

EXAMPLES = int(os.environ.get("BACKLOT_FUZZ_EXAMPLES", "6"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    unsupported_method,
    ignored_auth,
]
BOUNDED = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def one_connection(db: None) -> Iterator[None]:
    """Requests neither open nor close connections: all of a test happens in one transaction, which is undone."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def known(
    s3: None, one_connection: None, alice: User, project: Project, monkeypatch: pytest.MonkeyPatch
) -> dict[str, list[str]]:
    """What stands in addresses that lead somewhere, by the parameter's name; nobody is told to wait."""
    monkeypatch.setattr(authentication, "REQUESTS", 10**9)
    cast.fill(alice)
    factories.asset(alice, handle="Nova", project=project)
    take = make_take(alice, project)
    jobs = [factories.job(alice, project, status=status) for status in (Job.Status.QUEUED, Job.Status.FAILED)]
    perhaps_sent = {"provider": "sandbox", "frozen_at": timezone.now(), "request_body": b"{}"}
    jobs.append(factories.job(alice, project, status=Job.Status.HELD, **perhaps_sent))
    uuids = [str(job.uuid) for job in jobs]
    return {
        "handle": ["Nova", "@mara", "pier", "walk"],
        "slug": [project.slug],
        "uuid": [*uuids, str(take.uuid), str(take.job.uuid)],
        "task_id": [f"task_{job.uuid.hex}" for job in [*jobs, take.job]],
    }


@pytest.fixture
def token(alice: User) -> dict[str, str]:
    """What a program of alice's sends with each call."""
    _, secret = api_tokens.make(user=alice, name="fuzzer")
    return {"Authorization": f"Bearer {secret}"}


def operations(path: str) -> list[Any]:
    """Every call of the document at this address, as a parameter of a test."""
    # Tests are collected without a database, which the app asks for its tables before it answers anything.
    with patch("config.outages._schema_is_wrong", return_value=False):
        schema = schemathesis.openapi.from_wsgi(path, get_wsgi_application())
    found = [result.ok() for result in schema.get_all_operations()]
    return [pytest.param(one, id=f"{one.method.upper()} {one.path}") for one in found]


@pytest.mark.django_db
@pytest.mark.parametrize("operation", [*operations("/api/v1/openapi.json"), *operations("/v1/openapi.json")])
def test_every_answer_is_in_the_document(
    operation: APIOperation, known: dict[str, list[str]], token: dict[str, str]
) -> None:
    """Two addresses of three lead to something that is there."""

    answered = []

    @BOUNDED
    @given(case=operation.as_strategy(), number=strategies.integers(0, 999))
    def attack(case: Case, number: int) -> None:
        if number % 3:
            for name in case.path_parameters or {}:
                case.path_parameters[name] = known[name][number % len(known[name])]
        answered.append(case.call_and_validate(headers=token, checks=CHECKS).status_code)

    attack()
    assert answered
    assert max(answered) < 500
