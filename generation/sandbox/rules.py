"""Validate a JSON body by the provider's rules (skyreels-api.md section 1)."""

import re
from typing import Any
from urllib.parse import urlsplit

from generation.sandbox.render_request import SIZES, Keyframe, ReferenceVideo, RenderRequest, Subject
from generation.sandbox.tokens import count_tokens
from library.text import is_blank

MODELS = ("skyreels-v4-fast", "skyreels-v4-std")
RATIOS = tuple(SIZES["480p"])
MAX_TOKENS = 1280

_FIELDS = {
    "model", "prompt", "duration", "resolution", "aspect_ratio", "prompt_optimizer", "first_frame_image",
    "end_frame_image", "mid_frame_images", "ref_images", "ref_videos", "webhook",
}  # fmt: skip
_IMAGES = frozenset({"jpg", "jpeg", "png", "gif", "bmp"})
_VIDEOS = frozenset({"mp4", "mov"})
_AUDIOS = frozenset({"mp3", "wav"})
_OTHER = frozenset({
    "aac", "aiff", "avi", "avif", "flac", "flv", "heic", "m4a", "m4v", "mkv", "mpeg", "mpg", "ogg", "opus",
    "pdf", "psd", "svg", "tif", "tiff", "txt", "webm", "webp", "wmv", "zip",
})  # fmt: skip
_MEDIA = _IMAGES | _VIDEOS | _AUDIOS | _OTHER
_NO_TEXT = re.compile(r"[\0\ud800-\udfff]")
_NOT_IN_URLS = re.compile(r"[\s\0-\x1f\x7f\ud800-\udfff]")


class InvalidParameter(Exception):
    """The request is refused with 422; `param` is the path of the field, such as `ref_images.0.tag`."""

    def __init__(self, param: str, message: str) -> None:
        super().__init__(message)
        self.param = param
        self.message = message


_LISTS = {"mid_frame_images", "ref_images", "ref_videos", "image_urls"}


def read_request(body: object) -> RenderRequest:
    """Return the request of a decoded JSON body. Raise InvalidParameter for the first rule that it breaks."""
    if not isinstance(body, dict):
        raise InvalidParameter("", "the body must be a JSON object")
    given = _present(body)
    _refuse_unknown(given, _FIELDS, "")
    prompt = _prompt(given)
    duration = _duration(given)
    request = RenderRequest(
        model=_choice(given, "model", MODELS, None),
        prompt=prompt,
        duration=duration,
        resolution=_choice(given, "resolution", tuple(SIZES), "1080p"),
        aspect_ratio=_choice(given, "aspect_ratio", RATIOS, "16:9"),
        first_frame=_url(given, "first_frame_image", _IMAGES),
        end_frame=_url(given, "end_frame_image", _IMAGES),
        keyframes=_keyframes(given, duration),
        subjects=_subjects(given),
        video=_video(given),
        webhook=_url(given, "webhook", frozenset()),
    )
    if not isinstance(given.get("prompt_optimizer", True), bool):
        raise InvalidParameter("prompt_optimizer", "must be true or false")
    _refuse_mixed(request)
    _check_tags(request)
    return request


def _prompt(given: dict[str, Any]) -> str:
    prompt = _text(given, "prompt", "prompt")
    if is_blank(prompt):
        raise InvalidParameter("prompt", "must not be empty")
    if _NO_TEXT.search(prompt):
        raise InvalidParameter("prompt", "must not contain NUL characters or unpaired surrogates")
    tokens = count_tokens(prompt)
    if tokens > MAX_TOKENS:
        raise InvalidParameter("prompt", f"has {tokens} tokens, at most {MAX_TOKENS} are allowed")
    return prompt


def _duration(given: dict[str, Any]) -> int:
    duration = given.get("duration", 5)
    if not _is_integer(duration) or not 3 <= duration <= 15:
        raise InvalidParameter("duration", "must be a whole number of seconds from 3 to 15")
    return int(duration)


def _keyframes(given: dict[str, Any], duration: int) -> tuple[Keyframe, ...]:
    found = []
    for path, item in _elements(given, "mid_frame_images", 6, {"tag", "image_url", "time_stamp"}):
        stamp = item.get("time_stamp", -1)
        if not _is_integer(stamp) or not (stamp == -1 or 0 < stamp < duration):
            raise InvalidParameter(
                f"{path}.time_stamp", f"must be -1 or a whole number between 0 and {duration}"
            )
        found.append(Keyframe(_tag(item, path), _required_url(item, path, "image_url", _IMAGES), stamp))
    return tuple(found)


def _subjects(given: dict[str, Any]) -> tuple[Subject, ...]:
    found = []
    for path, item in _elements(given, "ref_images", 3, {"tag", "type", "image_urls", "audio_url"}):
        kind = _choice(item, "type", ("image", "grid"), None, path)
        urls = _image_urls(item, path, 1 if kind == "grid" else 5)
        audio = _url(item, "audio_url", _AUDIOS, path)
        if audio and kind == "grid":
            raise InvalidParameter(f"{path}.audio_url", "is only allowed with type image")
        found.append(Subject(_tag(item, path), kind, urls, audio))
    for place, subject in enumerate(found):
        if subject.kind != found[0].kind:
            raise InvalidParameter(f"ref_images.{place}.type", "all elements must share one type")
    if len(found) > 1 and found[0].kind == "grid":
        raise InvalidParameter("ref_images", "at most one element of type grid is allowed")
    return tuple(found)


def _image_urls(item: dict[str, Any], path: str, most: int) -> tuple[str, ...]:
    urls = item.get("image_urls")
    if not isinstance(urls, list) or not 1 <= len(urls) <= most:
        raise InvalidParameter(
            f"{path}.image_urls", f"must list {'1 to 5 URLs' if most > 1 else 'exactly 1 URL'}"
        )
    return tuple(_checked_url(url, f"{path}.image_urls.{place}", _IMAGES) for place, url in enumerate(urls))


def _video(given: dict[str, Any]) -> ReferenceVideo | None:
    for path, item in _elements(given, "ref_videos", 1, {"tag", "type", "video_url"}):
        kind = _choice(item, "type", ("reference", "extend"), None, path)
        return ReferenceVideo(_tag(item, path), kind, _required_url(item, path, "video_url", _VIDEOS))
    return None


def _refuse_mixed(request: RenderRequest) -> None:
    framed = request.first_frame or request.end_frame or request.keyframes
    if framed and (request.subjects or request.video):
        param = "ref_images" if request.subjects else "ref_videos"
        raise InvalidParameter(param, "frame images and references cannot be used in one request")
    if request.video and request.video.kind == "extend" and request.subjects:
        raise InvalidParameter("ref_images", "cannot be combined with a video of type extend")
    if request.video and any(subject.kind == "grid" for subject in request.subjects):
        raise InvalidParameter("ref_images.0.type", "grid cannot be combined with a reference video")


def _check_tags(request: RenderRequest) -> None:
    declared = [(f"mid_frame_images.{n}.tag", item.tag) for n, item in enumerate(request.keyframes)]
    declared += [(f"ref_images.{n}.tag", item.tag) for n, item in enumerate(request.subjects)]
    declared += [("ref_videos.0.tag", request.video.tag)] if request.video else []
    seen: set[str] = set()
    for path, tag in declared:
        if tag not in request.prompt:
            raise InvalidParameter(path, f"{tag} does not appear in the prompt")
        if tag in seen:
            raise InvalidParameter(path, f"{tag} is declared twice")
        seen.add(tag)


def _elements(
    given: dict[str, Any], name: str, most: int, fields: set[str]
) -> list[tuple[str, dict[str, Any]]]:
    """Return the elements of a list field with their paths, without nulls and empty lists."""
    items = given.get(name, [])
    if not isinstance(items, list):
        raise InvalidParameter(name, "must be a list")
    if len(items) > most:
        raise InvalidParameter(name, f"has {len(items)} elements, at most {most} are allowed")
    found = []
    for place, item in enumerate(items):
        path = f"{name}.{place}"
        if not isinstance(item, dict):
            raise InvalidParameter(path, "must be an object")
        present = _present(item)
        _refuse_unknown(present, fields, f"{path}.")
        found.append((path, present))
    return found


def _present(given: dict[str, Any]) -> dict[str, Any]:
    """Return the fields without those that count as absent: null, or an empty list for a list field."""
    return {
        name: value
        for name, value in given.items()
        if value is not None and not (value == [] and name in _LISTS)
    }


def _refuse_unknown(given: dict[str, Any], known: set[str], prefix: str) -> None:
    for name in given:
        if name not in known:
            raise InvalidParameter(f"{prefix}{name}", "is not a parameter of this model")


def _choice(
    given: dict[str, Any], name: str, choices: tuple[str, ...], default: str | None, path: str = ""
) -> str:
    value = given.get(name, default)
    if not isinstance(value, str) or value not in choices:
        raise InvalidParameter(_join(path, name), f"must be one of {', '.join(choices)}")
    return value


def _tag(item: dict[str, Any], path: str) -> str:
    tag = _text(item, "tag", f"{path}.tag")
    if not tag.startswith("@") or len(tag) < 2:
        raise InvalidParameter(f"{path}.tag", "must start with @ and have a name")
    return tag


def _text(given: dict[str, Any], name: str, path: str) -> str:
    value = given.get(name)
    if not isinstance(value, str):
        raise InvalidParameter(path, "is required and must be a string")
    return value


def _required_url(item: dict[str, Any], path: str, name: str, endings: frozenset[str]) -> str:
    return _checked_url(item.get(name), f"{path}.{name}", endings)


def _url(given: dict[str, Any], name: str, endings: frozenset[str], path: str = "") -> str | None:
    return None if given.get(name) is None else _checked_url(given[name], _join(path, name), endings)


def _checked_url(value: object, path: str, endings: frozenset[str]) -> str:
    """Return a URL to fetch. Refuse URLs whose file extension names another kind of media."""
    if not isinstance(value, str) or _NOT_IN_URLS.search(value):
        raise InvalidParameter(path, "must be an http or https URL")
    try:
        parts = urlsplit(value)
        reachable = parts.hostname and parts.port != 0
    except ValueError:
        raise InvalidParameter(path, "is not a valid URL") from None
    if parts.scheme not in ("http", "https") or not reachable:
        raise InvalidParameter(path, "must be an http or https URL with a host")
    _, dot, ending = parts.path.rpartition("/")[2].lower().rpartition(".")
    if endings and dot and ending in _MEDIA - endings:
        raise InvalidParameter(path, f"must be {', '.join(sorted(endings))}, not {ending}")
    return value


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
