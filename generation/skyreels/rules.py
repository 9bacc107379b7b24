"""Rules that span fields (skyreels-api.md section 1).

They read the request as plain data and skip values of the wrong type, so that one invalid field does not hide other
problems. Rules about a single field are in `requests.py`.
"""

from collections.abc import Iterator, Mapping

from generation.skyreels.limits import (
    DEFAULT_DURATION,
    MAX_MID_FRAMES,
    MAX_PICTURES_PER_SUBJECT,
    MAX_PROMPT_TOKENS,
    MAX_REF_IMAGES,
    MAX_REF_VIDEOS,
    UNSPECIFIED_TIME,
)
from generation.skyreels.problems import Problem, RuleCode, problem
from generation.skyreels.tags import find_conflicts, occurs_in
from generation.skyreels.tokens import estimate_tokens
from generation.skyreels.vocabulary import I2V_FIELDS, OMNI_FIELDS

Data = Mapping[str, object]

MAX_ELEMENTS = 20  # of one list that are checked
_LISTS = {"mid_frame_images", "ref_images", "ref_videos", "image_urls"}
_MAX_LENGTHS = {
    "mid_frame_images": MAX_MID_FRAMES,
    "ref_images": MAX_REF_IMAGES,
    "ref_videos": MAX_REF_VIDEOS,
}


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
    """Return all broken rules that span fields. `data` is the result of `without_absent`."""
    return [
        *_prompt_length(data),
        *_lengths(data),
        *_frames_with_references(data),
        *_time_stamps(data),
        *_image_types(data),
        *_video_rules(data),
        *_tags(data),
    ]


def _is_absent(name: str, value: object) -> bool:
    return value is None or (name in _LISTS and isinstance(value, list | tuple) and not value)


def _element_without_absent(element: object) -> object:
    if not isinstance(element, Mapping):
        return element
    return {name: value for name, value in element.items() if not _is_absent(name, value)}


def _elements(data: Data, name: str) -> list[tuple[str, Data]]:
    """Return the well-formed elements of a list field, each with its path."""
    listed = data.get(name)
    if not isinstance(listed, list | tuple):
        return []
    return [
        (f"{name}.{i}", element)
        for i, element in enumerate(listed[:MAX_ELEMENTS])
        if isinstance(element, Mapping)
    ]


def _prompt_length(data: Data) -> Iterator[Problem]:
    prompt = data.get("prompt")
    if isinstance(prompt, str) and (estimate := estimate_tokens(prompt)).surely_too_long:
        yield problem(RuleCode.PROMPT_TOO_LONG, "prompt", tokens=estimate.low, limit=MAX_PROMPT_TOKENS)


def _lengths(data: Data) -> Iterator[Problem]:
    """Yield lists that are too long. Pydantic does not report the length while an element is invalid."""
    lists = [(name, data.get(name), most) for name, most in _MAX_LENGTHS.items()]
    lists += [
        (f"{path}.image_urls", element.get("image_urls"), MAX_PICTURES_PER_SUBJECT)
        for path, element in _elements(data, "ref_images")
        if element.get("type") != "grid"
    ]
    for path, listed, most in lists:
        if isinstance(listed, list | tuple) and len(listed) > most:
            yield problem(RuleCode.TOO_MANY_ENTRIES, path, count=len(listed), limit=most)


def _frames_with_references(data: Data) -> Iterator[Problem]:
    frames = [name for name in I2V_FIELDS if name in data]
    references = [name for name in OMNI_FIELDS if name in data]
    if frames and references:
        fields = tuple(frames + references)
        yield problem(RuleCode.FRAMES_WITH_REFERENCES, references[0], fields=fields)


def _time_stamps(data: Data) -> Iterator[Problem]:
    duration = data.get("duration", DEFAULT_DURATION)
    for path, element in _elements(data, "mid_frame_images"):
        at = element.get("time_stamp", UNSPECIFIED_TIME)
        if not isinstance(at, int) or not isinstance(duration, int) or at == UNSPECIFIED_TIME:
            continue
        if not 0 < at < duration:
            field = f"{path}.time_stamp"
            yield problem(RuleCode.KEYFRAME_OUT_OF_RANGE, field, second=at, duration=duration)


def _image_types(data: Data) -> Iterator[Problem]:
    elements = _elements(data, "ref_images")
    types = [element.get("type") for _, element in elements]
    if "image" in types and "grid" in types:
        odd = next(i for i, kind in enumerate(types) if kind != types[0])
        yield problem(RuleCode.GRID_WITH_IMAGES, f"{elements[odd][0]}.type")
    elif types.count("grid") > 1:
        yield problem(RuleCode.SEVERAL_GRIDS, "ref_images", count=len(types))
    for path, element in elements:
        if element.get("type") == "grid":
            yield from _grid_rules(path, element)


def _grid_rules(path: str, element: Data) -> Iterator[Problem]:
    pictures = element.get("image_urls")
    if isinstance(pictures, list | tuple) and len(pictures) > 1:
        yield problem(RuleCode.GRID_IMAGE_COUNT, f"{path}.image_urls", count=len(pictures))
    if "audio_url" in element:
        yield problem(RuleCode.GRID_WITH_VOICE, f"{path}.audio_url")


def _video_rules(data: Data) -> Iterator[Problem]:
    types = [element.get("type") for _, element in _elements(data, "ref_videos")]
    if "extend" in types and "ref_images" in data:
        yield problem(RuleCode.EXTENSION_WITH_IMAGES, "ref_images")
    if "reference" in types:
        for path, element in _elements(data, "ref_images"):
            if element.get("type") == "grid":
                yield problem(RuleCode.GRID_WITH_MOTION, f"{path}.type")


def _tags(data: Data) -> Iterator[Problem]:
    tagged = [
        (f"{path}.tag", tag)
        for name in ("mid_frame_images", "ref_images", "ref_videos")
        for path, element in _elements(data, name)
        if isinstance(tag := element.get("tag"), str) and len(tag) > 1 and tag.startswith("@")
    ]
    prompt = data.get("prompt")
    for path, tag in tagged:
        if isinstance(prompt, str) and not occurs_in(tag, prompt):
            yield problem(RuleCode.TAG_NOT_IN_PROMPT, path, tag=tag)
    for later, earlier in find_conflicts(tag for _, tag in tagged):
        path, tag = tagged[later]
        other_path, other = tagged[earlier]
        code = RuleCode.TAG_REPEATED if tag == other else RuleCode.TAG_IS_PREFIX
        yield problem(code, path, tag=tag, other=other, other_field=other_path)
