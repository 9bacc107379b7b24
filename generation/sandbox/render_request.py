"""A validated request as plain typed values."""

from dataclasses import dataclass

SIZES: dict[str, dict[str, tuple[int, int]]] = {
    "480p": {
        "16:9": (848, 480),
        "9:16": (480, 848),
        "4:3": (736, 560),
        "3:4": (560, 736),
        "1:1": (640, 640),
    },
    "720p": {
        "16:9": (1280, 720),
        "9:16": (720, 1280),
        "4:3": (1104, 832),
        "3:4": (832, 1104),
        "1:1": (960, 960),
    },
    "1080p": {
        "16:9": (1920, 1080),
        "9:16": (1080, 1920),
        "4:3": (1664, 1248),
        "3:4": (1248, 1664),
        "1:1": (1440, 1440),
    },
}
"""Output pixels, width by height (skyreels-api.md section 7)."""

MAX_REFERENCE_SECONDS = 10.0
"""A motion reference is rendered and billed by its own length, up to this limit (section 1)."""


@dataclass(frozen=True, slots=True)
class Subject:
    """An element of `ref_images`: a subject in up to five images, or one grid collage."""

    tag: str
    kind: str
    image_urls: tuple[str, ...]
    audio_url: str | None


@dataclass(frozen=True, slots=True)
class Keyframe:
    """An element of `mid_frame_images`; `time_stamp` in seconds, -1 for unspecified."""

    tag: str
    image_url: str
    time_stamp: int


@dataclass(frozen=True, slots=True)
class ReferenceVideo:
    """The only element of `ref_videos`: kind `reference` or `extend`."""

    tag: str
    kind: str
    video_url: str


@dataclass(frozen=True, slots=True)
class RenderRequest:
    """A valid request. `duration` is in seconds as requested."""

    model: str
    prompt: str
    duration: int
    resolution: str
    aspect_ratio: str
    first_frame: str | None
    end_frame: str | None
    keyframes: tuple[Keyframe, ...]
    subjects: tuple[Subject, ...]
    video: ReferenceVideo | None
    webhook: str | None

    @property
    def follows_video(self) -> bool:
        """Return whether a motion reference determines length and audio."""
        return self.video is not None and self.video.kind == "reference"

    @property
    def size(self) -> tuple[int, int]:
        return SIZES[self.resolution][self.aspect_ratio]

    def size_like(self, width: int, height: int) -> tuple[int, int]:
        """Return the size of this resolution whose aspect ratio is nearest to `width` by `height` pixels."""
        wanted = width / height
        return min(
            SIZES[self.resolution].values(),
            key=lambda size: max(size[0] / size[1] / wanted, wanted * size[1] / size[0]),
        )
