"""What a program asks to be rendered: the provider's fields, with `@handles` where addresses may stand, and where it
goes. Its description is exact; what breaks a rule is told by `composition`, in the words that the pages use."""

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
from generation.api.target_project import destined, shot_of
from generation.composition import Composition, Problem, ProblemCode, compose_request, message_of, problem
from generation.composition.take_request import MAX_PROMPT_LENGTH
from generation.lifecycle.webhooks import client_webhooks
from generation.models import Job, Shot
from generation.skyreels.schemas import AspectRatio, ClipType, Model, PictureType, Resolution, find_problems
from library.models import Project
from library.text import is_blank

CODE_LENGTH = Shot._meta.get_field("code").max_length or 0
MOST_VOICES = 50
EXAMPLE: dict[str, Any] = {
    "model": "skyreels-v4-fast",
    "prompt": "@Mara walks along the harbour at dusk",
    "duration": 5,
    "resolution": "480p",
}
Address = Annotated[str, Field(min_length=2, description="https address, or the `@handle` of an asset")]
Tag = Annotated[str, Field(examples=["@neon"], description="starts with @ and stands in the prompt")]


class _Described(BaseModel):
    model_config = ConfigDict(extra="forbid")


class MidFrame(_Described):
    """A picture to pass through."""

    tag: Tag
    image_url: Address
    time_stamp: int = Field(-1, description="whole seconds between 0 and the duration; -1: any time")


class Subject(_Described):
    """One subject in up to five pictures, perhaps with a voice; or one collage (type `grid`)."""

    tag: Tag
    type: PictureType
    image_urls: list[Address] = Field(min_length=1, max_length=5)
    audio_url: Address | None = None


class Clip(_Described):
    """A clip whose motion is followed (`reference`) or which goes on (`extend`)."""

    tag: Tag
    type: ClipType
    video_url: Address


class Metadata(BaseModel):
    """Where the take goes; other entries are passed over."""

    project: str | None = Field(None, max_length=60, description="slug; left out: this person's own project")
    shot: str | None = Field(None, max_length=CODE_LENGTH, description="code; a new one makes a shot")
    voices: bool | list[str] | None = Field(
        None, description="characters that only the prompt names speak with their own voice: all, or these"
    )


class Generation(_Described):
    """A request for one video (skyreels-api.md, section 1). Null and an empty list count as absent."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    model: Model
    prompt: str = Field(examples=["@Mara walks along the harbour at dusk"])
    duration: int | None = Field(5, ge=3, le=15, description="seconds")
    resolution: Resolution | None = Resolution.P1080
    aspect_ratio: AspectRatio | None = AspectRatio.WIDE
    prompt_optimizer: bool | None = True
    first_frame_image: Address | None = None
    end_frame_image: Address | None = None
    mid_frame_images: list[MidFrame] | None = Field(None, max_length=6)
    ref_images: list[Subject] | None = Field(None, max_length=3)
    ref_videos: list[Clip] | None = Field(None, max_length=1)
    webhook: str | None = Field(
        None, description="web address; a task that completed or failed is sent to it + `/callback`"
    )
    metadata: Metadata | None = None


class JobGeneration(Generation):
    """The same with its destination beside it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [EXAMPLE, EXAMPLE | {"project": "harbour-lights", "shot": "020"}]}
    )

    project: str | None = Field(None, max_length=60, description="slug; left out: this person's own project")
    shot: str | None = Field(None, max_length=CODE_LENGTH, description="code; a new one makes a shot")
    voices: bool | list[str] | None = Field(
        None, description="characters that only the prompt names speak with their own voice: all, or these"
    )


class GenerationBody(RootModel[dict[str, Any]]):
    """Any object: what is wrong with it is told field by field."""

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(Generation.__pydantic_core_schema__)


class DoubtfulBody(RootModel[dict[str, Any]]):
    """Any object, also one that breaks the rules: which, is what is asked."""

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        whole = handler(JobGeneration.__pydantic_core_schema__)
        return {"anyOf": [whole, {"type": "object", "description": "what breaks a rule is told"}]}


class JobBody(RootModel[dict[str, Any]]):
    """Any object: what is wrong with it is told field by field."""

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(JobGeneration.__pydantic_core_schema__)


@dataclass(frozen=True)
class Wish:
    """The provider's fields, apart from what only we understand, and from whom we ourselves call."""

    data: Mapping[str, Any]
    project: str = ""
    shot: str = ""
    voices: bool | tuple[str, ...] = False
    webhook: str = ""
    problems: list[Problem] = field(default_factory=list)

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> "Wish":
        """What a body asks for; `project`, `shot` and `voices` in it or in its `metadata`. Raises Invalid."""
        data = dict(body)
        prompt = data.get("prompt")
        if isinstance(prompt, str) and len(prompt) > MAX_PROMPT_LENGTH:
            raise Invalid("prompt", f"prompt: must have at most {MAX_PROMPT_LENGTH:,} characters.")
        metadata = data.pop("metadata", None)
        if not isinstance(metadata, dict | None):
            raise Invalid("metadata", "metadata: this should be an object.")
        said = {f"metadata.{name}": value for name, value in (metadata or {}).items()}
        said |= {name: data.pop(name) for name in ("project", "shot", "voices") if name in data}
        webhook = data.pop("webhook", None)
        return cls(
            data=data,
            project=_text(said, "project", most=60),
            shot=_text(said, "shot", most=CODE_LENGTH),
            voices=_voices(said),
            webhook=webhook if isinstance(webhook, str) else "",
            problems=_webhook_problems(webhook),
        )

    def composed(self, caller: Caller, project: Project) -> Composition:
        """What it comes to in this project. An asset that is kept to another one is a problem of it."""
        return compose_request(user=caller.user, project=project, data=self.data, voices=self.voices)

    def destined(self, caller: Caller, *, is_dry: bool = False) -> AbstractContextManager[Project]:
        """Where it goes, for the length of a block. Raises NotFound, Forbidden."""
        return destined(caller, self.project, is_dry=is_dry)

    def queue(self, caller: Caller, project: Project, composed: Composition, form_key: Any) -> Job:
        """The job, in the caller's transaction. Raises ApiError when none can be made; then there is no shot either."""
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
            raise refused(refusal) from None
        if self.webhook:
            client_webhooks.expect(job, self.webhook)
        return job


def refused(refusal: lifecycle.CannotQueue) -> ApiError:
    """Why no job was made: the first reason, with its field."""
    first = refusal.problems[0]
    message = message_of(first)
    if isinstance(refusal, lifecycle.OverLimit):
        return ApiError(402, f"{refusal.limit.value}_exceeded", message)
    if isinstance(refusal, lifecycle.TooManyJobs):
        return ApiError(429, "too_many_jobs", message, retry_after=refusal.retry_after)
    return Invalid(first.field, message)


def _text(said: Mapping[str, Any], name: str, *, most: int) -> str:
    for param in (name, f"metadata.{name}"):
        value = said.get(param)
        if value is None:
            continue
        if not isinstance(value, str) or len(value.strip()) > most:
            raise Invalid(param, f"{param}: this should be a text of at most {most} letters.")
        if value and is_blank(value):
            raise Invalid(param, f"{param}: must contain a visible character.")
        return value.strip()
    return ""


def _voices(said: Mapping[str, Any]) -> bool | tuple[str, ...]:
    for param in ("voices", "metadata.voices"):
        value = said.get(param)
        if value is None:
            continue
        if isinstance(value, bool):
            return value
        if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
            raise Invalid(param, f"{param}: this should be true, false or a list of handles.")
        if len(value) > MOST_VOICES:
            raise Invalid(param, f"{param}: these are more than {MOST_VOICES}.")
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
