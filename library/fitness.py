"""What an asset can be used as: the provider's limits against the facts of its files. Pure.

The limits stand in skyreels-api.md, sections 1 and 7. Each use is a bit, so that a list filters by one number.
"""

from enum import IntFlag

MAX_PICTURE_BYTES = 10_000_000
MAX_CLIP_SECONDS = 15.0
MAX_VOICE_SECONDS = 15.0


class Use(IntFlag):
    """Where a request can carry the asset."""

    FRAME = 1  # first, mid or end frame
    SUBJECT = 2  # one of the subjects, with its pictures
    GRID = 4  # a collage of several views
    MOTION = 8  # the clip whose motion is followed
    EXTENSION = 16  # the clip that goes on
    VOICE = 32  # a subject's voice
