"""Every path to a submit, with everything that refuses it: nothing is written, so nothing can be sent."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from generation import lifecycle
from generation.lifecycle.spending.checks import may_make
from generation.models import Job, LedgerEntry
from generation.sandbox.server import SandboxServer
from library.models import Membership, Project
from tests import factories
from tests.generation.spending.paths import (
    CALLS,
    OWN_CALLS,
    PAGES,
    SEND_CALLS,
    SEND_PAGES,
    TAKE,
    Stage,
    stage,
)
from tests.permissions import changes

LITTLE = Decimal("0.10")
Path = Callable[[Stage], HttpResponse]
LOGIN = "/login/?next="


@pytest.fixture
def bobs(alice: User, bob: User, project: Project) -> Stage:
    """bob edits in alice's project."""
    return stage(bob, alice, project)


def no_budget(on: Stage, settings: Any) -> None:
    Project.objects.filter(pk=on.project.pk).update(budget_usd=LITTLE)


def personal_budget_used(on: Stage, settings: Any) -> None:
    Project.objects.filter(pk=on.project.pk).update(charged_to=User.objects.get(username="alice"))
    settings.PERSONAL_BUDGET_USD = LITTLE


def member_limit_reached(on: Stage, settings: Any) -> None:
    Membership.objects.filter(user=on.user).update(monthly_limit_usd=LITTLE)


def cap_reached(on: Stage, settings: Any) -> None:
    settings.MONTHLY_CAP_USD = LITTLE


def too_many_jobs(on: Stage, settings: Any) -> None:
    settings.JOBS_PER_HOUR = 1


LIMITS: dict[str, tuple[Callable[[Stage, Any], None], int, str]] = {
    "no budget left": (no_budget, 402, "budget_exceeded"),
    "personal budget used": (personal_budget_used, 402, "personal_budget_exceeded"),
    "member limit reached": (member_limit_reached, 402, "member_limit_exceeded"),
    "cap reached": (cap_reached, 402, "monthly_cap_exceeded"),
    "too many jobs": (too_many_jobs, 429, "too_many_jobs"),
}


class Watched:
    """The database and the provider before a series of requests that are all to be refused."""

    def __init__(self, sandbox: SandboxServer) -> None:
        self.sandbox, self.tasks, self.before = sandbox, len(sandbox.tasks()), changes.snapshot()

    def refused(
        self, paths: dict[str, Path], on: Stage, says: Callable[[HttpResponse], Any]
    ) -> dict[str, Any]:
        """What each path came to: `says` of its response, and what it changed, which should be nothing."""
        seen = {}
        for name, ask in paths.items():
            response = ask(on)
            changed = changes.told(self.before, changes.snapshot())
            seen[name] = f"changed {changed}" if changed else says(response)
        lifecycle.submit_next(0)
        assert len(self.sandbox.tasks()) == self.tasks
        return seen


def error(response: HttpResponse) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


def page_error(response: HttpResponse) -> str:
    """How a page refuses: the form again, the desk again, or back with a message."""
    return {422: "form", 409: "desk", 302: "back"}.get(response.status_code, str(response.status_code))


FORM_AGAIN = dict.fromkeys(PAGES, "form") | {"retry": "back", "resubmit": "desk"}


@pytest.mark.parametrize("reason", LIMITS)
def test_a_limit_refuses_every_path(bobs: Stage, sandbox: SandboxServer, settings: Any, reason: str) -> None:
    reach, status, code = LIMITS[reason]
    reach(bobs, settings)
    watched = Watched(sandbox)
    assert watched.refused(PAGES, bobs, page_error) == FORM_AGAIN
    assert watched.refused(CALLS, bobs, error) == dict.fromkeys(CALLS, (status, code))


@pytest.mark.parametrize("reason", ["personal budget used", "cap reached", "too many jobs"])
@pytest.mark.parametrize("name", ["bob", "vera", "charlie"])
def test_a_personal_project_is_no_way_around(
    alice: User, project: Project, sandbox: SandboxServer, settings: Any, name: str, reason: str
) -> None:
    """Not for an editor, nor for who only looks, nor for an account in no project; and none is made on the way."""
    user = User.objects.filter(username=name).first() or factories.person(name)
    on = stage(user, alice, project)
    reach, status, code = LIMITS[reason]
    reach(on, settings)
    assert Watched(sandbox).refused(OWN_CALLS, on, error) == dict.fromkeys(OWN_CALLS, (status, code))


def test_a_viewer_queues_nothing(alice: User, vera: User, project: Project, sandbox: SandboxServer) -> None:
    on, watched = stage(vera, alice, project), Watched(sandbox)
    pages, calls = PAGES | SEND_PAGES, CALLS | SEND_CALLS
    assert watched.refused(pages, on, lambda got: got.status_code) == dict.fromkeys(pages, 403)
    assert watched.refused(calls, on, error) == dict.fromkeys(calls, (403, "forbidden"))


def test_an_outsider_finds_nothing(
    alice: User, charlie: User, project: Project, sandbox: SandboxServer
) -> None:
    on, watched = stage(charlie, alice, project), Watched(sandbox)
    pages, calls = PAGES | SEND_PAGES, CALLS | SEND_CALLS
    assert watched.refused(pages, on, lambda got: got.status_code) == dict.fromkeys(pages, 404)
    assert watched.refused(calls, on, error) == dict.fromkeys(calls, (404, "not_found"))


def test_a_removed_member_finds_nothing(bobs: Stage, sandbox: SandboxServer) -> None:
    Membership.objects.filter(user=bobs.user).delete()
    watched = Watched(sandbox)
    pages, calls = PAGES | SEND_PAGES, CALLS | SEND_CALLS
    assert watched.refused(pages, bobs, lambda got: got.status_code) == dict.fromkeys(pages, 404)
    assert watched.refused(calls, bobs, error) == dict.fromkeys(calls, (404, "not_found"))


def test_a_read_only_token_queues_nothing(
    alice: User, bob: User, project: Project, sandbox: SandboxServer
) -> None:
    on = stage(bob, alice, project, can_write=False)
    calls = CALLS | OWN_CALLS | SEND_CALLS
    seen = Watched(sandbox).refused(calls, on, error)
    assert seen == dict.fromkeys(calls, (403, "read_only_token"))


def test_a_deactivated_account_queues_nothing(bobs: Stage, sandbox: SandboxServer) -> None:
    User.objects.filter(pk=bobs.user.pk).update(is_active=False)
    watched = Watched(sandbox)
    pages, calls = PAGES | SEND_PAGES, CALLS | OWN_CALLS | SEND_CALLS
    seen = watched.refused(
        pages, bobs, lambda got: 403 if LOGIN in got.get("Location", "") else got.status_code
    )
    assert seen == dict.fromkeys(pages, 403)
    assert watched.refused(calls, bobs, error) == dict.fromkeys(calls, (401, "invalid_token"))


@pytest.mark.parametrize("path", [*PAGES, *CALLS, *OWN_CALLS])
def test_without_a_limit_in_the_way_each_path_queues(bobs: Stage, path: str) -> None:
    """Or the refusals above would say nothing."""
    before = set(Job.objects.exclude(status=Job.Status.DRAFT).values_list("pk", flat=True))
    response = (PAGES | CALLS | OWN_CALLS)[path](bobs)
    assert response.status_code in {200, 201, 302}, response.content
    made = Job.objects.exclude(status=Job.Status.DRAFT).exclude(pk__in=before)
    assert {(job.status, job.created_by, job.ledger.estimate_usd) for job in made} == {
        ("queued", bobs.user, Decimal("1.40") if path == "final" else Decimal(TAKE))
    }


@pytest.mark.parametrize(("short", "status"), [("0", 302), ("0.0001", 422)])
def test_exactly_what_is_left_may_be_spent(bobs: Stage, settings: Any, short: str, status: int) -> None:
    settings.MONTHLY_CAP_USD = LedgerEntry.objects.all().committed() + Decimal(TAKE) - Decimal(short)
    assert PAGES["compose"](bobs).status_code == status


def test_too_many_jobs_says_when_to_come_back(bobs: Stage, settings: Any) -> None:
    settings.JOBS_PER_HOUR = 1
    response = CALLS["/v1 submit"](bobs)
    assert 3590 <= int(response.headers["Retry-After"]) <= 3600
    page = PAGES["compose"](bobs).content.decode()
    assert "A user may queue at most 1 takes per hour; you have queued 1. Try again in 60 minutes." in page


def test_no_limit_on_jobs_per_hour_when_it_is_zero(bobs: Stage, settings: Any) -> None:
    settings.JOBS_PER_HOUR = 0
    assert CALLS["/api/v1 jobs"](bobs).status_code == 201


def test_a_client_without_a_session_or_token_queues_nothing(bobs: Stage, sandbox: SandboxServer) -> None:
    bobs.page, bobs.api = Client(), Client()
    watched = Watched(sandbox)
    assert set(watched.refused(CALLS | OWN_CALLS, bobs, error).values()) == {(401, "invalid_token")}
    codes = watched.refused(PAGES, bobs, lambda got: got.status_code)
    assert set(codes.values()) <= {302, 403}


def test_owners_and_editors_make_takes(
    project: Project, alice: User, bob: User, rita: User, vera: User
) -> None:
    assert [may_make(user, project) for user in (alice, bob, rita, vera)] == [True, True, False, False]
