"""The operations of the decoder: paths and plain values in, plain values out. All raise UnreadableMedia."""

import hashlib
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from PIL import Image

from library.decoder import conversion, privacy, thumbnails
from library.decoder.drawing import Stroke, with_strokes
from library.decoder.perceptual_hash import looks_of
from library.decoder.remuxing import copy_without_metadata
from library.decoder.watermark import mark_picture
from library.decoder.watermarking import burn_in
from library.probe import UnreadableMedia, shown_name
from library.probe.identify import contents, examine, frame_times, probe, uneven

Result = dict[str, Any]


def prepare(*, path: str, name: str) -> Result:
    """Convert, probe and clean a file, and write its thumbnail beside it.

    `path` of the result is the file to keep, `sha256` is its hash, or None when the file was left as it was.
    """
    original = Path(path)
    source = conversion.converted(original, name=shown_name(name))
    facts, seen = examine(source, name=name)
    clean = privacy.cleaned(source, facts, seen)
    if clean != source:
        facts, seen = examine(clean, name=name)
    small = seen.small if seen else thumbnails.shown(clean, facts, name=shown_name(name))
    thumbnail = original.with_name("thumbnail.webp")
    thumbnails.save(small, thumbnail)
    # Videos are cleaned in place.
    is_changed = clean != original or facts.kind == "video"
    return {
        "path": str(clean),
        "thumbnail": str(thumbnail),
        "facts": asdict(facts),
        "sha256": _sha256(clean) if is_changed else None,
        "looks": looks_of(small) if facts.kind == "image" else None,
    }


def kind(*, path: str) -> Result:
    """Return whether a file would be stored as an image, a video or audio."""
    source = Path(path)
    return {"kind": "audio" if conversion.is_other_sound(source) else probe(source).kind}


def thumbnail(*, path: str, target: str) -> Result:
    """Write the thumbnail of a file."""
    source = Path(path)
    thumbnails.save_thumbnail(source, probe(source), Path(target))
    return {}


def frame(
    *, path: str, second: float, target: str, strokes: list[Stroke], compress_level: int
) -> dict[str, float]:
    """Write the frame that a player shows at that second as a PNG, with the strokes burnt in; return its start time."""
    picture, begins = thumbnails.frame_at(Path(path), second)
    with_strokes(picture, strokes).save(target, "PNG", compress_level=compress_level)
    return {"second": begins}


def film(*, path: str, poster: str) -> Result:
    """Probe a rendered video, write its poster and count its frames."""
    video = Path(path)
    facts = probe(video)
    if facts.kind != "video" or not facts.seconds or not facts.width or not facts.height:
        raise UnreadableMedia("it is not a video")
    thumbnails.save_thumbnail(video, facts, Path(poster))
    times = frame_times(video)
    return {"facts": asdict(facts), "frames": len(times), "times": uneven(times, facts.fps or 0.0)}


def digest(*, path: str) -> Result:
    """Hash the media data of a file, independent of its position in the file."""
    return {"digest": contents(Path(path))}


def link_film(*, path: str, poster: str, target: str, target_poster: str, mark: str) -> Result:
    """Write a copy of a video and its poster, with a text burnt in or only without metadata."""
    if mark:
        burn_in(Path(path), Path(target), mark)
    else:
        copy_without_metadata(Path(path), Path(target))
    with Image.open(poster, formats=["WEBP"]) as picture:
        plain = picture.convert("RGB")
    thumbnails.save(mark_picture(plain, mark) if mark else plain, Path(target_poster))
    return {}


OPERATIONS: dict[str, Callable[..., Result]] = {
    "prepare": prepare,
    "kind": kind,
    "thumbnail": thumbnail,
    "frame": frame,
    "film": film,
    "link_film": link_film,
    "digest": digest,
}


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
