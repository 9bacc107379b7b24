"""The provider's rule book (skyreels-api.md section 1): a JSON body becomes an Order or is refused."""

import re
from typing import Any
from urllib.parse import urlsplit

from generation.sandbox.render_request import SIZES, Clip, Keyframe, Order, Subject
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
_NO_ADDRESS = re.compile(r"[\s\0-\x1f\x7f\ud800-\udfff]")
# The real tokenizer is unpublished, so only what none could make shorter is counted: a token for each 24 letters that a
# word has begun, for each three characters of a script without blanks, for each 16 signs in a row.
_SCRIPTS = r"\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(rf"([{_SCRIPTS}]+)|([^\W{_SCRIPTS}]+)|([^\w\s]+)")


class RuleBroken(Exception):
    """The request is refused with 422; `param` is the path of the field, such as `ref_images.0.tag`."""

    def __init__(self, param: str, message: str) -> None:
        super().__init__(message)
        self.param = param
        self.message = message


_LISTS = {"mid_frame_images", "ref_images", "ref_videos", "image_urls"}


def read_order(body: object) -> Order:
    """Check a decoded JSON body against every rule. Raises RuleBroken for the first one broken."""
    if not isinstance(body, dict):
        raise RuleBroken("", "the body must be a JSON object")
    given = _present(body)
    _refuse_unknown(given, _FIELDS, "")
    prompt = _prompt(given)
    duration = _duration(given)
    order = Order(
        model=_choice(given, "model", MODELS, None),
        prompt=prompt,
        duration=duration,
        resolution=_choice(given, "resolution", tuple(SIZES), "1080p"),
        aspect_ratio=_choice(given, "aspect_ratio", RATIOS, "16:9"),
        first_frame=_url(given, "first_frame_image", _IMAGES),
        end_frame=_url(given, "end_frame_image", _IMAGES),
        keyframes=_keyframes(given, duration),
        subjects=_subjects(given),
        clip=_clip(given),
        webhook=_url(given, "webhook", frozenset()),
    )
    if not isinstance(given.get("prompt_optimizer", True), bool):
        raise RuleBroken("prompt_optimizer", "must be true or false")
    _refuse_mixed(order)
    _check_tags(order)
    return order


def _prompt(given: dict[str, Any]) -> str:
    prompt = _text(given, "prompt", "prompt")
    if is_blank(prompt):
        raise RuleBroken("prompt", "must not be empty")
    if _NO_TEXT.search(prompt):
        raise RuleBroken("prompt", "must be text throughout")
    tokens = count_tokens(prompt)
    if tokens > MAX_TOKENS:
        raise RuleBroken("prompt", f"has {tokens} tokens, at most {MAX_TOKENS} are allowed")
    return prompt


def count_tokens(prompt: str) -> int:
    """How many tokens a prompt surely has."""
    tokens = 0
    for script, word, signs in _RUN.findall(prompt):
        tokens += -(-len(script) // 3) + -(-len(word) // 24) + len(signs) // 16
    return tokens


def _duration(given: dict[str, Any]) -> int:
    duration = given.get("duration", 5)
    if not _is_integer(duration) or not 3 <= duration <= 15:
        raise RuleBroken("duration", "must be a whole number of seconds from 3 to 15")
    return int(duration)


def _keyframes(given: dict[str, Any], duration: int) -> tuple[Keyframe, ...]:
    found = []
    for path, item in _elements(given, "mid_frame_images", 6, {"tag", "image_url", "time_stamp"}):
        stamp = item.get("time_stamp", -1)
        if not _is_integer(stamp) or not (stamp == -1 or 0 < stamp < duration):
            raise RuleBroken(f"{path}.time_stamp", f"must be -1 or a whole number between 0 and {duration}")
        found.append(Keyframe(_tag(item, path), _required_url(item, path, "image_url", _IMAGES), stamp))
    return tuple(found)


def _subjects(given: dict[str, Any]) -> tuple[Subject, ...]:
    found = []
    for path, item in _elements(given, "ref_images", 3, {"tag", "type", "image_urls", "audio_url"}):
        kind = _choice(item, "type", ("image", "grid"), None, path)
        urls = _image_urls(item, path, 1 if kind == "grid" else 5)
        audio = _url(item, "audio_url", _AUDIOS, path)
        if audio and kind == "grid":
            raise RuleBroken(f"{path}.audio_url", "is only allowed with type image")
        found.append(Subject(_tag(item, path), kind, urls, audio))
    for place, subject in enumerate(found):
        if subject.kind != found[0].kind:
            raise RuleBroken(f"ref_images.{place}.type", "all elements must share one type")
    if len(found) > 1 and found[0].kind == "grid":
        raise RuleBroken("ref_images", "at most one element of type grid is allowed")
    return tuple(found)


def _image_urls(item: dict[str, Any], path: str, most: int) -> tuple[str, ...]:
    urls = item.get("image_urls")
    if not isinstance(urls, list) or not 1 <= len(urls) <= most:
        raise RuleBroken(f"{path}.image_urls", f"must list {'1 to 5 URLs' if most > 1 else 'exactly 1 URL'}")
    return tuple(_checked_url(url, f"{path}.image_urls.{place}", _IMAGES) for place, url in enumerate(urls))


def _clip(given: dict[str, Any]) -> Clip | None:
    for path, item in _elements(given, "ref_videos", 1, {"tag", "type", "video_url"}):
        kind = _choice(item, "type", ("reference", "extend"), None, path)
        return Clip(_tag(item, path), kind, _required_url(item, path, "video_url", _VIDEOS))
    return None


def _refuse_mixed(order: Order) -> None:
    framed = order.first_frame or order.end_frame or order.keyframes
    if framed and (order.subjects or order.clip):
        param = "ref_images" if order.subjects else "ref_videos"
        raise RuleBroken(param, "frame images and references cannot be used in one request")
    if order.clip and order.clip.kind == "extend" and order.subjects:
        raise RuleBroken("ref_images", "cannot stand beside a video of type extend")
    if order.clip and any(subject.kind == "grid" for subject in order.subjects):
        raise RuleBroken("ref_images.0.type", "grid cannot stand beside a reference video")


def _check_tags(order: Order) -> None:
    declared = [(f"mid_frame_images.{n}.tag", item.tag) for n, item in enumerate(order.keyframes)]
    declared += [(f"ref_images.{n}.tag", item.tag) for n, item in enumerate(order.subjects)]
    declared += [("ref_videos.0.tag", order.clip.tag)] if order.clip else []
    seen: set[str] = set()
    for path, tag in declared:
        if tag not in order.prompt:
            raise RuleBroken(path, f"{tag} does not appear in the prompt")
        if tag in seen:
            raise RuleBroken(path, f"{tag} is declared twice")
        seen.add(tag)


def _elements(
    given: dict[str, Any], name: str, most: int, fields: set[str]
) -> list[tuple[str, dict[str, Any]]]:
    """The elements of a list field with their paths, nulls and empty lists dropped."""
    items = given.get(name, [])
    if not isinstance(items, list):
        raise RuleBroken(name, "must be a list")
    if len(items) > most:
        raise RuleBroken(name, f"has {len(items)} elements, at most {most} are allowed")
    found = []
    for place, item in enumerate(items):
        path = f"{name}.{place}"
        if not isinstance(item, dict):
            raise RuleBroken(path, "must be an object")
        present = _present(item)
        _refuse_unknown(present, fields, f"{path}.")
        found.append((path, present))
    return found


def _present(given: dict[str, Any]) -> dict[str, Any]:
    """Return whether the value counts as absent: null, or an empty list for a list field."""
    return {
        name: value
        for name, value in given.items()
        if value is not None and not (value == [] and name in _LISTS)
    }


def _refuse_unknown(given: dict[str, Any], known: set[str], prefix: str) -> None:
    for name in given:
        if name not in known:
            raise RuleBroken(f"{prefix}{name}", "is not a parameter of this model")


def _choice(
    given: dict[str, Any], name: str, choices: tuple[str, ...], default: str | None, path: str = ""
) -> str:
    value = given.get(name, default)
    if not isinstance(value, str) or value not in choices:
        raise RuleBroken(_join(path, name), f"must be one of {', '.join(choices)}")
    return value


def _tag(item: dict[str, Any], path: str) -> str:
    tag = _text(item, "tag", f"{path}.tag")
    if not tag.startswith("@") or len(tag) < 2:
        raise RuleBroken(f"{path}.tag", "must start with @ and have a name")
    return tag


def _text(given: dict[str, Any], name: str, path: str) -> str:
    value = given.get(name)
    if not isinstance(value, str):
        raise RuleBroken(path, "is required and must be a string")
    return value


def _required_url(item: dict[str, Any], path: str, name: str, endings: frozenset[str]) -> str:
    return _checked_url(item.get(name), f"{path}.{name}", endings)


def _url(given: dict[str, Any], name: str, endings: frozenset[str], path: str = "") -> str | None:
    return None if given.get(name) is None else _checked_url(given[name], _join(path, name), endings)


def _checked_url(value: object, path: str, endings: frozenset[str]) -> str:
    """An address to fetch. A name that admits to another kind of media is refused unfetched."""
    if not isinstance(value, str) or _NO_ADDRESS.search(value):
        raise RuleBroken(path, "must be an http or https URL")
    try:
        parts = urlsplit(value)
        reachable = parts.hostname and parts.port != 0
    except ValueError:
        raise RuleBroken(path, "is not a valid URL") from None
    if parts.scheme not in ("http", "https") or not reachable:
        raise RuleBroken(path, "must be an http or https URL with a host")
    _, dot, ending = parts.path.rpartition("/")[2].lower().rpartition(".")
    if endings and dot and ending in _MEDIA - endings:
        raise RuleBroken(path, f"must be {', '.join(sorted(endings))}, not {ending}")
    return value


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
