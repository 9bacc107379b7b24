"""The API under `/v1/`, which is compatible with the provider's gateway: its clients work here unchanged
(skyreels-api.md, sections 1 to 3)."""

from decimal import Decimal
from typing import Annotated

from django.http import HttpResponse
from ninja import Query

from generation.api import errors
from generation.api.authentication import ApiRequest, reading, throttle, writing
from generation.api.errors import NotFound, error_responses
from generation.api.idempotency import REPLAYED, idempotent_create
from generation.api.job_payload import GenerationBody, GenerationPayload
from generation.api.openapi import IDEMPOTENT, DocumentedAPI
from generation.api.strict_json import StrictParser
from generation.api.target_project import default_project
from generation.api.tasks import BalanceResponse, Submission, SubmissionResponse, TaskResponse, uuid_of
from generation.gateway_task import task_id_of, task_of
from generation.ledger import budget_of
from generation.spending_limits import allowances, without_project

DESCRIPTION = """
SkyReels V4 as its gateway offers it, with Backlot's asset library. Additions:

- An asset's `@handle` may replace any URL: `"first_frame_image": "@harbour"`. In `image_urls` one character's handle
  stands for all its images.
- A handle in the prompt that no element declares becomes a subject or motion reference, with `metadata.voices` also
  with the character's voice. With frames it is left as text.
- `metadata.project` and `metadata.shot` select where the take is stored; the default is the user's personal project.
- `Idempotency-Key` is honoured for a day: the same request returns the same task, a different one 409.
- When a task has completed or failed, it is posted to the `webhook` URL + `/callback`.
- The video of a finished task is stored by Backlot. Each query returns a newly signed URL, so it does not expire.

A request that breaks a rule gets 422 with its `param`, before anything is sent. A request that would exceed a spending
limit gets 402 with its code: `budget_exceeded` (of the project), `personal_budget_exceeded`, `member_limit_exceeded`
(per month) or `monthly_cap_exceeded` (all projects together). The balance is the smallest amount that these limits
leave. Too many jobs of one user within an hour get 429 `too_many_jobs` with `Retry-After`.
"""

api = DocumentedAPI(
    title="Backlot, compatible with the SkyReels gateway",
    version="1",
    description=DESCRIPTION,
    urls_namespace="gateway_api",
    auth=reading,
    throttle=throttle,
    parser=StrictParser(),
    docs_url=None,
    openapi_url="/openapi.json",
)
errors.install_error_handlers(api)


@api.post(
    "/videos/generations",
    auth=writing,
    response={200: SubmissionResponse, **error_responses(400, 402, 403, 404, 409, 413, 422)},
    summary="Generate a video",
    openapi_extra=IDEMPOTENT,
    tags=["Videos"],
)
def generate(request: ApiRequest, body: GenerationBody, response: HttpResponse) -> SubmissionResponse:
    """Returns a task immediately; query it until it has ended."""
    caller, payload = request.auth, GenerationPayload.of(body.root)
    with payload.target_project(caller) as project:
        composed = payload.compose(caller, project)
        job, replayed = idempotent_create(
            request,
            caller,
            endpoint="generations",
            make=lambda key: payload.queue(caller, project, composed, key),
        )
    if replayed:
        response[REPLAYED] = "true"
    return SubmissionResponse(data=[Submission(task_id=task_id_of(job))])


@api.get(
    "/tasks/{task_id}",
    response={200: TaskResponse, **error_responses(404, 422)},
    exclude_none=True,
    summary="Get a task",
    tags=["Tasks"],
)
def task(
    request: ApiRequest,
    task_id: str,
    language: Annotated[str, Query(max_length=20, description="accepted and ignored")] = "en",
) -> TaskResponse:
    """The status of a task, and its video when finished. A failed task returns 200 too."""
    job = request.auth.jobs.select_related("take").filter(uuid=uuid_of(task_id)).first()
    if job is None:
        raise NotFound("task")
    return TaskResponse(data=task_of(job))


@api.get(
    "/balance",
    response={200: BalanceResponse, **error_responses(404)},
    summary="Get the balance",
    tags=["Account"],
)
def balance(request: ApiRequest) -> BalanceResponse:
    """The amount that all limits leave in the token's default project: project and personal budget, the member's
    monthly limit, the installation's cap."""
    user, project = request.auth.user, default_project(request.auth)
    if project is None:
        return BalanceResponse.of(without_project(user), used=Decimal(0))
    return BalanceResponse.of(allowances(user, project), used=budget_of(project).committed)
