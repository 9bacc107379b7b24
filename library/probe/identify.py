"""Identify and probe a file by its content; its name is only used in messages. Pure: a path in, facts out.

Only `library.decoder` imports this module, in a separate process, since it opens untrusted files.

Pillow reads images and PyAV reads video and audio, each only in the formats listed here: a reader chosen by the first
bytes never processes a playlist or a script that would make it open other files. The size, the pixels and the number of
components are checked before anything is decoded. Then an image is decoded completely, and video and audio are read to
the end, so that truncated files are found. The provider accepts JPEG, PNG, GIF and BMP up to 10 MB, MP4 and MOV, MP3
and WAV (skyreels-api.md, sections 1 and 7). WebP is supported as well, since ingest converts it.
"""

import re
from pathlib import Path

from library.probe.audio_video import (
    content_digest,
    frame_times,
    irregular_times,
    open_container,
    probe_audio_video,
)
from library.probe.facts import HEAD_BYTES, Facts, display_name
from library.probe.images import THUMBNAIL_SIZE, DecodedImage, probe_image, thumbnail_of
from library.probe.refusals import Refusal, UnreadableMedia

__all__ = [
    "THUMBNAIL_SIZE",
    "DecodedImage",
    "content_digest",
    "examine",
    "frame_times",
    "irregular_times",
    "open_container",
    "probe",
    "thumbnail_of",
]

_IMAGES = [
    (rb"\xff\xd8\xff", "image/jpeg"),
    (rb"\x89PNG\r\n\x1a\n", "image/png"),
    (rb"GIF8[79]a", "image/gif"),
    (rb"BM.{4}\0{4}", "image/bmp"),
    (rb"RIFF.{4}WEBP", "image/webp"),
]
_AUDIO_VIDEO = [
    (rb".{4}ftypqt  ", "video/quicktime"),
    (rb".{4}ftyp(?!heic|heix|hevc|mif1|msf1|avif|avis|M4A |M4B )", "video/mp4"),
    (rb".{4}(moov|mdat|wide|free|skip|pnot)", "video/quicktime"),
    (rb"RIFF.{4}WAVE", "audio/wav"),
    (rb"ID3|\xff[\xe2\xe3\xf2\xf3\xfa\xfb]", "audio/mpeg"),
]
# The names of formats are proper names, which are not translated.
_UNSUPPORTED = [
    (rb".{4}ftyp(heic|heix|hevc|mif1|msf1)", Refusal.UNSUPPORTED_IMAGE, "HEIC"),
    (rb".{4}ftyp(avif|avis)", Refusal.UNSUPPORTED_IMAGE, "AVIF"),
    (rb"II\*\0|MM\0\*", Refusal.UNSUPPORTED_IMAGE, "TIFF"),
    (rb"8BPS", Refusal.UNSUPPORTED_IMAGE, "Photoshop"),
    (rb"\0\0\0\x0cjP  |\xff\x4f\xff\x51", Refusal.UNSUPPORTED_IMAGE, "JPEG 2000"),
    (rb"\0\0\0\x0cJXL |\xff\x0a", Refusal.UNSUPPORTED_IMAGE, "JPEG XL"),
    (rb"\0\0[\1\2]\0[^\0]\0", Refusal.UNSUPPORTED_GRAPHIC, "ICO"),
    (
        rb"(\xef\xbb\xbf)?\s*(?!<html|<!doctype html)<.*?(<|\b)svg[\s>]",
        Refusal.UNSUPPORTED_GRAPHIC,
        "SVG",
    ),
    (rb".{4}ftyp(M4A |M4B )", Refusal.UNSUPPORTED_AUDIO, "M4A"),
    (rb"OggS", Refusal.UNSUPPORTED_AUDIO, "Ogg"),
    (rb"fLaC", Refusal.UNSUPPORTED_AUDIO, "FLAC"),
    (rb"FORM.{4}AIF[FC]", Refusal.UNSUPPORTED_AUDIO, "AIFF"),
    (rb"\x1aE\xdf\xa3", Refusal.UNSUPPORTED_VIDEO, "WebM/Matroska"),
    (rb"RIFF.{4}AVI ", Refusal.UNSUPPORTED_VIDEO, "AVI"),
    (rb"FLV\x01", Refusal.UNSUPPORTED_VIDEO, "Flash Video"),
    (rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11", Refusal.UNSUPPORTED_MEDIA, "Windows Media"),
    (rb"%PDF", Refusal.PDF, ""),
    (rb"PK\x03\x04", Refusal.ZIP, ""),
]


def probe(path: Path, *, name: str = "") -> Facts:
    """Return the facts of a file, found by its content alone. Raise UnreadableMedia, with `name` as the file's name."""
    return examine(path, name=name)[0]


def examine(path: Path, *, name: str = "") -> tuple[Facts, DecodedImage | None]:
    """Return the facts of a file, and the decoded image if it is one. Raise UnreadableMedia."""
    name = display_name(name or path.name)
    size = path.stat().st_size
    if not size:
        raise UnreadableMedia(Refusal.EMPTY, name)
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    if mime := _match(_IMAGES, head):
        return probe_image(path, name, size, mime)
    if mime := _match(_AUDIO_VIDEO, head):
        return probe_audio_video(path, name, size, mime), None
    raise _refusal(name, head)


def _match(formats: list[tuple[bytes, str]], head: bytes) -> str:
    return next((mime for magic, mime in formats if re.match(magic, head, re.DOTALL)), "")


def _refusal(name: str, head: bytes) -> UnreadableMedia:
    for magic, code, media_format in _UNSUPPORTED:
        if re.match(magic, head, re.DOTALL):
            values = {"format": media_format} if media_format else {}
            return UnreadableMedia(code, name, **values)
    return UnreadableMedia(Refusal.TEXT if _is_text(head) else Refusal.UNKNOWN_FORMAT, name)


def _is_text(head: bytes) -> bool:
    text = head.decode("utf-8", errors="ignore")
    # The last character may be incomplete.
    allowed = 3 if len(head) == HEAD_BYTES else 0
    whole = len(head) - len(text.encode()) <= allowed
    return whole and all(char.isprintable() or char.isspace() for char in text)
