"""The request for a take as typed on a page: prompt, settings and roles. Handles are not resolved here."""

from dataclasses import dataclass, field
from typing import Any, Literal, Self

from generation.models import Job
from generation.skyreels import schemas
from library import handles

MAX_PROMPT_LENGTH = (
    50_000  # characters; the provider accepts 1280 tokens, and each handle takes time to resolve
)
ClipUse = Literal["reference", "extend"]


@dataclass(frozen=True)
class Settings:
    """The settings beside the prompt: `duration` in seconds, the others in the provider's values."""

    model: str = schemas.Model.FAST
    duration: int = 5
    resolution: str = "480p"
    aspect_ratio: str = "16:9"
    prompt_optimizer: bool = True

    @classmethod
    def of(cls, job: Job) -> Self:
        """Return the settings of a job."""
        return cls(**{name: getattr(job, name) for name in cls.__dataclass_fields__})


@dataclass(frozen=True)
class Keyframe:
    """An image that the take shows at a whole second, or at any time (-1)."""

    handle: str
    at: int = schemas.UNSPECIFIED_TIME


@dataclass(frozen=True)
class Roles:
    """Roles that the prompt alone does not determine; handles without the `@`.

    With any frame the request is image-to-video. `clip` is the use of a video that the prompt names. `voices` are the
    characters that speak with their own voice.
    """

    first: str = ""
    mids: tuple[Keyframe, ...] = ()
    end: str = ""
    clip: ClipUse = "reference"
    voices: tuple[str, ...] = ()

    @property
    def has_frames(self) -> bool:
        """Return whether any frame is chosen."""
        return bool(self.first or self.end or self.mids)

    @property
    def frame_handles(self) -> list[str]:
        """The handles of the frames, in the order of the timeline."""
        return [name for name in (self.first, *(mid.handle for mid in self.mids), self.end) if name]

    def renamed(self, names: dict[str, str]) -> "Roles":
        """Return the roles with new handles; `names` maps folded names to new ones."""

        def new(name: str) -> str:
            return names.get(handles.fold(name), name)

        mids = tuple(Keyframe(new(mid.handle), mid.at) for mid in self.mids)
        voices = tuple(new(name) for name in self.voices)
        return Roles(new(self.first), mids, new(self.end), self.clip, voices)

    def as_data(self) -> dict[str, Any]:
        """Return the JSON that a job stores; `of_data` reads it."""
        return {
            "first": self.first,
            "mids": [{"handle": mid.handle, "at": mid.at} for mid in self.mids],
            "end": self.end,
            "clip": self.clip,
            "voices": list(self.voices),
        }

    @classmethod
    def of_data(cls, data: dict[str, Any]) -> "Roles":
        """Return the roles that `as_data` wrote; an empty dictionary has none."""
        mids = tuple(Keyframe(mid["handle"], mid["at"]) for mid in data.get("mids", ()))
        clip: ClipUse = "extend" if data.get("clip") == "extend" else "reference"
        return cls(data.get("first", ""), mids, data.get("end", ""), clip, tuple(data.get("voices", ())))


@dataclass(frozen=True)
class TakeRequest:
    """One requested take; `shot` is the code of the shot that it is for."""

    prompt: str
    settings: Settings = field(default_factory=Settings)
    roles: Roles = field(default_factory=Roles)
    shot: str = ""

    @classmethod
    def of(cls, job: Job) -> "TakeRequest":
        """Return what a job or draft requests."""
        code = job.shot.code if job.shot else ""
        return cls(job.prompt, Settings.of(job), Roles.of_data(job.roles), code)
