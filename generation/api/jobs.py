"""Jobs over the JSON API."""

from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router, Status

from generation import lifecycle
from generation.api.authentication import ApiRequest, writing
from generation.api.errors import Conflict, error_responses
from generation.api.idempotency import REPLAYED, idempotent_create
from generation.api.job_decisions import Decision, apply_decision
from generation.api.job_payload import DryRunBody, GenerationPayload, JobBody, queue_error
from generation.api.job_schemas import CheckResult, JobDetails, JobOut
from generation.api.openapi import IDEMPOTENT
from generation.api.pagination import Page, paginate
from generation.spending_limits import allowances

router = Router(tags=["Jobs"])
StatusFilter = Literal[
    "", "queued", "submitting", "running", "storing", "succeeded", "failed", "held", "cancelled"
]  # fmt: skip


@router.post(
    "/check",
    response={200: CheckResult, **error_responses(400, 403, 404, 413, 422)},
    summary="Check a request",
)
def check_job(request: ApiRequest, body: DryRunBody) -> CheckResult:
    """Dry run: price and problems; nothing is queued. Returns 200 also if there are problems."""
    payload = GenerationPayload.of(body.root)
    with payload.target_project(request.auth, is_dry=True) as project:
        composed, found = payload.compose(request.auth, project), allowances(request.auth.user, project)
        refusal = lifecycle.find_refusal(request.auth.user, found, usd=composed.estimate_usd, takes=1)
        also = [*payload.problems, *(refusal.problems if refusal else ())]
        return CheckResult.of(composed, also, found)


@router.get("", response={200: Page[JobOut], **error_responses(404, 422)}, summary="List jobs")
def list_jobs(
    request: ApiRequest,
    status: Annotated[StatusFilter, Query(description="empty: all statuses")] = "",
    project: Annotated[str, Query(max_length=60, description="slug")] = "",
    shot: Annotated[str, Query(max_length=20, description="code")] = "",
    cursor: Annotated[str, Query(max_length=300, description="`next` of the previous page")] = "",
) -> Page[JobOut]:
    """All queued jobs, newest first."""
    rows = request.auth.jobs.select_related("project", "shot", "created_by", "take", "batch")
    if status:
        rows = rows.filter(status=status)
    if project:
        rows = rows.filter(project=request.auth.project(project))
    if shot:
        rows = rows.filter(shot__code=shot)
    items, following = paginate(rows, cursor)
    return Page(items=[JobOut.of(job) for job in items], next=following)


@router.post(
    "",
    auth=writing,
    response={201: JobDetails, **error_responses(400, 402, 403, 404, 409, 413, 422)},
    summary="Queue a job",
    openapi_extra=IDEMPOTENT,
)
def queue_job(request: ApiRequest, body: JobBody, response: HttpResponse) -> Status[JobDetails]:
    """Queues one take. With an `Idempotency-Key`, repeating the request within a day returns the same job."""
    caller, payload = request.auth, GenerationPayload.of(body.root)
    with payload.target_project(caller) as project:
        composed = payload.compose(caller, project)
        job, replayed = idempotent_create(
            request, caller, endpoint="jobs", make=lambda key: payload.queue(caller, project, composed, key)
        )
    if replayed:
        response[REPLAYED] = "true"
    return Status(201, JobDetails.of(caller.job(job.uuid)))


@router.get("/{uuid:uuid}", response={200: JobDetails, **error_responses(404)}, summary="Get a job")
def get_job(request: ApiRequest, uuid: UUID) -> JobDetails:
    """Its status and request."""
    return JobDetails.of(request.auth.job(uuid))


@router.post(
    "/{uuid:uuid}/cancel",
    auth=writing,
    response={200: JobDetails, **error_responses(403, 404, 409)},
    summary="Cancel a job",
)
def cancel_job(request: ApiRequest, uuid: UUID) -> JobDetails:
    """Possible while it is queued; the provider cannot cancel."""
    try:
        lifecycle.cancel(request.auth.job_to_edit(uuid), by=request.auth.user)
    except lifecycle.NotPossible as refusal:
        raise Conflict("not_possible", str(refusal)) from None
    return JobDetails.of(request.auth.job(uuid))


@router.post(
    "/{uuid:uuid}/retry",
    auth=writing,
    response={201: JobDetails, **error_responses(402, 403, 404, 409, 422)},
    summary="Retry a job",
    openapi_extra=IDEMPOTENT,
)
def retry_job(request: ApiRequest, uuid: UUID, response: HttpResponse) -> Status[JobDetails]:
    """Queues a new job with the request of one that has ended. Honours `Idempotency-Key`."""
    caller = request.auth
    job = caller.job_to_edit(uuid)
    try:
        made, replayed = idempotent_create(
            request,
            caller,
            endpoint="retry",
            make=lambda key: lifecycle.retry(job, by=caller.user, form_key=key),
        )
    except lifecycle.NotPossible as refusal:
        raise Conflict("not_possible", str(refusal)) from None
    except lifecycle.CannotQueue as refusal:
        raise queue_error(refusal) from None
    if replayed:
        response[REPLAYED] = "true"
    return Status(201, JobDetails.of(caller.job(made.uuid)))


@router.post(
    "/{uuid:uuid}/resolve",
    auth=writing,
    response={200: JobDetails, **error_responses(400, 402, 403, 404, 409, 413, 422)},
    summary="Resolve a held or late job",
)
def resolve_job(request: ApiRequest, uuid: UUID, decision: Decision) -> JobDetails:
    """For jobs whose outcome at the provider is unknown, whose video cannot be downloaded, or which are late. The
    decision is recorded in the job log. Returns the job that continues: for `send` the new one; the old one stays
    held."""
    caller = request.auth
    resolved = apply_decision(caller.job_to_edit(uuid), decision, by=caller.user)
    return JobDetails.of(caller.job(resolved.uuid))
