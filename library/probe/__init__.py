"""Types, limits and errors of media files. The readers are in `library.probe.identify`, which imports Pillow and PyAV;
the package itself does not, so that processes that only handle metadata never load a decoder."""

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
