"""What is known of media files: facts, limits and refusals. The readers are in `library.probe.reading`, which pulls in
Pillow and PyAV; this package alone does not, so that processes that only speak of files never load a decoder."""

from library.probe.facts import (
    EXTENSIONS,
    HEAD_BYTES,
    MAX_AUDIO_BYTES,
    MAX_PICTURE_BYTES,
    MAX_SECONDS,
    MAX_VIDEO_BYTES,
    Facts,
    UnreadableMedia,
    damaged,
    shown_name,
)

__all__ = [
    "EXTENSIONS",
    "HEAD_BYTES",
    "MAX_AUDIO_BYTES",
    "MAX_PICTURE_BYTES",
    "MAX_SECONDS",
    "MAX_VIDEO_BYTES",
    "Facts",
    "UnreadableMedia",
    "damaged",
    "shown_name",
]
