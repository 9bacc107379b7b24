"""Media files of strangers, opened in processes of their own (`library.decoder`): few at once on the whole machine,
with bounded memory and time. This process only names files and gets plain values back.

All functions raise UnreadableMedia for a file that cannot be used, DecodersBusy when too many wait, and OSError for a
disk that is full. `keep` is called about every second of a long wait and may end it by raising.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from library.decoding.pool import run, within_request
from library.decoding.slots import DecodersBusy
from library.probe import Facts, shown_name

__all__ = [
    "DecodersBusy",
    "Film",
    "Prepared",
    "digest",
    "draw_thumbnail",
    "film",
    "frame",
    "kind",
    "link_film",
    "prepare",
    "within_request",
]

# CPU seconds. Pictures take one or two; an hour of sound takes a minute to convert, a long film as long to decode.
PREPARE, FRAME, FILM, WALK = 120, 60, 600, 120
# Encoding a minute of 1080p takes about a minute and a half.
LINK_FILM = 1500


@dataclass(frozen=True)
class Prepared:
    """A file that is fit to be kept. `sha256` is None when it was left as it was; `looks` is a perceptual hash."""

    path: Path
    thumbnail: Path
    facts: Facts
    sha256: str | None
    looks: int | None


@dataclass(frozen=True)
class Film:
    """A rendered video: `times` in seconds where its frames do not follow from the rate."""

    facts: Facts
    frames: int
    times: list[float]


def prepare(path: Path, *, name: str) -> Prepared:
    """Convert, probe and clean a file, which may be changed where it lies; new files are written beside it."""
    found = run("prepare", {"path": str(path), "name": name}, name=shown_name(name), cpu_seconds=PREPARE)
    return Prepared(
        path=Path(found["path"]),
        thumbnail=Path(found["thumbnail"]),
        facts=Facts(**found["facts"]),
        sha256=found["sha256"],
        looks=found["looks"],
    )


def kind(path: Path) -> str:
    """Tell whether a file would be kept as `image`, `video` or `audio`."""
    found: str = run("kind", {"path": str(path)}, name=shown_name(path.name), cpu_seconds=WALK)["kind"]
    return found


def draw_thumbnail(path: Path, target: Path) -> None:
    """Write the WebP thumbnail of a file."""
    run(
        "thumbnail",
        {"path": str(path), "target": str(target)},
        name=shown_name(path.name),
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
    return float(run("frame", arguments, name=shown_name(path.name), cpu_seconds=FRAME)["second"])


def film(path: Path, poster: Path, *, keep: Callable[[], None]) -> Film:
    """Probe a rendered video to its end, write its poster, count its frames."""
    arguments = {"path": str(path), "poster": str(poster)}
    found = run("film", arguments, name=shown_name(path.name), cpu_seconds=FILM, keep=keep)
    return Film(Facts(**found["facts"]), found["frames"], found["times"])


def link_film(
    film: Path, poster: Path, *, into: Path, mark: str, keep: Callable[[], None]
) -> tuple[Path, Path]:
    """Write a film and its poster anew for the guests of a share link, into a folder: with `mark` burnt into every
    frame, or, if it is empty, only without metadata. Frames keep their times, and the sound is copied."""
    copies = into / "copy.mp4", into / "copy.webp"
    paths = {"path": film, "poster": poster, "target": copies[0], "target_poster": copies[1]}
    arguments = {name: str(path) for name, path in paths.items()} | {"mark": mark}
    run("link_film", arguments, name=shown_name(film.name), cpu_seconds=LINK_FILM, keep=keep)
    return copies


def digest(path: Path, *, keep: Callable[[], None]) -> str:
    """Hash all that is played in a file, wherever in it that lies."""
    found = run("digest", {"path": str(path)}, name=shown_name(path.name), cpu_seconds=WALK, keep=keep)
    return str(found["digest"])
