"""Every way in which a user or a client has jobs queued, each as one request.

`test_every_caller_has_a_path` names the callers in the code that none of these reaches: add a line here then.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from generation import api_tokens, lifecycle
from generation.composition import Settings
from generation.models import Job, LedgerEntry, Note, Take
from generation.models.job_codes import HoldCode
from library.models import Project, Role
from tests import factories
from tests.generation.views.conftest import composed, make_take

COMPOSER = "/projects/harbour-lights/new/"
TAKE = "0.32"  # US dollars for what `composed` asks for


@dataclass
class Stage:
    """A user who queues, by page and by token, and what there is to start from: everything is alice's but the draft."""

    user: User
    page: Client
    api: Client
    project: Project
    take: Take
    note: Note
    failed: Job
    held: Job
    unsent: Job
    draft: UUID


def stage(user: User, alice: User, project: Project, *, can_write: bool = True) -> Stage:
    """One of everything; the user has queued one job in the last hour."""
    take = make_take(alice, project)
    page = Client()
    page.force_login(user)
    _, secret = api_tokens.make(user=user, name="client", can_write=can_write)
    draft = uuid4()
    lifecycle.save_draft(by=user, project=project, prompt="rain", settings=Settings(), form_key=draft)
    factories.job(user, project, status=Job.Status.CANCELLED)
    LedgerEntry.objects.filter(job__created_by=user).update(state="refunded", actual_usd=0)
    return Stage(
        user=user,
        page=page,
        api=Client(headers={"Authorization": f"Bearer {secret}"}),
        project=project,
        take=take,
        note=Note.objects.create(take=take, author=alice, text="Warmer"),
        failed=factories.job(alice, project, status=Job.Status.FAILED),
        held=_held(alice, project, frozen_at=timezone.now()),
        unsent=_held(alice, project),
        draft=draft,
    )


def _held(by: User, project: Project, **fields: Any) -> Job:
    values = {"provider": "sandbox", "hold_code": HoldCode.SUBMIT_INTERRUPTED} | fields
    return factories.job(by, project, status=Job.Status.HELD, **values)


def _compose(**typed: Any) -> Callable[[Stage], HttpResponse]:
    return lambda on: on.page.post(COMPOSER, composed(**typed))


def _batch(on: Stage, **typed: Any) -> HttpResponse:
    return on.page.post(COMPOSER, composed(takes="3", agreed="3:0.9600", **typed))


def _shot_table(on: Stage) -> HttpResponse:
    sent = composed(table="prompt\nA quay at dusk", takes="1", queue="1", agreed="1:0.3200")
    return on.page.post("/projects/harbour-lights/shots/table/", sent)


def _final(on: Stage) -> HttpResponse:
    dear = {"model": "skyreels-v4-std", "resolution": "1080p"}
    return on.page.post(COMPOSER, composed(made_from=str(on.take.uuid), **dear))


def _call(path: str, **body: Any) -> Callable[[Stage], HttpResponse]:
    def send(on: Stage) -> HttpResponse:
        address = path.format(failed=on.failed.uuid, held=on.held.uuid, unsent=on.unsent.uuid)
        return on.api.post(address, json.dumps(body), content_type="application/json")

    return send


WISH = {"model": "skyreels-v4-fast", "prompt": "a harbour at dusk", "resolution": "480p"}
HERE = {"project": "harbour-lights"}

PAGES: dict[str, Callable[[Stage], HttpResponse]] = {
    "compose": _compose(),
    "compose, a new shot": _compose(shot="099"),
    "compose a batch": _batch,
    "generate a draft": lambda on: on.page.post(COMPOSER, composed(form_key=str(on.draft))),
    "generate a draft as a batch": lambda on: _batch(on, form_key=str(on.draft)),
    "shot table": _shot_table,
    "use again or vary": lambda on: on.page.post(COMPOSER, composed(made_from=str(on.take.uuid))),
    "final": _final,
    "answer a note": lambda on: on.page.post(COMPOSER, composed(answers=str(on.note.uuid))),
    "retry": lambda on: on.page.post(f"/jobs/{on.failed.uuid}/retry/", {"form_key": str(uuid4())}),
    "resubmit": lambda on: on.page.post(f"/jobs/{on.held.uuid}/resolve/", {"action": "send", "agreed": "1"}),
}
CALLS: dict[str, Callable[[Stage], HttpResponse]] = {
    "/v1 submit": _call("/v1/videos/generations", **WISH, metadata=HERE),
    "/v1 submit, a new shot": _call("/v1/videos/generations", **WISH, metadata=HERE | {"shot": "099"}),
    "/api/v1 jobs": _call("/api/v1/jobs", **WISH, **HERE),
    "/api/v1 retry": _call("/api/v1/jobs/{failed}/retry"),
    "/api/v1 resubmit": _call("/api/v1/jobs/{held}/resolve", action="send"),
}
# Into the caller's own project, which does not exist yet.
OWN_CALLS = {
    "/v1 submit without metadata": _call("/v1/videos/generations", **WISH),
    "/api/v1 jobs without a project": _call("/api/v1/jobs", **WISH),
}
# A job that was never sent goes back into the queue: it is counted already, so only rights can refuse it.
SEND_PAGES: dict[str, Callable[[Stage], HttpResponse]] = {
    "send what was not sent": lambda on: on.page.post(f"/jobs/{on.unsent.uuid}/resolve/", {"action": "ask"}),
}
SEND_CALLS = {"/api/v1 send what was not sent": _call("/api/v1/jobs/{unsent}/resolve", action="ask")}


def join(project: Project, user: User, role: Role) -> User:
    factories.join(project, user, role)
    return user
