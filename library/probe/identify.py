"""Identify and probe a file by its content; its name is only used in messages. Pure: a path in, facts out.

Only `library.decoder` imports this module, in a separate process, since it opens untrusted files.

Pictures are read by Pillow, recordings by PyAV, each only in the formats listed here: a reader chosen by the
first bytes never meets a playlist or a script that would make it open other files. Size, pixels and the number of
parts are checked before anything is decoded; then a picture is decoded whole and a recording walked to its end, so
that a file that was cut off is found. The provider takes JPEG, PNG, GIF and BMP up to 10 MB, MP4 and MOV, MP3 and WAV
(skyreels-api.md, sections 1 and 7). WebP is readable here because ingest converts it.
"""

import re
from pathlib import Path

from library.probe.audio_video import contents, frame_times, hear, open_recording, uneven
from library.probe.facts import HEAD_BYTES, Facts, UnreadableMedia, shown_name
from library.probe.images import THUMBNAIL, Seen, see, small_of

__all__ = [
    "THUMBNAIL",
    "Seen",
    "contents",
    "examine",
    "frame_times",
    "open_recording",
    "probe",
    "small_of",
    "uneven",
]

_PICTURES = [
    (rb"\xff\xd8\xff", "image/jpeg"),
    (rb"\x89PNG\r\n\x1a\n", "image/png"),
    (rb"GIF8[79]a", "image/gif"),
    (rb"BM.{4}\0{4}", "image/bmp"),
    (rb"RIFF.{4}WEBP", "image/webp"),
]
_RECORDINGS = [
    (rb".{4}ftypqt  ", "video/quicktime"),
    (rb".{4}ftyp(?!heic|heix|hevc|mif1|msf1|avif|avis|M4A |M4B )", "video/mp4"),
    (rb".{4}(moov|mdat|wide|free|skip|pnot)", "video/quicktime"),
    (rb"RIFF.{4}WAVE", "audio/wav"),
    (rb"ID3|\xff[\xe2\xe3\xf2\xf3\xfa\xfb]", "audio/mpeg"),
]
_OTHERS = [
    (rb".{4}ftyp(heic|heix|hevc|mif1|msf1)", "an HEIC picture", "save it as JPEG or PNG"),
    (rb".{4}ftyp(avif|avis)", "an AVIF picture", "save it as JPEG or PNG"),
    (rb"II\*\0|MM\0\*", "a TIFF picture", "save it as JPEG or PNG"),
    (rb"8BPS", "a Photoshop document", "save it as JPEG or PNG"),
    (rb"\0\0[\1\2]\0[^\0]\0", "an icon", "save it as PNG"),
    (rb"\0\0\0\x0cjP  |\xff\x4f\xff\x51", "a JPEG 2000 picture", "save it as JPEG or PNG"),
    (rb"\0\0\0\x0cJXL |\xff\x0a", "a JPEG XL picture", "save it as JPEG or PNG"),
    (rb"(\xef\xbb\xbf)?\s*(?!<html|<!doctype html)<.*?(<|\b)svg[\s>]", "an SVG drawing", "save it as PNG"),
    (rb".{4}ftyp(M4A |M4B )", "an M4A recording", "save it as MP3 or WAV"),
    (rb"OggS|fLaC", "an Ogg or FLAC recording", "save it as MP3 or WAV"),
    (rb"FORM.{4}AIF[FC]", "an AIFF recording", "save it as MP3 or WAV"),
    (rb"\x1aE\xdf\xa3", "a WebM or Matroska video", "save it as MP4 or MOV"),
    (rb"RIFF.{4}AVI ", "an AVI video", "save it as MP4 or MOV"),
    (rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "a Windows Media file", "save it as MP4, MP3 or WAV"),
    (rb"FLV\x01", "a Flash video", "save it as MP4 or MOV"),
    (rb"%PDF", "a PDF document", "save its page as PNG"),
    (rb"PK\x03\x04", "a zip archive", "unpack it and choose the files inside"),
]


def probe(path: Path, *, name: str = "") -> Facts:
    """The facts of a file, found by its content alone.

    Raises UnreadableMedia, whose message calls the file `name`.
    """
    return examine(path, name=name)[0]


def examine(path: Path, *, name: str = "") -> tuple[Facts, Seen | None]:
    """The facts of a file, and of a picture also what was seen when it was decoded. Raises UnreadableMedia."""
    name = shown_name(name or path.name)
    size = path.stat().st_size
    if not size:
        raise UnreadableMedia(f"{name} is empty (0 bytes). Save or download it again.")
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    if mime := _found(_PICTURES, head):
        return see(path, name, size, mime)
    if mime := _found(_RECORDINGS, head):
        return hear(path, name, size, mime), None
    raise UnreadableMedia(_refusal(name, head))


def _found(kinds: list[tuple[bytes, str]], head: bytes) -> str:
    return next((mime for magic, mime in kinds if re.match(magic, head, re.DOTALL)), "")


def _refusal(name: str, head: bytes) -> str:
    for magic, what, advice in _OTHERS:
        if re.match(magic, head, re.DOTALL):
            return f"{name} is {what}, which the video model cannot take: {advice}."
    content = "its content is text" if _is_text(head) else "its format is unknown"
    return (
        f"{name} is not a picture, video or audio file that we can read ({content}). "
        "Choose a PNG, JPEG, MP4, MP3 or WAV."
    )


def _is_text(head: bytes) -> bool:
    text = head.decode("utf-8", errors="ignore")
    # A character may be cut in two at the end of what was read.
    allowed = 3 if len(head) == HEAD_BYTES else 0
    whole = len(head) - len(text.encode()) <= allowed
    return whole and all(letter.isprintable() or letter.isspace() for letter in text)
