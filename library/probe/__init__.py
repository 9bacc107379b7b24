"""Types, limits and errors of media files.

The readers are in `library.probe.identify`, which imports Pillow and PyAV. The package itself does not, so that
processes that only handle metadata never load a decoder.
"""

from library.probe.facts import (
    EXTENSIONS,
    HEAD_BYTES,
    MAX_IMAGE_BYTES,
    MAX_SECONDS,
    MAX_VIDEO_BYTES,
    Facts,
    check_size,
    display_name,
)
from library.probe.refusals import Refusal, UnreadableMedia

__all__ = [
    "EXTENSIONS",
    "HEAD_BYTES",
    "MAX_IMAGE_BYTES",
    "MAX_SECONDS",
    "MAX_VIDEO_BYTES",
    "Facts",
    "Refusal",
    "UnreadableMedia",
    "check_size",
    "display_name",
]
