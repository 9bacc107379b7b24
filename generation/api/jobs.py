"""Jobs over the JSON API."""

from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router, Status

from generation import lifecycle
from generation.api.authentication import ApiRequest, writing
from generation.api.errors import Conflict, answers
from generation.api.idempotency import REPLAYED, once
from generation.api.job_decisions import Decision, carry_out
from generation.api.job_payload import DoubtfulBody, JobBody, Wish, refused
from generation.api.job_schemas import Checked, JobDetails, JobShape
from generation.api.openapi import KEYED
from generation.api.pagination import Listed, piece_of
from generation.spending_limits import allowances

router = Router(tags=["Jobs"])
StatusAsked = Literal[
    "", "queued", "submitting", "running", "storing", "succeeded", "failed", "held", "cancelled"
]  # fmt: skip


@router.post("/check", response={200: Checked, **answers(400, 403, 404, 413, 422)}, summary="Check a request")
def check_job(request: ApiRequest, body: DoubtfulBody) -> Checked:
    """What it comes to and what is wrong with it; nothing is queued. Answers 200 also when there are problems."""
    wish = Wish.of(body.root)
    with wish.destined(request.auth, is_dry=True) as project:
        composed, found = wish.composed(request.auth, project), allowances(request.auth.user, project)
        refusal = lifecycle.find_refusal(request.auth.user, found, usd=composed.estimate_usd, takes=1)
        also = [*wish.problems, *(refusal.problems if refusal else ())]
        return Checked.of(composed, also, found)


@router.get("", response={200: Listed[JobShape], **answers(404, 422)}, summary="List jobs")
def list_jobs(
    request: ApiRequest,
    status: Annotated[StatusAsked, Query(description="empty: every state")] = "",
    project: Annotated[str, Query(max_length=60, description="slug")] = "",
    shot: Annotated[str, Query(max_length=20, description="code")] = "",
    cursor: Annotated[str, Query(max_length=300, description="`next` of the piece before")] = "",
) -> Listed[JobShape]:
    """Everything that was queued, the newest first."""
    rows = request.auth.jobs.select_related("project", "shot", "created_by", "take", "batch")
    if status:
        rows = rows.filter(status=status)
    if project:
        rows = rows.filter(project=request.auth.project(project))
    if shot:
        rows = rows.filter(shot__code=shot)
    items, following = piece_of(rows, cursor)
    return Listed(items=[JobShape.of(job) for job in items], next=following)


@router.post(
    "",
    auth=writing,
    response={201: JobDetails, **answers(400, 402, 403, 404, 409, 413, 422)},
    summary="Queue a job",
    openapi_extra=KEYED,
)
def queue_job(request: ApiRequest, body: JobBody, response: HttpResponse) -> Status[JobDetails]:
    """One take. With an `Idempotency-Key` the same request sent again within a day answers with the same job."""
    caller, wish = request.auth, Wish.of(body.root)
    with wish.destined(caller) as project:
        composed = wish.composed(caller, project)
        job, replayed = once(
            request, caller, endpoint="jobs", make=lambda key: wish.queue(caller, project, composed, key)
        )
    if replayed:
        response[REPLAYED] = "true"
    return Status(201, JobDetails.of(caller.job(job.uuid)))


@router.get("/{uuid:uuid}", response={200: JobDetails, **answers(404)}, summary="One job")
def get_job(request: ApiRequest, uuid: UUID) -> JobDetails:
    """Where it stands and what it asks for."""
    return JobDetails.of(request.auth.job(uuid))


@router.post(
    "/{uuid:uuid}/cancel",
    auth=writing,
    response={200: JobDetails, **answers(403, 404, 409)},
    summary="Cancel a job",
)
def cancel_job(request: ApiRequest, uuid: UUID) -> JobDetails:
    """While it waits: once it was sent, the provider cannot cancel."""
    try:
        lifecycle.cancel(request.auth.job_to_edit(uuid), by=request.auth.user)
    except lifecycle.NotPossible as refusal:
        raise Conflict("not_possible", str(refusal)) from None
    return JobDetails.of(request.auth.job(uuid))


@router.post(
    "/{uuid:uuid}/retry",
    auth=writing,
    response={201: JobDetails, **answers(402, 403, 404, 409, 422)},
    summary="Make a job again",
    openapi_extra=KEYED,
)
def retry_job(request: ApiRequest, uuid: UUID, response: HttpResponse) -> Status[JobDetails]:
    """A new job that asks for the same, of one that has ended. With an `Idempotency-Key` as when it is queued."""
    caller = request.auth
    job = caller.job_to_edit(uuid)
    try:
        made, replayed = once(
            request,
            caller,
            endpoint="retry",
            make=lambda key: lifecycle.retry(job, by=caller.user, form_key=key),
        )
    except lifecycle.NotPossible as refusal:
        raise Conflict("not_possible", str(refusal)) from None
    except lifecycle.CannotQueue as refusal:
        raise refused(refusal) from None
    if replayed:
        response[REPLAYED] = "true"
    return Status(201, JobDetails.of(caller.job(made.uuid)))


@router.post(
    "/{uuid:uuid}/resolve",
    auth=writing,
    response={200: JobDetails, **answers(400, 402, 403, 404, 409, 413, 422)},
    summary="Decide about a held or late job",
)
def resolve_job(request: ApiRequest, uuid: UUID, decision: Decision) -> JobDetails:
    """What became of it at the provider is not known, or its video cannot be fetched, or it is late. The decision is
    kept in its story. The answer is the job that goes on: for `send` the new one, while the first stays held."""
    caller = request.auth
    resolved = carry_out(caller.job_to_edit(uuid), decision, by=caller.user)
    return JobDetails.of(caller.job(resolved.uuid))
