"""Raw requests, legal unless changed, from which the rule tables are written."""

from typing import Any

PICTURE = "https://files.example/a.png"
CLIP = "https://files.example/a.mp4"
VOICE = "https://files.example/a.mp3"

Data = dict[str, Any]


def text(**changes: object) -> Data:
    return {"model": "skyreels-v4-fast", "prompt": "a harbour at dawn", **changes}


def keyframes(*frames: Data, **changes: object) -> Data:
    return text(
        prompt="@one then @two then @three", mid_frame_images=list(frames or [mid("@one")]), **changes
    )


def subjects(*images: Data, **changes: object) -> Data:
    given = {"prompt": "@one and @two and @three", "ref_images": list(images or [image("@one")])}
    return text(**{**given, **changes})


def clips(*videos: Data, **changes: object) -> Data:
    given = {"prompt": "@clip with @one and @two", "ref_videos": list(videos or [video()])}
    return text(**{**given, **changes})


def mid(tag: str, **changes: object) -> Data:
    return {"tag": tag, "image_url": PICTURE, **changes}


def image(tag: str, **changes: object) -> Data:
    return {"tag": tag, "type": "image", "image_urls": [PICTURE], **changes}


def grid(tag: str, **changes: object) -> Data:
    return image(tag, type="grid", **changes)


def video(tag: str = "@clip", **changes: object) -> Data:
    return {"tag": tag, "type": "reference", "video_url": CLIP, **changes}
