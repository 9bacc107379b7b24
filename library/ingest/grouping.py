"""Propose which files form one asset, by their names. Pure: names in, groups out.

`mara_1.png, mara_2.png, mara_voice.wav` form a character `mara` with two images and a voice. Names that cameras assign
(`IMG_0007.jpg`) are not grouped, nor are files that do not fit a character.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import PurePosixPath

from library import handles

MAX_IMAGES = 5
NAME_LENGTH = 300
_VIEWS = (
    "front|side|back|left|right|top|profile|face|head|portrait|closeup|close|full|body|half|main|primary|"
    "pic|picture|image|photo|view|ref|reference|voice|speech|audio|sound|recording"
)
# A number or view after a name, with a separator or in brackets, possibly repeated.
_SUFFIX = re.compile(rf"(?i)(?<=\w)(?:[ ._-]+(?:{_VIEWS})\d{{0,3}}|[ ._-]*\(\d{{1,4}}\)|[ ._-]*\d{{1,4}})\Z")
_CAMERA = re.compile(
    r"(?i)\A(img|dsc[fn]?|dcim|pxl|mvi|vid|gopr|image|picture|photo|scan|screenshot|screen[ _-]?shot|frame|"
    r"untitled|download|file|unnamed|voice|audio|recording|clip|video)?[ ._-]*\d*\Z"
)


@dataclass(frozen=True)
class NamedFile:
    """A file's name and kind: `image`, `video` or `audio`."""

    name: str
    kind: str


@dataclass(frozen=True)
class Group:
    """A proposed asset: its handle (unique in the proposal, empty if none can be derived), its kind, and the indexes of
    its files, in order."""

    handle: str
    kind: str
    indexes: tuple[int, ...]


def group(files: Sequence[NamedFile]) -> list[Group]:
    """Return groups that contain each file exactly once, ordered by their first files; images before the voice."""
    found: list[tuple[str, str, tuple[int, ...]]] = []
    for indexes in _by_base(files).values():
        if _is_character([files[index].kind for index in indexes]):
            ordered = sorted(
                indexes, key=lambda index: (files[index].kind == "audio", _natural(files[index].name))
            )
            found.append((base(files[indexes[0]].name), "character", tuple(ordered)))
        else:
            found += [(_stem(files[index].name), files[index].kind, (index,)) for index in indexes]
    found.sort(key=lambda one: min(one[2]))
    names = distinct(handles.suggest(name) for name, _, _ in found)
    return [Group(name, kind, indexes) for name, (_, kind, indexes) in zip(names, found, strict=True)]


def split(proposed: Group, files: Sequence[NamedFile]) -> list[Group]:
    """Return a group for each file of this one."""
    names = distinct(handles.suggest(_stem(files[index].name)) for index in proposed.indexes)
    return [
        Group(name, files[index].kind, (index,)) for name, index in zip(names, proposed.indexes, strict=True)
    ]


def base(name: str) -> str:
    """Return the common part of related names: `mara_voice.wav`, `mara (2).png` and `mara-01.png` give `mara`. Names
    assigned by cameras are returned in full."""
    stem = _stem(name)
    shorter = stem
    while (cut := _SUFFIX.sub("", shorter)) != shorter:
        shorter = cut
    return stem if _CAMERA.match(shorter) else shorter


def distinct(names: Iterable[str]) -> list[str]:
    """Return the names, with `_2`, `_3` … appended to repeated ones, ignoring case. Empty names are unchanged."""
    seen: set[str] = set()
    return [_fresh(name, seen) for name in names]


def numbered(name: str) -> Iterable[str]:
    """Yield the name, then the name with `_2`, `_3` …, within the maximum length of a handle."""
    yield name
    for number in count(2):
        ending = f"_{number}"
        yield name[: handles.MAX_LENGTH - len(ending)] + ending


def _fresh(name: str, seen: set[str]) -> str:
    if not name:
        return name
    fresh = next(one for one in numbered(name) if handles.fold(one) not in seen)
    seen.add(handles.fold(fresh))
    return fresh


def _by_base(files: Sequence[NamedFile]) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = {}
    for index, file in enumerate(files):
        groups.setdefault(base(file.name).casefold(), []).append(index)
    return groups


def _is_character(kinds: Sequence[str]) -> bool:
    """Return whether these are the files of a character, and more than a single image."""
    images, voices = kinds.count("image"), kinds.count("audio")
    fits = images + voices == len(kinds)
    return fits and len(kinds) > 1 and 1 <= images <= MAX_IMAGES and voices <= 1


def _stem(name: str) -> str:
    last = PurePosixPath(name.replace("\\", "/")[-NAME_LENGTH:]).name
    return last.rpartition(".")[0] or last


def _natural(name: str) -> list[tuple[bool, int, str]]:
    """Return a sort key that puts `mara_2` before `mara_10`."""
    parts = re.findall(r"\d+|\D+", name.casefold())
    return [
        (not part.isdecimal(), int(part) if part.isascii() and part.isdecimal() else 0, part)
        for part in parts
    ]
