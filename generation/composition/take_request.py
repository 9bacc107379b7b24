"""What is asked for: a prompt, settings, and who plays which part. Plain values, as typed; nothing is looked up."""

from dataclasses import dataclass, field
from typing import Any, Literal, Self

from generation.models import Job
from generation.skyreels import schemas
from library import handles

LONGEST_PROMPT = 50_000  # characters; the provider accepts 1280 tokens, and each handle costs work
ClipUse = Literal["reference", "extend"]


@dataclass(frozen=True)
class Settings:
    """What is chosen beside the prompt; `duration` in seconds, the rest in the provider's own values."""

    model: str = schemas.Model.FAST
    duration: int = 5
    resolution: str = "480p"
    aspect_ratio: str = "16:9"
    prompt_optimizer: bool = True

    @classmethod
    def of(cls, job: Job) -> Self:
        """The settings that a job was made with."""
        return cls(job.model, job.duration, job.resolution, job.aspect_ratio, job.prompt_optimizer)


@dataclass(frozen=True)
class Keyframe:
    """A picture to pass through at a whole second, or at any time (-1)."""

    handle: str
    at: int = schemas.UNSPECIFIED_TIME


@dataclass(frozen=True)
class Roles:
    """Who plays which part beyond what the prompt says; handles without the `@`.

    With any frame chosen the request is image-to-video. `clip` is what a video named in the prompt is for. `voices`
    are the characters that speak with their own voice.
    """

    first: str = ""
    mids: tuple[Keyframe, ...] = ()
    end: str = ""
    clip: ClipUse = "reference"
    voices: tuple[str, ...] = ()

    @property
    def frames(self) -> bool:
        """Whether any frame is chosen."""
        return bool(self.first or self.end or self.mids)

    @property
    def named(self) -> list[str]:
        """The handles of the frames, in the order of the strip."""
        return [name for name in (self.first, *(mid.handle for mid in self.mids), self.end) if name]

    def renamed(self, names: dict[str, str]) -> "Roles":
        """With new handles: `names` maps folded names to new ones."""

        def new(name: str) -> str:
            return names.get(handles.fold(name), name)

        mids = tuple(Keyframe(new(mid.handle), mid.at) for mid in self.mids)
        voices = tuple(new(name) for name in self.voices)
        return Roles(new(self.first), mids, new(self.end), self.clip, voices)

    def as_data(self) -> dict[str, Any]:
        """As kept on a job's row; `of_data` reads it."""
        return {
            "first": self.first,
            "mids": [{"handle": mid.handle, "at": mid.at} for mid in self.mids],
            "end": self.end,
            "clip": self.clip,
            "voices": list(self.voices),
        }

    @classmethod
    def of_data(cls, data: dict[str, Any]) -> "Roles":
        """What `as_data` wrote; an empty dictionary is nobody in particular."""
        mids = tuple(Keyframe(mid["handle"], mid["at"]) for mid in data.get("mids", ()))
        clip: ClipUse = "extend" if data.get("clip") == "extend" else "reference"
        return cls(data.get("first", ""), mids, data.get("end", ""), clip, tuple(data.get("voices", ())))


@dataclass(frozen=True)
class Brief:
    """One take asked for: what is typed and chosen, and the code of the shot that it is for."""

    prompt: str
    settings: Settings = field(default_factory=Settings)
    roles: Roles = field(default_factory=Roles)
    shot: str = ""

    @classmethod
    def of(cls, job: Job) -> "Brief":
        """What a job or draft was asked for."""
        code = job.shot.code if job.shot else ""
        return cls(job.prompt, Settings.of(job), Roles.of_data(job.roles), code)
