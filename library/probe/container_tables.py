"""Check the tables in video and audio files, a few bytes of which can make FFmpeg allocate gigabytes.

The tables of an MP4 declare the number of samples and the edits. FFmpeg allocates an entry for each declared sample,
whether or not the data exists. Tags may be compressed, and expand to a thousand times their size.
"""

import mmap
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from library.probe.refusals import Refusal, UnreadableMedia

# An hour at 240 frames per second, with audio. FFmpeg lists the samples again for every edit.
MAX_SAMPLES = 1_500_000
MAX_INDEX_BYTES = 64_000_000
MAX_BOXES = 200_000
MAX_EXPANDED_TAG_BYTES = 16_000_000
MAX_TAGS = 1000
PCM_SAMPLES_PER_ENTRY = 1024
TAG_HEAD_BYTES = 10
_TABLES = re.compile(rb"(stsz|stz2|trun|stts|elst)....(.{4})(.{4})(?=(.{0,4}))", re.DOTALL)
_WAV_TAGS = re.compile(rb"(?:id3 |ID3 )....(?=ID3)", re.DOTALL)


def check_samples(path: Path, name: str) -> None:
    """Raise UnreadableMedia for an MP4 or MOV whose tables declare more samples than an hour can have."""
    samples = edits = 0
    with _mapped(path) as content:
        for start, end in _indexes(content, name):
            for track in content[start:end].split(b"trak"):
                track_samples, track_edits = _count_samples(track)
                samples, edits = samples + track_samples, max(edits, track_edits)
    if samples > path.stat().st_size or samples * max(edits, 1) > MAX_SAMPLES:
        if edits > 1:
            raise UnreadableMedia(Refusal.TOO_MANY_EDITED_SAMPLES, name, samples=samples, edits=edits)
        raise UnreadableMedia(Refusal.TOO_MANY_SAMPLES, name, samples=samples)


def tags_end(path: Path) -> int:
    """Return the position after all ID3 tags of an MP3, which are not read at all."""
    position = 0
    with path.open("rb") as stream:
        for _ in range(MAX_TAGS):
            stream.seek(position)
            if not (length := _tag_length(stream.read(TAG_HEAD_BYTES))):
                break
            position += length
    return position


def check_tags(path: Path, name: str) -> None:
    """Raise UnreadableMedia for a WAV whose tags expand to more than a cover image needs."""
    with _mapped(path) as content:
        for found in _WAV_TAGS.finditer(content):
            head = content[found.end() : found.end() + TAG_HEAD_BYTES]
            tag = content[found.end() : found.end() + _tag_length(head)]
            if sum(_expanded_sizes(tag)) > MAX_EXPANDED_TAG_BYTES:
                raise UnreadableMedia(Refusal.TAGS_TOO_LARGE, name)


@contextmanager
def _mapped(path: Path) -> Iterator[mmap.mmap]:
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
        yield content


# MP4 and MOV


def _indexes(content: mmap.mmap, name: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of the top-level boxes in which FFmpeg may find tables."""
    position = 0
    for _ in range(MAX_BOXES):
        if position + 8 > len(content):
            return
        end, kind = _box(content, position)
        # An index may be hidden as free space, which FFmpeg searches if it finds no other index.
        is_free = kind in {b"free", b"skip"} and content[position + 12 : position + 16] not in {
            b"mvhd",
            b"cmov",
        }
        if kind != b"mdat" and not is_free:
            if end - position > MAX_INDEX_BYTES or content.find(b"cmov", position, end) >= 0:
                break
            yield position, end
        position = end
    raise UnreadableMedia(Refusal.INDEX_TOO_LARGE, name)


def _box(content: mmap.mmap, position: int) -> tuple[int, bytes]:
    """Return the end of a box and its type. A box without a length extends to the end of the file."""
    length, kind = int.from_bytes(content[position : position + 4]), content[position + 4 : position + 8]
    if length == 1:
        length = int.from_bytes(content[position + 8 : position + 16])
    return (min(position + length, len(content)) if length >= 8 else len(content)), kind


def _count_samples(track: bytes) -> tuple[int, int]:
    """Return the number of samples that FFmpeg lists for a track, and the number of edits."""
    samples = edits = 0
    is_pcm = b"soun" in track
    for found in _TABLES.finditer(track):
        kind, first, second = found[1], int.from_bytes(found[2]), int.from_bytes(found[3])
        if kind == b"stts":  # plain PCM: a single entry, by which every sample lasts one tick
            is_pcm &= first == 1 and int.from_bytes(found[4]) == 1
        elif kind == b"elst":
            edits += first
        else:
            samples += first if kind == b"trun" else second
    return (samples // PCM_SAMPLES_PER_ENTRY if is_pcm else samples), edits


# ID3


def _tag_length(head: bytes) -> int:
    """Return the size of the ID3 tag with this header, including header and footer; 0 if this is no tag."""
    if not re.match(rb"ID3[^\xff][^\xff].[\0-\x7f]{4}", head, re.DOTALL):
        return 0
    footer = TAG_HEAD_BYTES if head[5] & 0x10 else 0
    return TAG_HEAD_BYTES + _seven_bits(head[6:]) + footer


def _expanded_sizes(tag: bytes) -> Iterator[int]:
    """Yield the declared expanded size of each compressed frame of a tag, in bytes."""
    is_version_4, position = tag[3] >= 4, TAG_HEAD_BYTES
    read_size, compressed = (_seven_bits, 0x08) if is_version_4 else (int.from_bytes, 0x80)
    while position + 14 <= len(tag) and tag[position]:
        if tag[position + 8 + is_version_4] & compressed:
            yield read_size(tag[position + 10 : position + 14])
        position += 10 + read_size(tag[position + 4 : position + 8])


def _seven_bits(four: bytes) -> int:
    """Decode a number of four bytes with seven bits each."""
    return sum((byte & 0x7F) << 7 * (3 - position) for position, byte in enumerate(four))
