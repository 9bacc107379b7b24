"""The body of a generation request: the provider's fields, with `@handles` in place of URLs, and its destination.

The schemas describe it exactly for OpenAPI; `composition` reports broken rules with the messages of the pages.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler, RootModel
from pydantic.json_schema import JsonSchemaValue

from generation import gateway, lifecycle
from generation.api.authentication import Caller
from generation.api.errors import ApiError, Invalid
from generation.api.target_project import shot_of, target_project
from generation.composition import Composition, Problem, ProblemCode, compose_request, message_of, problem
from generation.composition.take_request import MAX_PROMPT_LENGTH
from generation.lifecycle.webhooks import client_webhooks
from generation.models import Job, Shot
from generation.skyreels.schemas import AspectRatio, ClipType, Model, PictureType, Resolution, find_problems
from library.models import Project
from library.text import is_blank

MAX_CODE_LENGTH = Shot._meta.get_field("code").max_length or 0
MAX_VOICES = 50
EXAMPLE: dict[str, Any] = {
    "model": "skyreels-v4-fast",
    "prompt": "@Mara walks along the harbour at dusk",
    "duration": 5,
    "resolution": "480p",
}
UrlOrHandle = Annotated[str, Field(min_length=2, description="https URL, or the `@handle` of an asset")]
Tag = Annotated[str, Field(examples=["@neon"], description="starts with @ and occurs in the prompt")]


class _Documented(BaseModel):
    model_config = ConfigDict(extra="forbid")


class MidFrame(_Documented):
    """An image that the video shows at a second."""

    tag: Tag
    image_url: UrlOrHandle
    time_stamp: int = Field(-1, description="whole seconds between 0 and the duration; -1: any time")


class Subject(_Documented):
    """One subject with up to five images and optionally a voice; or one multi-view sheet (type `grid`)."""

    tag: Tag
    type: PictureType
    image_urls: list[UrlOrHandle] = Field(min_length=1, max_length=5)
    audio_url: UrlOrHandle | None = None


class Clip(_Documented):
    """A video whose motion is followed (`reference`) or which is extended (`extend`)."""

    tag: Tag
    type: ClipType
    video_url: UrlOrHandle


class Metadata(BaseModel):
    """The destination of the take; other entries are ignored."""

    project: str | None = Field(None, max_length=60, description="slug; default: the user's personal project")
    shot: str | None = Field(None, max_length=MAX_CODE_LENGTH, description="code; a new code creates a shot")
    voices: bool | list[str] | None = Field(
        None, description="characters named only in the prompt that speak with their own voice: all, or these"
    )


class Generation(_Documented):
    """A request for one video (skyreels-api.md, section 1). Null and an empty list count as absent."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    model: Model
    prompt: str = Field(examples=["@Mara walks along the harbour at dusk"])
    duration: int | None = Field(5, ge=3, le=15, description="seconds")
    resolution: Resolution | None = Resolution.P1080
    aspect_ratio: AspectRatio | None = AspectRatio.WIDE
    prompt_optimizer: bool | None = True
    first_frame_image: UrlOrHandle | None = None
    end_frame_image: UrlOrHandle | None = None
    mid_frame_images: list[MidFrame] | None = Field(None, max_length=6)
    ref_images: list[Subject] | None = Field(None, max_length=3)
    ref_videos: list[Clip] | None = Field(None, max_length=1)
    webhook: str | None = Field(
        None, description="URL; a task that completed or failed is posted to it + `/callback`"
    )
    metadata: Metadata | None = None


class JobGeneration(Generation):
    """A generation request with its destination as fields."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [EXAMPLE, EXAMPLE | {"project": "harbour-lights", "shot": "020"}]}
    )

    project: str | None = Field(None, max_length=60, description="slug; default: the user's personal project")
    shot: str | None = Field(None, max_length=MAX_CODE_LENGTH, description="code; a new code creates a shot")
    voices: bool | list[str] | None = Field(
        None, description="characters named only in the prompt that speak with their own voice: all, or these"
    )


class GenerationBody(RootModel[dict[str, Any]]):
    """Any object; problems are reported by field."""

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(Generation.__pydantic_core_schema__)


class DryRunBody(RootModel[dict[str, Any]]):
    """Any object, valid or not."""

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        valid = handler(JobGeneration.__pydantic_core_schema__)
        return {"anyOf": [valid, {"type": "object", "description": "broken rules are reported"}]}


class JobBody(RootModel[dict[str, Any]]):
    """Any object; problems are reported by field."""

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(JobGeneration.__pydantic_core_schema__)


@dataclass(frozen=True)
class GenerationPayload:
    """A parsed body: the provider's fields, and separately the fields that only Backlot has."""

    data: Mapping[str, Any]
    project: str = ""
    shot: str = ""
    voices: bool | tuple[str, ...] = False
    webhook: str = ""
    problems: list[Problem] = field(default_factory=list)

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> "GenerationPayload":
        """Parse a body, with `project`, `shot` and `voices` in it or in its `metadata`. Raise Invalid."""
        data = dict(body)
        prompt = data.get("prompt")
        if isinstance(prompt, str) and len(prompt) > MAX_PROMPT_LENGTH:
            raise Invalid("prompt", f"prompt: must have at most {MAX_PROMPT_LENGTH:,} characters.")
        metadata = data.pop("metadata", None)
        if not isinstance(metadata, dict | None):
            raise Invalid("metadata", "metadata: must be an object.")
        ours = {f"metadata.{name}": value for name, value in (metadata or {}).items()}
        ours |= {name: data.pop(name) for name in ("project", "shot", "voices") if name in data}
        webhook = data.pop("webhook", None)
        return cls(
            data=data,
            project=_text(ours, "project", most=60),
            shot=_text(ours, "shot", most=MAX_CODE_LENGTH),
            voices=_voices(ours),
            webhook=webhook if isinstance(webhook, str) else "",
            problems=_webhook_problems(webhook),
        )

    def compose(self, caller: Caller, project: Project) -> Composition:
        """Compose the request in this project."""
        return compose_request(user=caller.user, project=project, data=self.data, voices=self.voices)

    def target_project(self, caller: Caller, *, is_dry: bool = False) -> AbstractContextManager[Project]:
        """Return the project of the take, as a context manager. Raise NotFound, Forbidden."""
        return target_project(caller, self.project, is_dry=is_dry)

    def queue(self, caller: Caller, project: Project, composed: Composition, form_key: Any) -> Job:
        """Create the job, and its shot if needed, in the caller's transaction. Raise ApiError, creating nothing."""
        if self.problems:
            raise Invalid(self.problems[0].field, message_of(self.problems[0]))
        try:
            job = lifecycle.create_from(
                composed,
                by=caller.user,
                project=project,
                form_key=form_key,
                shot=shot_of(project, self.shot),
            )
        except lifecycle.CannotQueue as refusal:
            raise queue_error(refusal) from None
        if self.webhook:
            client_webhooks.expect(job, self.webhook)
        return job


def queue_error(refusal: lifecycle.CannotQueue) -> ApiError:
    """Return the first reason why no job was created, with its field."""
    first = refusal.problems[0]
    message = message_of(first)
    if isinstance(refusal, lifecycle.OverLimit):
        return ApiError(402, f"{refusal.limit.value}_exceeded", message)
    if isinstance(refusal, lifecycle.TooManyJobs):
        return ApiError(429, "too_many_jobs", message, retry_after=refusal.retry_after)
    return Invalid(first.field, message)


def _text(ours: Mapping[str, Any], name: str, *, most: int) -> str:
    for param in (name, f"metadata.{name}"):
        value = ours.get(param)
        if value is None:
            continue
        if not isinstance(value, str) or len(value.strip()) > most:
            raise Invalid(param, f"{param}: must be text of at most {most} characters.")
        if value and is_blank(value):
            raise Invalid(param, f"{param}: must contain a visible character.")
        return value.strip()
    return ""


def _voices(ours: Mapping[str, Any]) -> bool | tuple[str, ...]:
    for param in ("voices", "metadata.voices"):
        value = ours.get(param)
        if value is None:
            continue
        if isinstance(value, bool):
            return value
        if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
            raise Invalid(param, f"{param}: must be true, false or a list of handles.")
        if len(value) > MAX_VOICES:
            raise Invalid(param, f"{param}: must have at most {MAX_VOICES} entries.")
        return tuple(value)
    return False


def _webhook_problems(address: object) -> list[Problem]:
    """Return the problems of the callback URL: the provider's rules and, if the installation serves other machines,
    URLs inside its network. Backlot makes the call itself, since the client does not know the provider's task IDs."""
    rules = [found for found in find_problems({"webhook": address}) if found.field == "webhook"]
    if rules or not isinstance(address, str) or not gateway.serves_others():
        return rules
    if not gateway.is_private(urlsplit(address).hostname or ""):
        return []
    return [problem(ProblemCode.WEBHOOK_NOT_PUBLIC, "webhook")]
