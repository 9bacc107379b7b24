"""Values of request fields: models, resolutions, ratios, modes and scenarios (skyreels-api.md section 1)."""

from enum import StrEnum


class Model(StrEnum):
    """The two models; std takes 1.5 to 2 times as long as fast."""

    FAST = "skyreels-v4-fast"
    STD = "skyreels-v4-std"


class Resolution(StrEnum):
    P480 = "480p"
    P720 = "720p"
    P1080 = "1080p"


class AspectRatio(StrEnum):
    WIDE = "16:9"
    CLASSIC = "4:3"
    SQUARE = "1:1"
    TALL = "9:16"
    PORTRAIT = "3:4"


class Mode(StrEnum):
    """The mode to which the provider routes a request. It is derived from the fields and never sent."""

    T2V = "T2V"
    I2V = "I2V"
    OMNI = "Omni"


class Scenario(StrEnum):
    """The nine rows of the provider's table, by name; `composition.labels` has translated labels."""

    TEXT_TO_VIDEO = "Text to video"
    FIRST_FRAME = "First frame"
    END_FRAME = "End frame"
    KEYFRAMES = "Keyframes"
    SUBJECTS = "Single or multi subject"
    GRID = "Grid collage"
    MOTION_REFERENCE = "Motion reference"
    EXTENSION = "Video extension"
    AUDIO_SYNC = "Audio sync"


class PictureType(StrEnum):
    """The content of a `ref_images` element: images of one subject, or one collage."""

    IMAGE = "image"
    GRID = "grid"


class ClipType(StrEnum):
    """The use of a `ref_videos` element: its motion is followed, or it is extended."""

    REFERENCE = "reference"
    EXTEND = "extend"


I2V_FIELDS = ("first_frame_image", "end_frame_image", "mid_frame_images")
OMNI_FIELDS = ("ref_images", "ref_videos")
