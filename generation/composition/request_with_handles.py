"""What is asked for in the provider's own fields, with an asset's `@handle` wherever a URL may stand."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from generation.composition.take_request import Brief, ClipUse, Roles, Settings
from generation.skyreels import schemas
from generation.skyreels.rules import without_absent
from library import handles

LISTS = ("mid_frame_images", "ref_images", "ref_videos")
LOOKED_AT = 20  # elements of a list: that it is too long is for the rules to tell


@dataclass(frozen=True)
class Order:
    """A request by handles. Its data may be of any form: what is wrong with it is told by the rules.

    `clip` says what a video is for that only the prompt names; `voices` which characters that only the prompt names
    speak with their own voice, True for all that have one. `typed` ones are written by a person on our page, who is
    told of every handle that means nothing; in those of other programs such a word is text.
    """

    # Addresses of other programs may be signed: they are not shown wherever an order is.
    data: Mapping[str, Any] = field(repr=False)
    clip: ClipUse = "reference"
    voices: bool | tuple[str, ...] = False
    typed: bool = False

    @classmethod
    def of(cls, brief: Brief) -> "Order":
        """The page's prompt, settings and frames. Subjects and clips follow from the prompt."""
        data = {**vars(brief.settings), "prompt": brief.prompt, **_frames(brief.roles)}
        return cls(data, clip=brief.roles.clip, voices=brief.roles.voices, typed=True)

    @property
    def given(self) -> dict[str, Any]:
        """The data without what counts as absent; lists and elements are the reader's own."""
        return {name: _copied(value) for name, value in without_absent(self.data).items()}

    @property
    def prompt(self) -> str:
        """The prompt, empty where the data has none that is text."""
        return text_of(self.data.get("prompt"))

    @property
    def settings(self) -> Settings:
        """What was chosen beside the prompt, by the provider's defaults where nothing or null was (section 1)."""
        given = without_absent(self.data)
        duration = given.get("duration", schemas.DEFAULT_DURATION)
        return Settings(
            model=text_of(given.get("model")),
            duration=duration if type(duration) is int else schemas.DEFAULT_DURATION,
            resolution=text_of(given.get("resolution", schemas.Resolution.P1080.value)),
            aspect_ratio=text_of(given.get("aspect_ratio", schemas.AspectRatio.WIDE.value)),
            prompt_optimizer=given.get("prompt_optimizer") is not False,
        )

    @property
    def names(self) -> list[str]:
        """Every name that may be an asset's, in the fields and in the prompt, each once."""
        said = [mention.name for mention in handles.find_handles(self.prompt)]
        fields = [name for value in _words(self.data) if (name := text_of(value)).startswith("@")]
        voices = self.voices if isinstance(self.voices, tuple) else ()
        return list(dict.fromkeys(handles.fold(name) for name in (*fields, *voices, *said)))


def is_handle(value: object) -> bool:
    """Whether this stands for an asset instead of being an address."""
    return isinstance(value, str) and value.startswith("@")


def text_of(value: object) -> str:
    """A text as it is, anything else as none."""
    return value if isinstance(value, str) else ""


def elements(data: Mapping[str, Any], name: str) -> Iterator[tuple[str, Any]]:
    """The well-formed elements of a list field, each with its path."""
    listed = data.get(name)
    for place, element in enumerate(listed[:LOOKED_AT] if isinstance(listed, list) else []):
        if isinstance(element, dict):
            yield f"{name}.{place}", element


def _copied(value: object) -> object:
    if not isinstance(value, list):
        return value
    return [dict(one) if isinstance(one, dict) else one for one in value]


def _frames(roles: Roles) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if roles.first:
        found["first_frame_image"] = _at(roles.first)
    mids = [
        {"tag": _at(mid.handle), "image_url": _at(mid.handle), "time_stamp": mid.at} for mid in roles.mids
    ]
    if mids:
        found["mid_frame_images"] = mids
    if roles.end:
        found["end_frame_image"] = _at(roles.end)
    return found


def _at(name: str) -> str:
    return f"@{name.removeprefix('@')}"


def _words(data: Mapping[str, Any]) -> Iterator[object]:
    """What stands at the places of files and tags."""
    yield from (data.get("first_frame_image"), data.get("end_frame_image"))
    for name in LISTS:
        for _, element in elements(data, name):
            yield from (element.get(field) for field in ("tag", "image_url", "audio_url", "video_url"))
            pictures = element.get("image_urls")
            yield from pictures[:LOOKED_AT] if isinstance(pictures, list) else []
