"""The operations of the decoder: paths and plain values in, plain values out. All raise UnreadableMedia."""

import hashlib
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from PIL import Image

from library.decoder import conversion, privacy, thumbnails
from library.decoder.drawing import Stroke, with_strokes
from library.decoder.perceptual_hash import perceptual_hash
from library.decoder.remuxing import copy_without_metadata
from library.decoder.watermark import add_watermark
from library.decoder.watermarking import burn_in
from library.probe import Refusal, UnreadableMedia, display_name
from library.probe.identify import content_digest, examine, frame_times, irregular_times, probe

Result = dict[str, Any]


def prepare(*, path: str, name: str) -> Result:
    """Convert, probe and clean a file, and write its thumbnail beside it.

    `path` of the result is the file to keep, `sha256` is its hash, or None if the file is unchanged.
    """
    original = Path(path)
    source = conversion.converted(original, name=display_name(name))
    facts, image = examine(source, name=name)
    clean = privacy.cleaned(source, facts, image)
    if clean != source:
        facts, image = examine(clean, name=name)
    small = image.thumbnail if image else thumbnails.draw(clean, facts, name=display_name(name))
    thumbnail = original.with_name("thumbnail.webp")
    thumbnails.save(small, thumbnail)
    # Videos are cleaned in place.
    is_changed = clean != original or facts.kind == "video"
    return {
        "path": str(clean),
        "thumbnail": str(thumbnail),
        "facts": asdict(facts),
        "sha256": _sha256(clean) if is_changed else None,
        "looks": perceptual_hash(small) if facts.kind == "image" else None,
    }


def kind(*, path: str) -> Result:
    """Return whether a file would be stored as an image, a video or audio."""
    source = Path(path)
    return {"kind": "audio" if conversion.needs_conversion(source) else probe(source).kind}


def thumbnail(*, path: str, target: str) -> Result:
    """Write the thumbnail of a file."""
    source = Path(path)
    thumbnails.save_thumbnail(source, probe(source), Path(target))
    return {}


def frame(
    *, path: str, second: float, target: str, strokes: list[Stroke], compress_level: int
) -> dict[str, float]:
    """Write the frame that a player shows at that second as a PNG, with the strokes burnt in; return its start time."""
    image, start = thumbnails.frame_at(Path(path), second)
    with_strokes(image, strokes).save(target, "PNG", compress_level=compress_level)
    return {"second": start}


def inspect_render(*, path: str, poster: str) -> Result:
    """Probe a rendered video, write its poster and count its frames."""
    video = Path(path)
    facts = probe(video)
    if facts.kind != "video" or not facts.seconds or not facts.width or not facts.height:
        raise UnreadableMedia(Refusal.NOT_A_VIDEO, display_name(video.name))
    thumbnails.save_thumbnail(video, facts, Path(poster))
    times = frame_times(video)
    return {"facts": asdict(facts), "frames": len(times), "times": irregular_times(times, facts.fps or 0.0)}


def digest(*, path: str) -> Result:
    """Hash the media data of a file, independent of its position in the file."""
    return {"digest": content_digest(Path(path))}


def encode_link_video(*, path: str, poster: str, target: str, target_poster: str, mark: str) -> Result:
    """Write a copy of a video and its poster, with a text burnt in or only without metadata."""
    if mark:
        burn_in(Path(path), Path(target), mark)
    else:
        copy_without_metadata(Path(path), Path(target))
    with Image.open(poster, formats=["WEBP"]) as image:
        plain = image.convert("RGB")
    thumbnails.save(add_watermark(plain, mark) if mark else plain, Path(target_poster))
    return {}


OPERATIONS: dict[str, Callable[..., Result]] = {
    "prepare": prepare,
    "kind": kind,
    "thumbnail": thumbnail,
    "frame": frame,
    "inspect_render": inspect_render,
    "encode_link_video": encode_link_video,
    "digest": digest,
}


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
