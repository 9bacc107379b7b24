"""Present a job as a task of the gateway (skyreels-api.md, section 2), in responses to its clients and in webhooks.

| our state | status | |
|---|---|---|
| waiting, submitting | `pending` | |
| rendering, storing, held | `processing` | a held job needs a decision, and may still produce a video |
| done | `completed` | the video is in our storage; its URL is signed again for each query |
| failed | `failed` | with `error` |
| cancelled | `cancelled` | |
"""

from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

from ninja import Schema
from pydantic import Field

from generation.models import Job
from library import storage

TaskStatus = Literal["pending", "processing", "completed", "failed", "cancelled"]
STATUSES: dict[str, TaskStatus] = {
    Job.Status.QUEUED: "pending",
    Job.Status.SUBMITTING: "pending",
    Job.Status.RUNNING: "processing",
    Job.Status.STORING: "processing",
    Job.Status.HELD: "processing",
    Job.Status.SUCCEEDED: "completed",
    Job.Status.FAILED: "failed",
    Job.Status.CANCELLED: "cancelled",
}
LINK_SECONDS = 24 * 3600
CREDITS_FOR_A_DOLLAR = 10


class Video(Schema):
    """The file of a finished task."""

    url: list[str] = Field(min_length=1, max_length=1, description="signed anew for each query")
    expires_at: int = Field(description="unix seconds; a later query signs a new address")


class TaskResult(Schema):
    """The output of a finished task."""

    videos: list[Video]


class TaskFailure(Schema):
    """The reason why a task failed."""

    code: str
    message: str
    type: Literal["task_error"] = "task_error"


class TaskOut(Schema):
    """The state of a task."""

    id: str = Field(examples=["task_0b6c1f7e3a914d2c8f50e2d49a7b6c13"])
    status: TaskStatus
    progress: int = Field(description="0 to 100; derive no state from it")
    created: int = Field(description="unix seconds")
    completed: int | None = Field(None, description="unix seconds, of a task that has ended")
    actual_time: int | None = Field(None, description="whole seconds from request to end")
    cost: float | None = Field(None, description="US dollars, once known")
    credits_cost: float | None = Field(None, description="ten times `cost`")
    result: TaskResult | None = None
    error: TaskFailure | None = None


def task_id_of(job: Job) -> str:
    """Return the task id that API clients use for the job."""
    return f"task_{job.uuid.hex}"


def task_of(job: Job) -> TaskOut:
    """Return the state of the job in the terms of the gateway."""
    shown: dict[str, Any] = {
        "id": task_id_of(job),
        "status": STATUSES[job.status],
        "progress": 100 if job.status == Job.Status.SUCCEEDED else job.progress,
        "created": int(job.created_at.timestamp()),
    }
    if job.finished_at:
        shown["completed"] = int(job.finished_at.timestamp())
        shown["actual_time"] = round((job.finished_at - job.created_at).total_seconds())
    if job.cost_usd is not None:
        shown["cost"] = float(job.cost_usd)
        shown["credits_cost"] = float(job.cost_usd * CREDITS_FOR_A_DOLLAR)
    if job.status == Job.Status.SUCCEEDED:
        shown["result"] = TaskResult(videos=[_video(job.take.key)])
    if job.status == Job.Status.FAILED:
        shown["error"] = TaskFailure(code=job.error_code or "generation_failed", message=job.error_message)
    return TaskOut(**shown)


def _video(key: str) -> Video:
    url = storage.signed_url(key, seconds=LINK_SECONDS)
    return Video(url=[url], expires_at=expiry_of(url))


def expiry_of(url: str) -> int:
    """Return the time at which a signed URL expires, in unix seconds, from its own parameters."""
    said = parse_qs(urlsplit(url).query)
    signed_at = datetime.strptime(said["X-Amz-Date"][0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return int((signed_at + timedelta(seconds=int(said["X-Amz-Expires"][0]))).timestamp())
