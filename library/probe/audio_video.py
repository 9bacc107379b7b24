"""Read video and audio with PyAV: decode a few frames, then read the packets to the end."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import av
from av.container import InputContainer

from library.probe.container_tables import check_samples, check_tags, tags_end
from library.probe.facts import MAX_SECONDS, Facts, check_pixels, check_size
from library.probe.refusals import Refusal, UnreadableMedia

_DEMUXERS = {"audio/mpeg": "mp3", "audio/wav": "wav", "video/mp4": "mov", "video/quicktime": "mov"}
# About a minute of full HD; the frames of longer videos are counted without decoding them.
MAX_DECODED_PIXELS = 3_000_000_000
# Far longer than any legitimate file needs to open; each single read has the same limit.
MAX_OPENING_SECONDS = 20.0
MAX_THREADS = 2


def probe_audio_video(path: Path, name: str, size: int, mime: str) -> Facts:
    """Read a video or audio file to its end. Raise UnreadableMedia."""
    is_audio = mime.startswith("audio/")
    check_size(name, size, "audio" if is_audio else "video")
    try:
        with open_container(path, _DEMUXERS[mime], name=name) as container:
            probe = _probe_audio if is_audio else _probe_video
            return probe(container, name, size, mime)
    except av.FFmpegError as error:
        raise UnreadableMedia(Refusal.DAMAGED, name) from error


def open_container(path: Path, demuxer: str = "", *, name: str = "") -> InputContainer:
    """Open this file alone with PyAV, using the demuxer that its first bytes or the caller determine.

    FFmpeg's own choice might be a demuxer for playlists, and a MOV may refer to other files for its tracks. Undecodable
    bytes in metadata are preserved. Raise `av.FFmpegError`, and UnreadableMedia for a file that would make FFmpeg
    allocate too much memory.
    """
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
    """Return the start times of a video's frames in seconds, or those of its packets if decoding would take long.

    `keep` is called after each frame and may raise to stop. Raise UnreadableMedia.
    """
    try:
        with open_container(path) as container:
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
        raise UnreadableMedia(Refusal.DAMAGED, path.name) from error


def irregular_times(times: list[float], fps: float) -> list[float]:
    """Return the times if they do not follow from the frame rate, since the video starts late or its frame durations
    vary; otherwise an empty list.

    A deviation below a quarter of a frame is ignored: the middle of each frame's interval still belongs to that frame.
    """
    if fps and all(abs(time - frame / fps) < 0.25 / fps for frame, time in enumerate(times)):
        return []
    return [round(time, 6) for time in times]


def content_digest(path: Path) -> str:
    """Return a digest of all packets, independent of their position in the file. Raise UnreadableMedia."""
    digest = hashlib.sha256()
    try:
        with open_container(path) as container:
            for packet in container.demux():
                digest.update(f"{packet.stream_index} {packet.pts} {packet.dts} {packet.size} ".encode())
                digest.update(packet)
    except av.FFmpegError as error:
        raise UnreadableMedia(Refusal.DAMAGED, path.name) from error
    return digest.hexdigest()


def _demuxer(path: Path) -> str:
    with path.open("rb") as stream:
        head = stream.read(4)
    if head == b"RIFF":
        return "wav"
    return "mp3" if head.startswith((b"ID3", b"\xff")) else "mov"


def _probe_video(container: InputContainer, name: str, size: int, mime: str) -> Facts:
    # A track with an unknown codec has no decoder, and therefore no size.
    stream = next((track for track in container.streams.video if track.codec_context), None)
    if stream is None:
        raise UnreadableMedia(Refusal.NO_VIDEO, name)
    check_pixels(name, stream.width, stream.height)
    declared = _declared_seconds(container)
    _check_length(name, declared)
    frame = next(container.decode(stream), None)
    if frame is None:
        raise UnreadableMedia(Refusal.NO_FRAME, name)
    container.seek(0)
    _check_end(container, name, declared)
    is_sideways = frame.rotation % 180 != 0
    width, height = (frame.height, frame.width) if is_sideways else (frame.width, frame.height)
    fps = round(float(stream.average_rate), 3) if stream.average_rate else None
    codec = stream.codec_context.name
    return Facts("video", mime, size, width, height, declared, fps, codec, bool(container.streams.audio))


def _probe_audio(container: InputContainer, name: str, size: int, mime: str) -> Facts:
    stream = next((track for track in container.streams.audio if track.codec_context), None)
    if stream is None or next(container.decode(stream), None) is None:
        raise UnreadableMedia(Refusal.NO_AUDIO, name)
    container.seek(0)
    seconds, codec = _seconds_read(container), stream.codec_context.name
    _check_length(name, seconds)
    return Facts("audio", mime, size, seconds=seconds, codec=codec, has_audio=True)


def _check_length(name: str, seconds: float) -> None:
    if seconds > MAX_SECONDS:
        raise UnreadableMedia(Refusal.TOO_LONG, name, limit=MAX_SECONDS)


def _declared_seconds(container: InputContainer) -> float:
    return round(container.duration / av.time_base, 3) if container.duration else 0.0


def _seconds_read(container: InputContainer) -> float:
    """Return the end of the last packet in seconds. This reads the file but decodes nothing."""
    end = 0.0
    for packet in container.demux():
        if packet.pts is not None and packet.time_base is not None and not packet.is_corrupt:
            end = max(end, float((packet.pts + (packet.duration or 0)) * packet.time_base))
    return round(end, 3)


def _check_end(container: InputContainer, name: str, declared: float) -> None:
    readable = _seconds_read(container)
    if readable < declared * 0.95 - 0.2:
        raise UnreadableMedia(Refusal.TRUNCATED, name, readable=readable, declared=declared)
