"""Recordings, read by PyAV: a few frames are decoded, then the packets are walked to the end."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import av
from av.container import InputContainer

from library.probe.container_tables import check_samples, check_tags, tags_end
from library.probe.facts import (
    MAX_AUDIO_BYTES,
    MAX_SECONDS,
    MAX_VIDEO_BYTES,
    Facts,
    UnreadableMedia,
    check_pixels,
    check_size,
    damaged,
)

_DEMUXERS = {"audio/mpeg": "mp3", "audio/wav": "wav", "video/mp4": "mov", "video/quicktime": "mov"}
# A minute of full HD: what is longer is counted without being decoded.
MAX_DECODED_PIXELS = 3_000_000_000
# Nothing honest takes so long to open; each single read has as long again.
MAX_OPENING_SECONDS = 20.0
MAX_THREADS = 2


def hear(path: Path, name: str, size: int, mime: str) -> Facts:
    """Walks through a recording. Raises UnreadableMedia."""
    is_sound = mime.startswith("audio/")
    limit, what = (MAX_AUDIO_BYTES, "a recording") if is_sound else (MAX_VIDEO_BYTES, "a video")
    check_size(name, size, limit, what)
    try:
        with open_recording(path, _DEMUXERS[mime], name=name) as container:
            found = _sound if is_sound else _video
            return found(container, name, size, mime)
    except av.FFmpegError as error:
        raise damaged(name) from error


def open_recording(path: Path, demuxer: str = "", *, name: str = "") -> InputContainer:
    """PyAV on this file alone, by the reader that its first bytes or the caller name: a reader that FFmpeg chose itself
    might be one of playlists, and a MOV may name others that hold its tracks. Odd letters in its metadata are kept as
    they are. Raises `av.FFmpegError`, and UnreadableMedia for a file that would make FFmpeg take much memory."""
    name, demuxer = name or path.name, demuxer or _demuxer(path)
    options = {"protocol_whitelist": "file"}
    if demuxer == "mov":
        check_samples(path, name)
    elif demuxer == "wav":
        check_tags(path, name)
    elif demuxer == "mp3":
        options["skip_initial_bytes"] = str(tags_end(path))
    timeout = (MAX_OPENING_SECONDS, MAX_OPENING_SECONDS)
    container = av.open(
        str(path), format=demuxer, options=options, metadata_errors="surrogateescape", timeout=timeout
    )
    for track in container.streams.video:
        if track.codec_context:
            # By default, FFmpeg uses a thread, with its own frames and stack, for every core of the machine.
            track.codec_context.thread_count = MAX_THREADS
    return container


def frame_times(path: Path, keep: Callable[[], None] = lambda: None) -> list[float]:
    """The seconds at which the pictures of a video begin, as PyAV decodes them; of one that would take long to decode,
    those of the pictures that are stored in it.

    `keep` is called after each and may end it by raising. Raises UnreadableMedia.
    """
    try:
        with open_recording(path) as container:
            stream = container.streams.video[0]
            packets = (packet for packet in container.demux(stream) if packet.size and not packet.is_discard)
            stored = sorted(float((packet.pts or 0) * packet.time_base) for packet in packets)
            if len(stored) * stream.width * stream.height > MAX_DECODED_PIXELS:
                return stored
            container.seek(0)
            times = []
            for frame in container.decode(stream):
                times.append(float(frame.time or 0))
                keep()
            return times
    except (av.FFmpegError, IndexError) as error:
        raise damaged(path.name) from error


def uneven(times: list[float], fps: float) -> list[float]:
    """The times of a film that begins late, or whose pictures last differently long; none where they follow from the
    rate. While each stands within a quarter of a picture, the middle of its place is safely its own."""
    if fps and all(abs(time - frame / fps) < 0.25 / fps for frame, time in enumerate(times)):
        return []
    return [round(time, 6) for time in times]


def contents(path: Path) -> str:
    """A digest of all that is played, wherever in the file it lies. Raises UnreadableMedia."""
    digest = hashlib.sha256()
    try:
        with open_recording(path) as container:
            for packet in container.demux():
                digest.update(f"{packet.stream_index} {packet.pts} {packet.dts} {packet.size} ".encode())
                digest.update(packet)
    except av.FFmpegError as error:
        raise damaged(path.name) from error
    return digest.hexdigest()


def _demuxer(path: Path) -> str:
    with path.open("rb") as stream:
        head = stream.read(4)
    if head == b"RIFF":
        return "wav"
    return "mp3" if head.startswith((b"ID3", b"\xff")) else "mov"


def _video(container: InputContainer, name: str, size: int, mime: str) -> Facts:
    # A track whose codec is not known has no decoder, and so no size either.
    stream = next((track for track in container.streams.video if track.codec_context), None)
    if stream is None:
        raise UnreadableMedia(f"{name} holds no moving picture that can be read. Save it as MP4 with H.264.")
    check_pixels(name, stream.width, stream.height)
    declared = _declared_seconds(container)
    _check_length(name, declared)
    frame = next(container.decode(stream), None)
    if frame is None:
        raise UnreadableMedia(f"{name} holds no frame that can be read. Export it again.")
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
        raise UnreadableMedia(f"{name} holds no sound that can be read. Save it as MP3 or WAV again.")
    container.seek(0)
    seconds, codec = _seconds_read(container), stream.codec_context.name
    _check_length(name, seconds)
    return Facts("audio", mime, size, seconds=seconds, codec=codec, has_audio=True)


def _check_length(name: str, seconds: float) -> None:
    if seconds > MAX_SECONDS:
        much, most = f"{seconds / 60:.0f} minutes", f"{MAX_SECONDS / 60:.0f} minutes"
        raise UnreadableMedia(f"{name} lasts {much}; a recording may last at most {most}. Cut it.")


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
        much = f"only {reached:.1f} s of {declared:.1f} s can be read"
        raise UnreadableMedia(f"{name} is cut off: {much}. Save or download it again.")
