"""A request in the provider's own fields, with an asset's `@handle` wherever a URL may be."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from generation.composition.take_request import ClipUse, Roles, Settings, TakeRequest
from generation.skyreels import schemas
from generation.skyreels.rules import without_absent
from library import handles

LIST_FIELDS = ("mid_frame_images", "ref_images", "ref_videos")
MAX_ELEMENTS = 20  # of a list that are read; the rules report lists that are too long


@dataclass(frozen=True)
class RequestWithHandles:
    """A request before its handles are resolved. Its data may have any form; the rules report what is wrong.

    `clip` is the use of a video that only the prompt names. `voices` are the characters named only in the prompt that
    speak with their own voice, True for all that have one. With `is_from_page` a user typed the request on our page, so
    each unknown handle is an error; in a request of an API client such a word is text.
    """

    # An API client's URLs may be signed, so they are left out of the representation.
    data: Mapping[str, Any] = field(repr=False)
    clip: ClipUse = "reference"
    voices: bool | tuple[str, ...] = False
    is_from_page: bool = False

    @classmethod
    def from_take_request(cls, request: TakeRequest) -> "RequestWithHandles":
        """Return the request of the page's prompt, settings and frames. Subjects and videos follow from the prompt."""
        data = {**vars(request.settings), "prompt": request.prompt, **_frames(request.roles)}
        return cls(data, clip=request.roles.clip, voices=request.roles.voices, is_from_page=True)

    @property
    def copied_data(self) -> dict[str, Any]:
        """The data without what counts as absent. Lists and elements are copies that the caller may change."""
        return {name: _copied(value) for name, value in without_absent(self.data).items()}

    @property
    def prompt(self) -> str:
        """The prompt, empty where the data has none that is text."""
        return text_of(self.data.get("prompt"))

    @property
    def settings(self) -> Settings:
        """The settings, with the provider's defaults for those that are missing or null (section 1)."""
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
        """Each name in the fields and the prompt that may be an asset's, once."""
        mentioned = [mention.name for mention in handles.find_handles(self.prompt)]
        fields = [name for value in _field_values(self.data) if (name := text_of(value)).startswith("@")]
        voices = self.voices if isinstance(self.voices, tuple) else ()
        return list(dict.fromkeys(handles.fold(name) for name in (*fields, *voices, *mentioned)))


def is_handle(value: object) -> bool:
    """Return whether a value names an asset instead of being a URL."""
    return isinstance(value, str) and value.startswith("@")


def text_of(value: object) -> str:
    """Return a string unchanged, and an empty string for anything else."""
    return value if isinstance(value, str) else ""


def elements(data: Mapping[str, Any], name: str) -> Iterator[tuple[str, Any]]:
    """Yield the well-formed elements of a list field, each with its path."""
    listed = data.get(name)
    for index, element in enumerate(listed[:MAX_ELEMENTS] if isinstance(listed, list) else []):
        if isinstance(element, dict):
            yield f"{name}.{index}", element


def _copied(value: object) -> object:
    if not isinstance(value, list):
        return value
    return [dict(one) if isinstance(one, dict) else one for one in value]


def _frames(roles: Roles) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if roles.first:
        fields["first_frame_image"] = _with_at(roles.first)
    mids = [
        {"tag": _with_at(mid.handle), "image_url": _with_at(mid.handle), "time_stamp": mid.at}
        for mid in roles.mids
    ]
    if mids:
        fields["mid_frame_images"] = mids
    if roles.end:
        fields["end_frame_image"] = _with_at(roles.end)
    return fields


def _with_at(name: str) -> str:
    return f"@{name.removeprefix('@')}"


def _field_values(data: Mapping[str, Any]) -> Iterator[object]:
    """Yield the values of all fields for files and tags."""
    yield from (data.get("first_frame_image"), data.get("end_frame_image"))
    for name in LIST_FIELDS:
        for _, element in elements(data, name):
            yield from (element.get(field) for field in ("tag", "image_url", "audio_url", "video_url"))
            images = element.get("image_urls")
            yield from images[:MAX_ELEMENTS] if isinstance(images, list) else []
