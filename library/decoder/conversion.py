"""Convert audio that the provider does not accept to MP3, before it is probed.

The provider accepts MP3 and WAV (skyreels-api.md, section 1); phones and editors write M4A, Ogg (Vorbis or Opus) and
FLAC. Demuxers are chosen by the first bytes, as in `library.probe`. Titles, locations and cover images are dropped.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import av
from av.container import InputContainer

from library.probe import HEAD_BYTES, MAX_SECONDS, Refusal, UnreadableMedia, check_size
from library.probe.identify import open_container

RATE = 44100
BIT_RATE = 192_000
FRAME_SAMPLES = 1152  # of an MP3 frame
_DEMUXERS = [
    (rb"OggS", "ogg"),
    (rb"fLaC", "flac"),
    (rb".{4}ftyp(?!heic|heix|hevc|mif1|msf1|avif|avis|qt  )", "mov"),
]


def converted(path: Path, *, name: str) -> Path:
    """Return the same path, or that of an MP3 beside it if the file needs conversion. Memory use is bounded.

    Raise UnreadableMedia, with `name` as the file's name, if it cannot be read to the end, exceeds the size limit for
    audio, or is longer than an hour.
    """
    demuxer = _demuxer(path)
    if demuxer is None:
        return path
    try:
        with open_container(path, demuxer, name=name) as source:
            if demuxer == "mov" and not _is_audio_only(source):
                return path
            _check(source, path.stat().st_size, name)
            return _write(source, path.with_name("converted"), name)
    except (av.FFmpegError, ValueError) as error:  # PyAV raises ValueError for an unnamed channel layout
        if isinstance(error, UnreadableMedia):
            raise
        if demuxer == "mov":
            return path  # `probe` reports what is wrong with a video
        raise UnreadableMedia(Refusal.DAMAGED, name) from error


def needs_conversion(path: Path) -> bool:
    """Return whether `converted` would convert the file, judging by its header only."""
    demuxer = _demuxer(path)
    if demuxer != "mov":
        return demuxer is not None
    try:
        with open_container(path, demuxer) as source:
            return _is_audio_only(source)
    except av.FFmpegError:
        return False


def _demuxer(path: Path) -> str | None:
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    return next((demuxer for magic, demuxer in _DEMUXERS if re.match(magic, head, re.DOTALL)), None)


def _is_audio_only(source: InputContainer) -> bool:
    """Return whether it has audio and no video, except possibly a cover image."""
    video = [
        track for track in source.streams.video if not track.disposition & av.stream.Disposition.attached_pic
    ]
    return bool(source.streams.audio) and not video


def _check(source: InputContainer, size: int, name: str) -> None:
    if not any(track.codec_context for track in source.streams.audio):
        raise UnreadableMedia(Refusal.NO_AUDIO, name)
    check_size(name, size, "audio")
    if (source.duration or 0) > MAX_SECONDS * av.time_base:
        raise UnreadableMedia(Refusal.TOO_LONG, name, limit=MAX_SECONDS)


def _write(source: InputContainer, target: Path, name: str) -> Path:
    track = next(one for one in source.streams.audio if one.codec_context)
    layout = "mono" if track.codec_context.channels == 1 else "stereo"
    # Omit encoder tags, so that the same audio gives the same bytes, whichever encoder wrote the source.
    with av.open(str(target), "w", format="mp3", options={"write_xing": "1", "id3v2_version": "0"}) as output:
        encoder = output.add_stream("mp3", rate=RATE, layout=layout)
        encoder.bit_rate = BIT_RATE
        samples = 0
        for frame in _resampled(source, track.index, layout):
            samples += frame.samples
            if samples > MAX_SECONDS * RATE:  # the declared duration may be too short
                raise UnreadableMedia(Refusal.TOO_LONG, name, limit=MAX_SECONDS)
            output.mux(encoder.encode(frame))
        if not samples:
            raise UnreadableMedia(Refusal.NO_AUDIO, name)
        output.mux(encoder.encode(None))
    return target


def _resampled(source: InputContainer, index: int, layout: str) -> Iterator[av.AudioFrame]:
    resampler = av.AudioResampler(format="s16p", layout=layout, rate=RATE, frame_size=FRAME_SAMPLES)
    for frame in source.decode(source.streams[index]):
        assert isinstance(frame, av.AudioFrame)  # noqa: S101 - decoded from an audio track
        frame.pts = None  # timestamps restart in chained streams; only the order matters
        for resampled in resampler.resample(frame):
            resampled.pts = None
            yield resampled
    yield from resampler.resample(None)
