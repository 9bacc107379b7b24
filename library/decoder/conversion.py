"""Sound that the provider does not take becomes MP3 before anything else looks at it.

The provider takes MP3 and WAV (skyreels-api.md, section 1); telephones and editors write M4A, Ogg (Vorbis or Opus)
and FLAC. Readers are chosen by the first bytes, as in `library.probe`. Titles, places and covers are left behind.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import av
from av.container import InputContainer

from library.probe import HEAD_BYTES, MAX_AUDIO_BYTES, MAX_SECONDS, UnreadableMedia, damaged
from library.probe.identify import open_recording

RATE = 44100
BIT_RATE = 192_000
FRAME_SAMPLES = 1152  # of an MP3 frame
_SOUNDS = [
    (rb"OggS", "ogg"),
    (rb"fLaC", "flac"),
    (rb".{4}ftyp(?!heic|heix|hevc|mif1|msf1|avif|avis|qt  )", "mov"),
]


def converted(path: Path, *, name: str) -> Path:
    """The same path, or an MP3 beside it when the file is sound of another kind. Memory stays bounded.

    Raises UnreadableMedia, which calls the file `name`, when it cannot be read to its end, is larger than the
    limit of recordings or lasts longer than an hour.
    """
    demuxer = _demuxer(path)
    if demuxer is None:
        return path
    try:
        with open_recording(path, demuxer, name=name) as source:
            if demuxer == "mov" and not _is_sound_alone(source):
                return path
            _check(source, path.stat().st_size, name)
            return _written(source, path.with_name("converted"), name)
    except (av.FFmpegError, ValueError) as error:  # PyAV: ValueError for a layout that has no name
        if isinstance(error, UnreadableMedia):
            raise
        if demuxer == "mov":
            return path  # what is wrong with a film, `probe` says
        raise damaged(name) from error


def is_other_sound(path: Path) -> bool:
    """Whether `converted` would make an MP3 of it, by its head alone."""
    demuxer = _demuxer(path)
    if demuxer != "mov":
        return demuxer is not None
    try:
        with open_recording(path, demuxer) as source:
            return _is_sound_alone(source)
    except av.FFmpegError:
        return False


def _demuxer(path: Path) -> str | None:
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    return next((demuxer for magic, demuxer in _SOUNDS if re.match(magic, head, re.DOTALL)), None)


def _is_sound_alone(source: InputContainer) -> bool:
    """Whether it has sound and no picture but perhaps a cover."""
    moving = [
        track for track in source.streams.video if not track.disposition & av.stream.Disposition.attached_pic
    ]
    return bool(source.streams.audio) and not moving


def _check(source: InputContainer, size: int, name: str) -> None:
    if not any(track.codec_context for track in source.streams.audio):
        raise UnreadableMedia(f"{name} holds no sound that can be read. Save it as MP3 or WAV again.")
    if size > MAX_AUDIO_BYTES:
        much, most = f"{size / 1e6:.1f} MB", f"{MAX_AUDIO_BYTES / 1e6:.0f} MB"
        raise UnreadableMedia(f"{name} has {much}; a recording may have at most {most}. Save a smaller one.")
    if (source.duration or 0) > MAX_SECONDS * av.time_base:
        raise UnreadableMedia(_too_long(name))


def _too_long(name: str) -> str:
    return (
        f"{name} lasts longer than {MAX_SECONDS / 60:.0f} minutes, which is the most for a recording. Cut it."
    )


def _written(source: InputContainer, target: Path, name: str) -> Path:
    track = next(one for one in source.streams.audio if one.codec_context)
    layout = "mono" if track.codec_context.channels == 1 else "stereo"
    # The encoder's own marks are left out, so that the same sound gives the same bytes whatever wrote it.
    with av.open(
        str(target), "w", format="mp3", options={"write_xing": "1", "id3v2_version": "0"}
    ) as written:
        encoder = written.add_stream("mp3", rate=RATE, layout=layout)
        encoder.bit_rate = BIT_RATE
        samples = 0
        for frame in _sound(source, track.index, layout):
            samples += frame.samples
            if samples > MAX_SECONDS * RATE:  # a header may claim less than the file holds
                raise UnreadableMedia(_too_long(name))
            written.mux(encoder.encode(frame))
        if not samples:
            raise UnreadableMedia(f"{name} holds no sound that can be read. Save it as MP3 or WAV again.")
        written.mux(encoder.encode(None))
    return target


def _sound(source: InputContainer, index: int, layout: str) -> Iterator[av.AudioFrame]:
    resampler = av.AudioResampler(format="s16p", layout=layout, rate=RATE, frame_size=FRAME_SAMPLES)
    for frame in source.decode(source.streams[index]):
        assert isinstance(frame, av.AudioFrame)  # noqa: S101 - it comes from a track of sound
        frame.pts = None  # chained parts of a stream start counting anew; the order is what matters
        for part in resampler.resample(frame):
            part.pts = None
            yield part
    yield from resampler.resample(None)
