"""Decode untrusted media files in separate processes (`library.decoder`): a few at a time on the whole machine, with
bounded memory and time. This process only passes paths and gets plain values back.

All functions raise UnreadableMedia for an unusable file, DecodersBusy if too many requests wait, and OSError for a
full disk. `keep` is called about every second of a long wait and may end it by raising.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from library.decoding.pool import run, within_request
from library.decoding.slots import DecodersBusy
from library.probe import Facts, display_name

__all__ = [
    "DecodersBusy",
    "Prepared",
    "RenderedVideo",
    "digest",
    "draw_thumbnail",
    "encode_link_video",
    "frame",
    "inspect_render",
    "kind",
    "prepare",
    "within_request",
]

# CPU seconds. Images take one or two; an hour of audio takes a minute to convert, a long video as long to decode.
PREPARE, FRAME, RENDER, WALK = 120, 60, 600, 120
# Encoding a minute of 1080p takes about a minute and a half.
LINK_VIDEO = 1500


@dataclass(frozen=True)
class Prepared:
    """A file that can be stored. `sha256` is None if it was left unchanged; `looks` is a perceptual hash."""

    path: Path
    thumbnail: Path
    facts: Facts
    sha256: str | None
    looks: int | None


@dataclass(frozen=True)
class RenderedVideo:
    """A rendered video; `times` in seconds if the frame times do not follow from the rate."""

    facts: Facts
    frames: int
    times: list[float]


def prepare(path: Path, *, name: str) -> Prepared:
    """Convert, probe and clean a file, possibly in place; new files are written beside it."""
    found = run("prepare", {"path": str(path), "name": name}, name=display_name(name), cpu_seconds=PREPARE)
    return Prepared(
        path=Path(found["path"]),
        thumbnail=Path(found["thumbnail"]),
        facts=Facts(**found["facts"]),
        sha256=found["sha256"],
        looks=found["looks"],
    )


def kind(path: Path) -> str:
    """Return whether a file would be stored as `image`, `video` or `audio`."""
    found: str = run("kind", {"path": str(path)}, name=display_name(path.name), cpu_seconds=WALK)["kind"]
    return found


def draw_thumbnail(path: Path, target: Path) -> None:
    """Write the WebP thumbnail of a file."""
    run(
        "thumbnail",
        {"path": str(path), "target": str(target)},
        name=display_name(path.name),
        cpu_seconds=PREPARE,
    )


def frame(
    path: Path,
    second: float,
    target: Path,
    *,
    strokes: Sequence[dict[str, Any]] = (),
    compress_level: int = 6,
) -> float:
    """Write the frame that a player shows at that second as a PNG, with the strokes of `library.decoder.drawing` burnt
    in; return the second at which it begins."""
    arguments = {
        "path": str(path),
        "second": second,
        "target": str(target),
        "strokes": list(strokes),
        "compress_level": compress_level,
    }
    return float(run("frame", arguments, name=display_name(path.name), cpu_seconds=FRAME)["second"])


def inspect_render(path: Path, poster: Path, *, keep: Callable[[], None]) -> RenderedVideo:
    """Probe a rendered video to its end, write its poster, count its frames."""
    arguments = {"path": str(path), "poster": str(poster)}
    found = run("inspect_render", arguments, name=display_name(path.name), cpu_seconds=RENDER, keep=keep)
    return RenderedVideo(Facts(**found["facts"]), found["frames"], found["times"])


def encode_link_video(
    video: Path, poster: Path, *, into: Path, mark: str, keep: Callable[[], None]
) -> tuple[Path, Path]:
    """Write a copy of a video and its poster for the guests of a share link into a folder: with `mark` burnt into every
    frame or, if it is empty, only without metadata. Frame times are preserved, and audio is copied."""
    copies = into / "copy.mp4", into / "copy.webp"
    paths = {"path": video, "poster": poster, "target": copies[0], "target_poster": copies[1]}
    arguments = {name: str(path) for name, path in paths.items()} | {"mark": mark}
    run("encode_link_video", arguments, name=display_name(video.name), cpu_seconds=LINK_VIDEO, keep=keep)
    return copies


def digest(path: Path, *, keep: Callable[[], None]) -> str:
    """Hash the media data of a file, independent of its position in the file."""
    found = run("digest", {"path": str(path)}, name=display_name(path.name), cpu_seconds=WALK, keep=keep)
    return str(found["digest"])
