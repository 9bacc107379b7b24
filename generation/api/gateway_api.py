"""The API that speaks like the provider's gateway, under `/v1/`: a client that was written for the gateway works
unchanged when it is pointed here (skyreels-api.md, sections 1 to 3)."""

from decimal import Decimal
from typing import Annotated

from django.http import HttpResponse
from ninja import Query

from generation.api import errors
from generation.api.authentication import ApiRequest, reading, throttle, writing
from generation.api.errors import NotFound, answers
from generation.api.idempotency import REPLAYED, once
from generation.api.job_payload import GenerationBody, Wish
from generation.api.openapi import KEYED, Described
from generation.api.strict_json import StrictParser
from generation.api.target_project import default_project
from generation.api.tasks import BalanceAnswer, Submission, SubmissionAnswer, TaskAnswer, uuid_of
from generation.gateway_task import task_id_of, task_of
from generation.ledger import budget_of
from generation.spending_limits import allowances, without_project

DESCRIPTION = """
SkyReels V4 as its gateway offers it, with the library of this house behind it. What is added:

- Wherever an address stands, an asset's `@handle` may stand: `"first_frame_image": "@harbour"`. In `image_urls` one
  character's handle stands for all its pictures.
- A handle in the prompt that no element declares is filled in as a subject or as a motion reference, with
  `metadata.voices` also a character's voice. From frames it is left as text.
- `metadata.project` and `metadata.shot` say where the take goes; otherwise it goes to the person's own project.
- `Idempotency-Key` is honoured for a day: the same request answers with the same task, another one with 409.
- A `webhook` is called here as there: once the task has completed or failed it is sent to that address + `/callback`.
- A finished task's video is ours: its address is signed anew for each query and does not run out with the provider's.

A request that breaks a rule gets 422 with its `param`, before anything is sent. A request that would exceed a spending
limit gets 402 with its code: `budget_exceeded` (of the project), `personal_budget_exceeded`, `member_limit_exceeded`
(per month) or `monthly_cap_exceeded` (all projects together). The balance is the smallest amount that these limits
leave. Too many jobs of one user within an hour get 429 `too_many_jobs` with `Retry-After`.
"""

api = Described(
    title="Backlot, in the shape of the SkyReels gateway",
    version="1",
    description=DESCRIPTION,
    urls_namespace="gateway_api",
    auth=reading,
    throttle=throttle,
    parser=StrictParser(),
    docs_url=None,
    openapi_url="/openapi.json",
)
errors.install(api)


@api.post(
    "/videos/generations",
    auth=writing,
    response={200: SubmissionAnswer, **answers(400, 402, 403, 404, 409, 413, 422)},
    summary="Ask for a video",
    openapi_extra=KEYED,
    tags=["Videos"],
)
def generate(request: ApiRequest, body: GenerationBody, response: HttpResponse) -> SubmissionAnswer:
    """Answers at once with a task; ask for it until it has ended."""
    caller, wish = request.auth, Wish.of(body.root)
    with wish.destined(caller) as project:
        composed = wish.composed(caller, project)
        job, replayed = once(
            request,
            caller,
            endpoint="generations",
            make=lambda key: wish.queue(caller, project, composed, key),
        )
    if replayed:
        response[REPLAYED] = "true"
    return SubmissionAnswer(data=[Submission(task_id=task_id_of(job))])


@api.get(
    "/tasks/{task_id}",
    response={200: TaskAnswer, **answers(404, 422)},
    exclude_none=True,
    summary="Ask for a task",
    tags=["Tasks"],
)
def task(
    request: ApiRequest,
    task_id: str,
    language: Annotated[str, Query(max_length=20, description="taken and passed over")] = "en",
) -> TaskAnswer:
    """Where it stands; a finished one with its video. A failed task is answered by 200 too."""
    job = request.auth.jobs.select_related("take").filter(uuid=uuid_of(task_id)).first()
    if job is None:
        raise NotFound("task")
    return TaskAnswer(data=task_of(job))


@api.get(
    "/balance", response={200: BalanceAnswer, **answers(404)}, summary="Ask for the balance", tags=["Account"]
)
def balance(request: ApiRequest) -> BalanceAnswer:
    """What all limits together leave in the project where this token's takes go unless they say otherwise: project and
    personal budget, the member's monthly limit, the installation's cap."""
    user, project = request.auth.user, default_project(request.auth)
    if project is None:
        return BalanceAnswer.of(without_project(user), used=Decimal(0))
    return BalanceAnswer.of(allowances(user, project), used=budget_of(project).committed)
