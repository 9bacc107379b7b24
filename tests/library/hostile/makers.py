"""Bytes of files that lie: real ones with one thing changed, and ones that are built of too much."""

import io
import struct
import tempfile
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

from PIL import Image

from tests.library import files

PNG_HEAD = b"\x89PNG\r\n\x1a\n"
PIXEL = (1, 1, 8, 0)  # width, height, bits, colour: one grey pixel


def four(number: int) -> bytes:
    return struct.pack(">I", number)


def patched(content: bytes, name: bytes, place: int, new: bytes) -> bytes:
    """With `new` written over what stands `place` bytes behind the first `name`."""
    at = content.index(name) + len(name) + place
    return content[:at] + new + content[at + len(new) :]


def cut(make: Callable[[], bytes], part: float) -> Callable[[], bytes]:
    """The first part of a file."""
    return lambda: make()[: int(len(make()) * part)]


# PNG


def chunk(name: bytes, data: bytes = b"") -> bytes:
    return four(len(data)) + name + data + four(zlib.crc32(name + data))


def png(*chunks: bytes, head: tuple[int, int, int, int] = PIXEL, data: bytes | None = b"\0\0") -> bytes:
    """A PNG with these chunks between its head and its pixels."""
    pixels = b"" if data is None else chunk(b"IDAT", zlib.compress(data, 9))
    return (
        PNG_HEAD + chunk(b"IHDR", struct.pack(">IIBBxxx", *head)) + b"".join(chunks) + pixels + chunk(b"IEND")
    )


def packed_text(size: int) -> bytes:
    return chunk(b"zTXt", b"note\0\0" + zlib.compress(bytes(size), 9))


def packed_profile(size: int) -> bytes:
    return chunk(b"iCCP", b"icc\0\0" + zlib.compress(bytes(size), 9))


def apng(frames: int, told: int | None = None) -> bytes:
    """A moving PNG of one pixel, and perhaps another number of frames in its head."""
    control = [struct.pack(">IIIIIHHBB", number, 1, 1, 0, 0, 1, 10, 0, 0) for number in range(2 * frames)]
    more = [
        chunk(b"fcTL", control[2 * n - 1]) + chunk(b"fdAT", four(2 * n) + zlib.compress(b"\0\0"))
        for n in range(1, frames)
    ]
    whole = png(chunk(b"acTL", struct.pack(">II", told or frames, 0)), chunk(b"fcTL", control[0]))
    return whole[:-12] + b"".join(more) + chunk(b"IEND")


def exif_of(entries: int, length: int) -> bytes:
    """Camera data of which every entry claims the same many bytes."""
    rows = b"".join(struct.pack("<HHII", 1000 + n, 7, length, 8) for n in range(entries))
    return b"II*\0\x08\0\0\0" + struct.pack("<H", entries) + rows + four(0) + bytes(length)


def looped_exif() -> bytes:
    """Camera data whose GPS directory is its own beginning."""
    return b"II*\0\x08\0\0\0" + struct.pack("<HHHII", 1, 0x8825, 4, 1, 8) + four(8)


# JPEG


def jpeg(**options: object) -> bytes:
    return files.picture("JPEG", (400, 300), **options)


def jpeg_with(segments: bytes) -> bytes:
    return jpeg()[:2] + segments + jpeg()[2:]


def segment(mark: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, mark, len(data) + 2) + data


def many_scans(scans: int) -> bytes:
    """A progressive JPEG whose last scan is repeated: each walks through all of its pixels."""
    held = io.BytesIO()
    Image.new("L", (2000, 2000), 128).save(held, "JPEG", progressive=True)
    content = held.getvalue()
    last = content[content.rindex(b"\xff\xda") : -2]
    return content[:-2] + last * scans + b"\xff\xd9"


# GIF

GIF_FRAME = b"\x21\xf9\x04\0\1\0\0\0,\0\0\0\0\1\0\1\0\0\x02\x02D\x01\0"


def gif(*parts: bytes, width: int = 1, height: int = 1) -> bytes:
    return (
        b"GIF89a" + struct.pack("<HH", width, height) + b"\x80\0\0\0\0\0\xff\xff\xff" + b"".join(parts) + b";"
    )


def bmp(width: int, height: int, bits: int = 24) -> bytes:
    return patched(files.picture("BMP"), b"BM", 16, struct.pack("<iiHH", width, height, 1, bits))


def webp(frames: int) -> bytes:
    images = [Image.new("RGB", (1, 1), (n % 256, n // 256, 3)) for n in range(frames)]
    held = io.BytesIO()
    images[0].save(held, "WEBP", save_all=True, append_images=images[1:], lossless=True)
    return held.getvalue()


def saved(format: str, mode: str = "RGB", **options: object) -> Callable[[], bytes]:
    """A picture in a format or mode that Pillow writes."""

    def make() -> bytes:
        held = io.BytesIO()
        Image.linear_gradient("L").convert(mode).save(held, format, **options)
        return held.getvalue()

    return make


# MP4 and MOV


@cache
def film(ending: str = "mp4", movflags: str = "use_metadata_tags") -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return files.video(Path(folder) / f"film.{ending}", seconds=1, movflags=movflags).read_bytes()


def without(content: bytes, name: bytes) -> bytes:
    """With the box of that name turned into free space."""
    return content.replace(name, b"free", 1)


def many_samples(count: int) -> bytes:
    """A film of few bytes that announces so many pieces of one byte, all in its first chunk."""
    content = patched(film(), b"stsz", 4, four(1) + four(count))
    return patched(content, b"stsc", 4, four(1) + four(1) + four(count) + four(1))


def many_edits(count: int) -> bytes:
    """A film that shows its one second so often."""
    content = film()
    at = content.index(b"elst") - 4
    size, edit = int.from_bytes(content[at : at + 4]), content[at + 16 : at + 28]
    edits = four(size + 12 * count) + content[at + 4 : at + 12] + four(count + 1) + edit * (count + 1)
    content = content[:at] + edits + content[at + size :]
    for box in (b"edts", b"trak", b"moov"):
        place = content.index(box) - 4
        longer = int.from_bytes(content[place : place + 4]) + 12 * count
        content = content[:place] + four(longer) + content[place + 4 :]
    return content


def many_in_a_fragment(count: int) -> bytes:
    content = film(movflags="frag_keyframe+empty_moov+default_base_moof")
    return patched(content, b"trun", 0, four(0) + four(count))


def packed_index() -> bytes:
    """A MOV whose index is packed, and unpacks to four gigabytes."""
    body = zlib.compress(bytes(1_000_000), 9)
    dcom = four(12) + b"dcom" + b"zlib"
    cmvd = four(12 + len(body)) + b"cmvd" + four(0xFFFFFFF0) + body
    cmov = four(8 + len(dcom) + len(cmvd)) + b"cmov" + dcom + cmvd
    return four(20) + b"ftypqt  " + bytes(8) + four(8 + len(cmov)) + b"moov" + cmov


def many_boxes() -> bytes:
    return film() + (four(8) + b"free") * 250_000


@cache
def sound_in(ending: str, codec: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return files.recording(Path(folder) / f"sound.{ending}", codec, seconds=0.3).read_bytes()


@cache
def mp3() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return files.mp3(Path(folder) / "sound.mp3", 0.3).read_bytes()


# Sound


def wav(
    *, channels: int = 1, rate: int = 16000, bits: int = 16, kind: int = 1, length: int | None = None
) -> bytes:
    """A WAV of 2,000 bytes of sound whose head says something else."""
    align = max(1, channels * bits // 8) % 65536
    fmt = struct.pack("<HHIIHH", kind, channels, rate, rate * align % 2**32, align, bits)
    data = (
        b"fmt "
        + struct.pack("<I", 16)
        + fmt
        + b"data"
        + struct.pack("<I", 2000 if length is None else length)
    )
    return b"RIFF" + struct.pack("<I", len(data) + 2004) + b"WAVE" + data + bytes(range(200)) * 10


def tagged(tag: bytes) -> bytes:
    """A WAV with a chunk of ID3 tags."""
    content = files.sound(0.2)
    more = b"id3 " + struct.pack("<I", len(tag)) + tag
    return b"RIFF" + struct.pack("<I", len(content) - 8 + len(more)) + content[8:12] + more + content[12:]


def seven(number: int) -> bytes:
    """A number as ID3 writes it: seven bits in each of four bytes."""
    return bytes(number >> 7 * place & 127 for place in (3, 2, 1, 0))


def id3(*frames: bytes) -> bytes:
    body = b"".join(frames)
    return b"ID3\4\0\0" + seven(len(body)) + body


def cover(size: int) -> bytes:
    return b"APIC" + seven(size) + b"\0\0" + bytes(size)


def packed_tag(size: int) -> bytes:
    """A tag of ID3 that unpacks to so many bytes."""
    body = zlib.compress(b"\0" + b"a" * (size - 1), 9)
    return b"TXXX" + seven(len(body) + 4) + b"\0\x09" + seven(size) + body


def listing(first: bytes, address: str) -> bytes:
    """An MP3 behind whose empty tag stands a list of other files, as some readers look for one."""
    return id3() + first + f"{address}\n".encode() + mp3()
