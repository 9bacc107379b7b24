"""Response schemas for jobs and takes. Lengths in seconds, sizes in bytes, money in US dollars."""

import json
import re
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, cast
from uuid import UUID

from ninja import Schema
from pydantic import Field

from generation.api.schemas import LimitName, page_of
from generation.composition import Composition, Problem, message_of, with_plain_urls
from generation.models import Job, Take
from generation.spending_limits import Allowance, binding
from library import storage

JobStatus = Literal[
    "queued", "submitting", "running", "storing", "succeeded", "failed", "held", "cancelled"
]  # fmt: skip

# Derived from the enum of the model; a type checker cannot read such a literal.
if TYPE_CHECKING:
    ReviewState = str
    Decision = str
else:
    ReviewState = Literal[tuple(Take.Review.values)]
    Decision = Literal[tuple(state.value for state in Take.Review.verdicts())]

_SIGNATURE = re.compile(r"(https?://[^\s\"?]+)\?[^\s\"]*")


class ProblemOut(Schema):
    """A problem that prevents queueing (`error`), or something to know (`warning`)."""

    param: str = Field(examples=["ref_images.0.tag"])
    message: str
    level: Literal["error", "warning"]

    @classmethod
    def of(cls, problem: Problem) -> "ProblemOut":
        return cls(param=problem.field, message=message_of(problem), level=problem.level)


class CheckResult(Schema):
    """The result of a dry run."""

    mode: Literal["T2V", "I2V", "Omni"]
    scenario: str = Field(examples=["Single or multi subject"])
    request: dict[str, Any] = Field(description="as it would be sent, with unsigned URLs")
    billed_seconds: int
    estimate_usd: float
    left_usd: float | None = Field(
        description="what the token's user may still spend in the project under all limits; null: no limit"
    )
    limited_by: LimitName | None = Field(description="the limit with the smallest amount left")
    problems: list[ProblemOut] = Field(description="with an `error` the request would not be queued")

    @classmethod
    def of(cls, composed: Composition, also: list[Problem], found: Sequence[Allowance]) -> "CheckResult":
        tightest = binding(found)
        return cls(
            left_usd=None if tightest is None else float(tightest.left),
            limited_by=None if tightest is None else cast(Any, tightest.limit.value),
            mode=cast(Any, composed.mode),
            scenario=composed.scenario,
            request=composed.preview(),
            billed_seconds=composed.billed_seconds,
            estimate_usd=float(composed.estimate_usd),
            problems=[ProblemOut.of(problem) for problem in [*also, *composed.problems]],
        )


class JobError(Schema):
    """Why a job failed."""

    code: str
    message: str
    param: str | None


class JobOut(Schema):
    """A request and its status."""

    uuid: UUID
    status: JobStatus
    project: str
    shot: str | None
    prompt: str
    model: str
    duration: int
    resolution: str
    aspect_ratio: str
    progress: int = Field(description="0 to 100, as reported by the provider; independent of the status")
    task_id: str | None = Field(description="the provider's task ID")
    take: UUID | None = Field(description="the resulting take")
    error: JobError | None
    held_reason: str | None = Field(description="why a user must decide")
    billed_seconds: int
    estimate_usd: float
    cost_usd: float | None = Field(description="as reported by the provider")
    batch: UUID | None
    created_by: str
    created_at: datetime
    submitted_at: datetime | None
    finished_at: datetime | None
    page: str = Field(description="URL of its page")

    @classmethod
    def of(cls, job: Job) -> "JobOut":
        return cls(**_facts(job))


class ReferenceOut(Schema):
    """An asset that a job uses, in its pinned version."""

    handle: str
    version: int
    role: str = Field(examples=["subject"])
    second: int | None = Field(description="of a keyframe; null: any time")
    with_voice: bool


class JobDetails(JobOut):
    """A job with its request."""

    prompt_optimizer: bool
    references: list[ReferenceOut]
    request: dict[str, Any] | None = Field(description="as it is sent, with unsigned URLs")

    @classmethod
    def of(cls, job: Job) -> "JobDetails":
        references = job.references.select_related("version")
        return cls(
            **_facts(job),
            prompt_optimizer=job.prompt_optimizer,
            references=[
                ReferenceOut(
                    handle=one.handle,
                    version=one.version.number,
                    role=one.role,
                    second=one.second,
                    with_voice=one.with_voice,
                )
                for one in references
            ],
            request=_unsigned(with_plain_urls(job.plan)) if job.plan else None,
        )


class TakeOut(Schema):
    """A video that a job produced. URLs are signed and expire after one to two hours."""

    uuid: UUID
    number: int = Field(description="within its shot, or among the project's takes without a shot")
    project: str
    shot: str | None
    job: UUID
    prompt: str
    model: str
    width: int
    height: int
    seconds: float
    fps: float
    codec: str
    has_audio: bool
    review: ReviewState = Field(description="result of its verdicts")
    size: int
    sha256: str
    created_at: datetime
    url: str
    poster_url: str
    page: str = Field(description="URL of its page")

    @classmethod
    def of(cls, take: Take) -> "TakeOut":
        names = (
            "uuid",
            "number",
            "width",
            "height",
            "seconds",
            "fps",
            "codec",
            "has_audio",
            "review",
            "size",
            "sha256",
        )
        return cls(
            **{name: getattr(take, name) for name in names},
            project=take.project.slug,
            shot=take.shot.code if take.shot else None,
            job=take.job.uuid,
            prompt=take.job.prompt,
            model=take.job.model,
            created_at=take.created_at,
            url=storage.signed_url(take.key),
            poster_url=storage.signed_url(take.poster_key),
            page=page_of(take),
        )


def _facts(job: Job) -> dict[str, Any]:
    names = ("uuid", "status", "prompt", "model", "duration", "resolution", "aspect_ratio", "progress")
    times = ("billed_seconds", "created_at", "submitted_at", "finished_at")
    take: Take | None = getattr(job, "take", None)
    return {name: getattr(job, name) for name in (*names, *times)} | {
        "project": job.project.slug,
        "shot": job.shot.code if job.shot else None,
        "task_id": job.task_id or None,
        "take": take.uuid if take else None,
        "error": _error(job),
        "held_reason": job.held_reason or None if job.status == Job.Status.HELD else None,
        "estimate_usd": float(job.estimate_usd),
        "cost_usd": None if job.cost_usd is None else float(job.cost_usd),
        "batch": job.batch.uuid if job.batch else None,
        "created_by": job.created_by.get_username(),
        "page": page_of(job),
    }


def _error(job: Job) -> JobError | None:
    if job.status != Job.Status.FAILED:
        return None
    return JobError(code=job.error_code, message=job.error_message, param=job.error_param or None)


def _unsigned(request: Any) -> dict[str, Any]:
    """Return the request without the query strings of URLs, which may give access to a client's files."""
    shown: dict[str, Any] = json.loads(_SIGNATURE.sub(r"\1", json.dumps(request)))
    return shown
