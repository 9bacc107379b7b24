"""What a file is, by its content alone; a name is only used to speak about it. Pure: a path in, facts out.

Pictures are read by Pillow, recordings by PyAV, each only in the formats listed here: a reader chosen by the
first bytes never meets a playlist or a script that would make it open other files. Size and pixels are checked
before anything is decoded; then a picture is decoded whole and a recording walked to its end, so that a file
that was cut off is found. The provider takes JPEG, PNG, GIF and BMP up to 10 MB, MP4 and MOV, MP3 and WAV
(skyreels-api.md, sections 1 and 7). WebP is readable here because ingest converts it.
"""

import re
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import av
from av.container import InputContainer
from PIL import Image, ImageFile
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

MAX_PICTURE_BYTES = 10_000_000
MAX_PIXELS = 40_000_000
MAX_ANIMATION_PIXELS = 200_000_000
MAX_VIDEO_BYTES = 500_000_000
MAX_AUDIO_BYTES = 100_000_000
# A header may claim one sample a second: few bytes would then be days of sound to walk through.
MAX_SECONDS = 3600
SHOWN_NAME_LENGTH = 60
HEAD_BYTES = 4096

EXTENSIONS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/bmp": "bmp",
    "image/webp": "webp",
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "audio/mpeg": "mp3",
    "audio/wav": "wav",
}

# Pillow's own guard sees what the header does not tell: frames of a GIF that are larger than its screen.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
_DAMAGE = (OSError, EOFError, SyntaxError, ValueError, TypeError, LookupError, struct.error, zlib.error)
_BOMB = (Image.DecompressionBombError, Image.DecompressionBombWarning)

_Opener = Callable[[Path], ImageFile.ImageFile]
_PICTURES: list[tuple[bytes, str, _Opener]] = [
    (rb"\xff\xd8\xff", "image/jpeg", JpegImageFile),
    (rb"\x89PNG\r\n\x1a\n", "image/png", PngImageFile),
    (rb"GIF8[79]a", "image/gif", GifImageFile),
    (rb"BM.{4}\0{4}", "image/bmp", BmpImageFile),
    (rb"RIFF.{4}WEBP", "image/webp", WebPImageFile),
]
_RECORDINGS = [
    (rb".{4}ftypqt  ", "mov", "video/quicktime"),
    (rb".{4}ftyp(?!heic|heix|hevc|mif1|msf1|avif|avis|M4A |M4B )", "mov", "video/mp4"),
    (rb".{4}(moov|mdat|wide|free|skip|pnot)", "mov", "video/quicktime"),
    (rb"RIFF.{4}WAVE", "wav", "audio/wav"),
    (rb"ID3|\xff[\xe2\xe3\xf2\xf3\xfa\xfb]", "mp3", "audio/mpeg"),
]
_OTHERS = [
    (rb".{4}ftyp(heic|heix|hevc|mif1|msf1)", "an HEIC picture", "save it as JPEG or PNG"),
    (rb".{4}ftyp(avif|avis)", "an AVIF picture", "save it as JPEG or PNG"),
    (rb"II\*\0|MM\0\*", "a TIFF picture", "save it as JPEG or PNG"),
    (rb"(\xef\xbb\xbf)?\s*(?!<html|<!doctype html)<.*?(<|\b)svg[\s>]", "an SVG drawing", "save it as PNG"),
    (rb".{4}ftyp(M4A |M4B )", "an M4A recording", "save it as MP3 or WAV"),
    (rb"OggS|fLaC", "an Ogg or FLAC recording", "save it as MP3 or WAV"),
    (rb"\x1aE\xdf\xa3", "a WebM or Matroska video", "save it as MP4 or MOV"),
    (rb"RIFF.{4}AVI ", "an AVI video", "save it as MP4 or MOV"),
    (rb"%PDF", "a PDF document", "save its page as PNG"),
    (rb"PK\x03\x04", "a zip archive", "unpack it and choose the files inside"),
]


class UnreadableMedia(ValueError):
    """The file cannot be used. The message is a sentence for people that names the file and says why."""


@dataclass(frozen=True)
class Facts:
    """What was found: size in bytes, pixels as shown (after rotation), seconds, frames for each second."""

    kind: str
    mime: str
    size: int
    width: int | None = None
    height: int | None = None
    seconds: float | None = None
    fps: float | None = None
    codec: str = ""
    has_audio: bool = False

    @property
    def extension(self) -> str:
        """The usual ending of such a file, without the dot."""
        return EXTENSIONS[self.mime]


def shown_name(name: str) -> str:
    """A file's name fit for a sentence: no folders, nothing unprintable, at most 60 characters."""
    last = re.split(r"[/\\]", name)[-1]
    clean = "".join(letter for letter in last if letter.isprintable()).strip() or "The file"
    half = SHOWN_NAME_LENGTH // 2
    return clean if len(clean) <= SHOWN_NAME_LENGTH else f"{clean[:half]}…{clean[1 - half :]}"


def probe(path: Path, *, name: str = "") -> Facts:
    """The facts of a file, found by its content alone.

    Raises UnreadableMedia, whose message calls the file `name`.
    """
    name = shown_name(name or path.name)
    size = path.stat().st_size
    if not size:
        raise UnreadableMedia(f"{name} is empty (0 bytes).")
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    for magic, mime, opener in _PICTURES:
        if re.match(magic, head, re.DOTALL):
            _check_size(name, size, MAX_PICTURE_BYTES, "a picture")
            return _picture(path, name, size, mime, opener)
    for magic, demuxer, mime in _RECORDINGS:
        if re.match(magic, head, re.DOTALL):
            return _recording(path, name, size, mime, demuxer)
    raise UnreadableMedia(_refusal(name, head))


def _refusal(name: str, head: bytes) -> str:
    for magic, what, advice in _OTHERS:
        if re.match(magic, head, re.DOTALL):
            return f"{name} is {what}, which the video model cannot take: {advice}."
    content = "its content is text" if _is_text(head) else "its content is of no kind that we know"
    return f"{name} is not a picture, video or audio file that we can read ({content})."


def _is_text(head: bytes) -> bool:
    text = head.decode("utf-8", errors="ignore")
    # A character may be cut in two at the end of what was read.
    allowed = 3 if len(head) == HEAD_BYTES else 0
    whole = len(head) - len(text.encode()) <= allowed
    return whole and all(letter.isprintable() or letter.isspace() for letter in text)


def _check_size(name: str, size: int, limit: int, what: str) -> None:
    if size > limit:
        much, most = f"{size / 1e6:.1f} MB", f"{limit / 1e6:.0f} MB"
        raise UnreadableMedia(f"{name} has {much}; {what} may have at most {most}.")


# Pictures


def _picture(path: Path, name: str, size: int, mime: str, opener: _Opener) -> Facts:
    try:
        with opener(path) as picture:
            _check_pixels(name, *picture.size)
            width, height = reversed(picture.size) if _is_turned(picture) else picture.size
            _decode(picture, name)
    except UnreadableMedia:
        raise
    except _BOMB as error:
        raise UnreadableMedia(f"{name} holds frames larger than {MAX_PIXELS / 1e6:.0f} MP.") from error
    except _DAMAGE as error:
        raise UnreadableMedia(f"{name} is damaged or cut off: it cannot be read to its end.") from error
    return Facts("image", mime, size, width, height, codec=EXTENSIONS[mime])


def _check_pixels(name: str, width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        much, limit = f"{width * height / 1e6:.0f} MP", f"{MAX_PIXELS / 1e6:.0f} MP"
        raise UnreadableMedia(f"{name} is {width}×{height} pixels ({much}); at most {limit} can be used.")


def _is_turned(picture: Image.Image) -> bool:
    """Whether the camera says that the picture lies on its side: EXIF orientations 5 to 8."""
    return picture.getexif().get(0x0112, 1) in {5, 6, 7, 8}


def _decode(picture: Image.Image, name: str) -> None:
    """Decodes every frame, after a look at how many there are."""
    frames = int(getattr(picture, "n_frames", 1))
    width, height = picture.size
    if frames * width * height > MAX_ANIMATION_PIXELS and frames > 1:
        much = f"{frames} frames of {width}×{height} pixels"
        limit = f"{MAX_ANIMATION_PIXELS / 1e6:.0f} MP"
        raise UnreadableMedia(f"{name} has {much}; an animation may have at most {limit} in all.")
    # A JPEG is read to its end at any scale, and by an eighth in half the time; other formats know no scale.
    picture.draft(picture.mode, (max(1, width // 8), max(1, height // 8)))
    for frame in range(frames):
        picture.seek(frame)
        picture.load()


# Recordings


def _recording(path: Path, name: str, size: int, mime: str, demuxer: str) -> Facts:
    try:
        with open_recording(path, demuxer) as container:
            if mime.startswith("audio/"):
                _check_size(name, size, MAX_AUDIO_BYTES, "a recording")
                return _sound(container, name, size, mime)
            _check_size(name, size, MAX_VIDEO_BYTES, "a video")
            return _video(container, name, size, mime)
    except av.FFmpegError as error:
        raise UnreadableMedia(f"{name} is damaged or cut off: it cannot be read to its end.") from error


def open_recording(path: Path, demuxer: str | None = None) -> InputContainer:
    """PyAV on this file alone: a MOV may otherwise name others that hold its tracks. Odd letters in its metadata are
    kept as they are. Raises `av.FFmpegError`."""
    options = {"protocol_whitelist": "file"}
    return av.open(str(path), format=demuxer, options=options, metadata_errors="surrogateescape")


def _video(container: InputContainer, name: str, size: int, mime: str) -> Facts:
    # A track whose codec is not known has no decoder, and so no size either.
    stream = next((track for track in container.streams.video if track.codec_context), None)
    if stream is None:
        raise UnreadableMedia(f"{name} holds no moving picture that can be read.")
    _check_pixels(name, stream.width, stream.height)
    declared = _declared_seconds(container)
    _check_length(name, declared)
    frame = next(container.decode(stream), None)
    if frame is None:
        raise UnreadableMedia(f"{name} holds no frame that can be read.")
    container.seek(0)
    _check_end(container, name, declared)
    turned = frame.rotation % 180 != 0
    width, height = (frame.height, frame.width) if turned else (frame.width, frame.height)
    fps = round(float(stream.average_rate), 3) if stream.average_rate else None
    codec = stream.codec_context.name
    return Facts("video", mime, size, width, height, declared, fps, codec, bool(container.streams.audio))


def _sound(container: InputContainer, name: str, size: int, mime: str) -> Facts:
    stream = next((track for track in container.streams.audio if track.codec_context), None)
    if stream is None or next(container.decode(stream), None) is None:
        raise UnreadableMedia(f"{name} holds no sound that can be read.")
    container.seek(0)
    seconds, codec = _seconds_read(container), stream.codec_context.name
    _check_length(name, seconds)
    return Facts("audio", mime, size, seconds=seconds, codec=codec, has_audio=True)


def _check_length(name: str, seconds: float) -> None:
    if seconds > MAX_SECONDS:
        much, most = f"{seconds / 60:.0f} minutes", f"{MAX_SECONDS / 60:.0f} minutes"
        raise UnreadableMedia(f"{name} lasts {much}; a recording may last at most {most}.")


def _declared_seconds(container: InputContainer) -> float:
    return round(container.duration / av.time_base, 3) if container.duration else 0.0


def _seconds_read(container: InputContainer) -> float:
    """Where the last packet ends. Walking through the packets reads the file but decodes nothing."""
    end = 0.0
    for packet in container.demux():
        if packet.pts is not None and packet.time_base is not None and not packet.is_corrupt:
            end = max(end, float((packet.pts + (packet.duration or 0)) * packet.time_base))
    return round(end, 3)


def _check_end(container: InputContainer, name: str, declared: float) -> None:
    reached = _seconds_read(container)
    if reached < declared * 0.95 - 0.2:
        raise UnreadableMedia(f"{name} is cut off: only {reached:.1f} s of {declared:.1f} s can be read.")
