"""Which files belong together, by their names alone: a proposal that people accept or not. Pure: names in, groups out.

`mara_1.png, mara_2.png, mara_voice.wav` are a character `mara` with two pictures and a voice. What cameras name
(`IMG_0007.jpg`) says nothing about what belongs together, and what would make no character stays apart.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import PurePosixPath

from library import handles

MAX_PICTURES = 5
NAME_LENGTH = 300
_VIEWS = (
    "front|side|back|left|right|top|profile|face|head|portrait|closeup|close|full|body|half|main|primary|"
    "pic|picture|image|photo|view|ref|reference|voice|speech|audio|sound|recording"
)
# What is said behind a name: a number or the view, after a separator, perhaps in brackets or several times.
_ENDING = re.compile(rf"(?i)(?<=\w)(?:[ ._-]+(?:{_VIEWS})\d{{0,3}}|[ ._-]*\(\d{{1,4}}\)|[ ._-]*\d{{1,4}})\Z")
_CAMERA = re.compile(
    r"(?i)\A(img|dsc[fn]?|dcim|pxl|mvi|vid|gopr|image|picture|photo|scan|screenshot|screen[ _-]?shot|frame|"
    r"untitled|download|file|unnamed|voice|audio|recording|clip|video)?[ ._-]*\d*\Z"
)


@dataclass(frozen=True)
class NamedFile:
    """A file's name and what it holds: `image`, `video` or `audio`."""

    name: str
    kind: str


@dataclass(frozen=True)
class Group:
    """An asset that these files could make: its kind, a handle (unique in the proposal, empty when no letter was
    left), and the places of its files in what was asked, in order."""

    handle: str
    kind: str
    places: tuple[int, ...]


def group(files: Sequence[NamedFile]) -> list[Group]:
    """Every file in exactly one group, in the order of the first file of each; pictures before the voice."""
    found: list[tuple[str, str, tuple[int, ...]]] = []
    for places in _by_base(files).values():
        if _is_character([files[place].kind for place in places]):
            ordered = sorted(
                places, key=lambda place: (files[place].kind == "audio", _natural(files[place].name))
            )
            found.append((base(files[places[0]].name), "character", tuple(ordered)))
        else:
            found += [(_stem(files[place].name), files[place].kind, (place,)) for place in places]
    found.sort(key=lambda one: min(one[2]))
    names = distinct(handles.suggest(name) for name, _, _ in found)
    return [Group(name, kind, places) for name, (_, kind, places) in zip(names, found, strict=True)]


def apart(proposed: Group, files: Sequence[NamedFile]) -> list[Group]:
    """The same files as one asset each."""
    names = distinct(handles.suggest(_stem(files[place].name)) for place in proposed.places)
    return [
        Group(name, files[place].kind, (place,)) for name, place in zip(names, proposed.places, strict=True)
    ]


def base(name: str) -> str:
    """What a file's name says about whose it is: `mara_voice.wav`, `mara (2).png` and `mara-01.png` give `mara`.
    A name of a camera stays whole."""
    stem = _stem(name)
    shorter = stem
    while (cut := _ENDING.sub("", shorter)) != shorter:
        shorter = cut
    return stem if _CAMERA.match(shorter) else shorter


def distinct(names: Iterable[str]) -> list[str]:
    """The same names, those that came before with `_2`, `_3` … behind them; whatever the case. Empty ones stay."""
    seen: set[str] = set()
    return [_fresh(name, seen) for name in names]


def numbered(name: str) -> Iterable[str]:
    """The name, then the name with `_2`, `_3` …, none longer than a handle may be."""
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
    for place, file in enumerate(files):
        groups.setdefault(base(file.name).casefold(), []).append(place)
    return groups


def _is_character(kinds: Sequence[str]) -> bool:
    """Whether so many files of these kinds are what a character may have, and more than a picture alone."""
    pictures, voices = kinds.count("image"), kinds.count("audio")
    alone = pictures + voices == len(kinds)
    return alone and len(kinds) > 1 and 1 <= pictures <= MAX_PICTURES and voices <= 1


def _stem(name: str) -> str:
    last = PurePosixPath(name.replace("\\", "/")[-NAME_LENGTH:]).name
    return last.rpartition(".")[0] or last


def _natural(name: str) -> list[tuple[bool, int, str]]:
    """Sorts `mara_2` before `mara_10`."""
    parts = re.findall(r"\d+|\D+", name.casefold())
    return [
        (not part.isdecimal(), int(part) if part.isascii() and part.isdecimal() else 0, part)
        for part in parts
    ]
