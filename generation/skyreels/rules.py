"""Rules that span fields (skyreels-api.md section 1).

They read the request as plain data and skip what is of the wrong type, so that a draft with one bad field
still hears about all its other faults. What one field can tell by itself is checked in `requests.py`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from generation.skyreels.limits import (
    DEFAULT_DURATION,
    MAX_MID_FRAMES,
    MAX_PICTURES_PER_SUBJECT,
    MAX_PROMPT_TOKENS,
    MAX_REF_IMAGES,
    MAX_REF_VIDEOS,
    UNSPECIFIED_TIME,
)
from generation.skyreels.tags import clashes, stands_in
from generation.skyreels.tokens import estimate_tokens
from generation.skyreels.vocabulary import I2V_FIELDS, OMNI_FIELDS

Data = Mapping[str, object]

_LOOKED_AT = 20  # elements of one list
_LISTS = {"mid_frame_images", "ref_images", "ref_videos", "image_urls"}
_LONGEST = {"mid_frame_images": MAX_MID_FRAMES, "ref_images": MAX_REF_IMAGES, "ref_videos": MAX_REF_VIDEOS}


@dataclass(frozen=True, slots=True)
class Problem:
    """One broken rule: a field path such as `ref_images.0.tag` (empty: the whole) and what is wrong."""

    param: str
    message: str


def without_absent(data: Data) -> dict[str, object]:
    """Return the request without nulls and empty lists, which count as absent, also in its elements. An empty list for
    a single-value field is kept, so that it is reported as an error."""
    present = {name: value for name, value in data.items() if not _is_absent(name, value)}
    for name in ("mid_frame_images", "ref_images", "ref_videos"):
        elements = present.get(name)
        if isinstance(elements, list | tuple):
            present[name] = [_element_without_absent(element) for element in elements]
    return present


def broken_rules(data: Data) -> list[Problem]:
    """Every broken rule that spans fields. `data` has been through `without_absent`."""
    return [
        *_prompt_length(data),
        *_lengths(data),
        *_mode_clash(data),
        *_time_stamps(data),
        *_pictures(data),
        *_clips(data),
        *_tags(data),
    ]


def _is_absent(name: str, value: object) -> bool:
    return value is None or (name in _LISTS and isinstance(value, list | tuple) and not value)


def _element_without_absent(element: object) -> object:
    if not isinstance(element, Mapping):
        return element
    return {name: value for name, value in element.items() if not _is_absent(name, value)}


def _elements(data: Data, name: str) -> list[tuple[str, Data]]:
    """The well-formed elements of a list field, each with its path."""
    listed = data.get(name)
    if not isinstance(listed, list | tuple):
        return []
    return [
        (f"{name}.{i}", element)
        for i, element in enumerate(listed[:_LOOKED_AT])
        if isinstance(element, Mapping)
    ]


def _prompt_length(data: Data) -> Iterator[Problem]:
    prompt = data.get("prompt")
    if isinstance(prompt, str) and (estimate := estimate_tokens(prompt)).surely_too_long:
        yield Problem(
            "prompt",
            f"the prompt is at least {estimate.low} tokens long; it must be at most {MAX_PROMPT_TOKENS}",
        )


def _lengths(data: Data) -> Iterator[Problem]:
    """Told here too: pydantic keeps silent about a list's length while one of its elements has a fault."""
    lists = [(name, data.get(name), most) for name, most in _LONGEST.items()]
    lists += [
        (f"{path}.image_urls", element.get("image_urls"), MAX_PICTURES_PER_SUBJECT)
        for path, element in _elements(data, "ref_images")
        if element.get("type") != "grid"
    ]
    for path, listed, most in lists:
        if isinstance(listed, list | tuple) and len(listed) > most:
            yield Problem(path, f"{path} has {len(listed)} entries; it must have at most {most}")


def _mode_clash(data: Data) -> Iterator[Problem]:
    frames = [name for name in I2V_FIELDS if name in data]
    references = [name for name in OMNI_FIELDS if name in data]
    if frames and references:
        together = " and ".join(frames + references)
        yield Problem(
            references[0], f"{together} are given together; use either frames or references, not both"
        )


def _time_stamps(data: Data) -> Iterator[Problem]:
    duration = data.get("duration", DEFAULT_DURATION)
    for path, element in _elements(data, "mid_frame_images"):
        at = element.get("time_stamp", UNSPECIFIED_TIME)
        if not isinstance(at, int) or not isinstance(duration, int) or at == UNSPECIFIED_TIME:
            continue
        if not 0 < at < duration:
            yield Problem(
                f"{path}.time_stamp",
                f"time_stamp is {at} s; it must lie after 0 s and before {duration} s, or be -1 (any time)",
            )


def _pictures(data: Data) -> Iterator[Problem]:
    elements = _elements(data, "ref_images")
    types = [element.get("type") for _, element in elements]
    if "image" in types and "grid" in types:
        odd = next(i for i, kind in enumerate(types) if kind != types[0])
        yield Problem(
            f"{elements[odd][0]}.type",
            "type image and type grid are mixed; all ref_images must be of one type",
        )
    elif types.count("grid") > 1:
        yield Problem("ref_images", f"there are {len(types)} grids; a grid must stand alone")
    for path, element in elements:
        if element.get("type") == "grid":
            yield from _grid(path, element)


def _grid(path: str, element: Data) -> Iterator[Problem]:
    pictures = element.get("image_urls")
    if isinstance(pictures, list | tuple) and len(pictures) > 1:
        yield Problem(f"{path}.image_urls", f"the grid has {len(pictures)} pictures; it must have exactly 1")
    if "audio_url" in element:
        yield Problem(f"{path}.audio_url", "a grid cannot carry audio; only ref_images of type image can")


def _clips(data: Data) -> Iterator[Problem]:
    types = [element.get("type") for _, element in _elements(data, "ref_videos")]
    if "extend" in types and "ref_images" in data:
        yield Problem(
            "ref_images", "ref_images are given with a video to extend; an extension takes no pictures"
        )
    if "reference" in types:
        for path, element in _elements(data, "ref_images"):
            if element.get("type") == "grid":
                yield Problem(
                    f"{path}.type", "type is grid; beside a reference video ref_images must be of type image"
                )


def _tags(data: Data) -> Iterator[Problem]:
    tagged = [
        (f"{path}.tag", tag)
        for name in ("mid_frame_images", "ref_images", "ref_videos")
        for path, element in _elements(data, name)
        if isinstance(tag := element.get("tag"), str) and len(tag) > 1 and tag.startswith("@")
    ]
    prompt = data.get("prompt")
    for path, tag in tagged:
        if isinstance(prompt, str) and not stands_in(tag, prompt):
            yield Problem(
                path,
                f"the prompt does not contain {tag}; each tag must stand in the prompt, in the same case",
            )
    for later, earlier in clashes(tag for _, tag in tagged):
        path, tag = tagged[later]
        other_path, other = tagged[earlier]
        fault = (
            "is used twice"
            if tag == other
            else f"and {other} begin alike, so that one is found inside the other"
        )
        yield Problem(path, f"tag {tag} {fault} (see {other_path}); give each a name of its own")
