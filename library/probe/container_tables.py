"""The tables in recordings of which a few bytes make FFmpeg build gigabytes, looked at before it opens the file.

An MP4 says in its tables how many samples it has and which parts of them are shown; FFmpeg writes a line for each into
memory, whether or not there is a byte behind it. Tags may be packed, and unpack to a thousand times their size.
"""

import mmap
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from library.probe.facts import UnreadableMedia

# An hour at 240 frames a second, with its sound. FFmpeg lists the samples anew for every edit.
MAX_SAMPLES = 1_500_000
MAX_INDEX_BYTES = 64_000_000
MAX_BOXES = 200_000
MAX_UNPACKED_TAGS = 16_000_000
MAX_TAGS = 1000
PCM_SAMPLES_IN_A_LINE = 1024
TAG_HEAD_BYTES = 10
_TABLES = re.compile(rb"(stsz|stz2|trun|stts|elst)....(.{4})(.{4})(?=(.{0,4}))", re.DOTALL)
_WAV_TAGS = re.compile(rb"(?:id3 |ID3 )....(?=ID3)", re.DOTALL)


def check_samples(path: Path, name: str) -> None:
    """Raises UnreadableMedia for an MP4 or MOV whose tables announce more samples than an hour can have."""
    samples = edits = 0
    with _mapped(path) as content:
        for start, end in _indexes(content, name):
            for track in content[start:end].split(b"trak"):
                counted, edited = _counted(track)
                samples, edits = samples + counted, max(edits, edited)
    if samples > path.stat().st_size or samples * max(edits, 1) > MAX_SAMPLES:
        much = f"{samples:,} pieces" + (f" in {edits:,} cuts" if edits > 1 else "")
        raise UnreadableMedia(f"{name} announces {much}, more than it can hold. Export it again.")


def tags_end(path: Path) -> int:
    """Where the sound of an MP3 begins: behind all of its ID3 tags, which are not read at all."""
    place = 0
    with path.open("rb") as stream:
        for _ in range(MAX_TAGS):
            stream.seek(place)
            if not (length := _tag_length(stream.read(TAG_HEAD_BYTES))):
                break
            place += length
    return place


def check_tags(path: Path, name: str) -> None:
    """Raises UnreadableMedia for a WAV with tags that unpack to more than a picture of its cover needs."""
    with _mapped(path) as content:
        for found in _WAV_TAGS.finditer(content):
            head = content[found.end() : found.end() + TAG_HEAD_BYTES]
            tag = content[found.end() : found.end() + _tag_length(head)]
            if sum(_unpacked_sizes(tag)) > MAX_UNPACKED_TAGS:
                raise UnreadableMedia(f"{name} has tags that unpack to too much. Save it without tags.")


@contextmanager
def _mapped(path: Path) -> Iterator[mmap.mmap]:
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
        yield content


# MP4 and MOV


def _indexes(content: mmap.mmap, name: str) -> Iterator[tuple[int, int]]:
    """Where the boxes at the top lie in which FFmpeg may find tables."""
    place = 0
    for _ in range(MAX_BOXES):
        if place + 8 > len(content):
            return
        end, kind = _box(content, place)
        # An index may be hidden as free space, in which FFmpeg looks when it finds no other.
        is_free = kind in {b"free", b"skip"} and content[place + 12 : place + 16] not in {b"mvhd", b"cmov"}
        if kind != b"mdat" and not is_free:
            if end - place > MAX_INDEX_BYTES or content.find(b"cmov", place, end) >= 0:
                break
            yield place, end
        place = end
    raise UnreadableMedia(f"{name} has an index that is packed or too large to be read. Export it again.")


def _box(content: mmap.mmap, place: int) -> tuple[int, bytes]:
    """Where a box ends, and its kind; what has no length of its own goes to the end."""
    length, kind = int.from_bytes(content[place : place + 4]), content[place + 4 : place + 8]
    if length == 1:
        length = int.from_bytes(content[place + 8 : place + 16])
    return (min(place + length, len(content)) if length >= 8 else len(content)), kind


def _counted(track: bytes) -> tuple[int, int]:
    """How many samples FFmpeg lists for a track, and by how many edits."""
    samples = edits = 0
    is_pcm = b"soun" in track
    for found in _TABLES.finditer(track):
        kind, first, second = found[1], int.from_bytes(found[2]), int.from_bytes(found[3])
        if kind == b"stts":  # plain sound: one rule, by which every sample lasts one tick
            is_pcm &= first == 1 and int.from_bytes(found[4]) == 1
        elif kind == b"elst":
            edits += first
        else:
            samples += first if kind == b"trun" else second
    return (samples // PCM_SAMPLES_IN_A_LINE if is_pcm else samples), edits


# ID3


def _tag_length(head: bytes) -> int:
    """The bytes of the ID3 tag that begins so, with its head and foot; 0 when none does."""
    if not re.match(rb"ID3[^\xff][^\xff].[\0-\x7f]{4}", head, re.DOTALL):
        return 0
    foot = TAG_HEAD_BYTES if head[5] & 0x10 else 0
    return TAG_HEAD_BYTES + _seven_bits(head[6:]) + foot


def _unpacked_sizes(tag: bytes) -> Iterator[int]:
    """What each packed frame of a tag says that it unpacks to, in bytes."""
    is_fourth, place = tag[3] >= 4, TAG_HEAD_BYTES
    whole, packed = (_seven_bits, 0x08) if is_fourth else (int.from_bytes, 0x80)
    while place + 14 <= len(tag) and tag[place]:
        if tag[place + 8 + is_fourth] & packed:
            yield whole(tag[place + 10 : place + 14])
        place += 10 + whole(tag[place + 4 : place + 8])


def _seven_bits(four: bytes) -> int:
    """A number of four bytes of which each gives seven bits."""
    return sum((byte & 0x7F) << 7 * (3 - place) for place, byte in enumerate(four))
