"""Requests that are legal or nearly so, of which the tests of agreement are made."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

from tests.generation.skyreels.drafts import (
    CLIP,
    PICTURE,
    VOICE,
    Data,
    clips,
    grid,
    image,
    keyframes,
    mid,
    subjects,
)
from tests.generation.skyreels.drafts import text as plain

# Pools of values that are right, nearly right or odd; small, so that they meet.
TAGS = [
    "@one",
    "@one2",
    "@two",
    "@Two",
    "@three",
    "one",
    "@",
    "@@",
    "@a b",
    "@one@two",
    "@é",
    "@-",
    "",
    7,
    None,
    [],
]
URLS = [
    PICTURE,
    CLIP,
    VOICE,
    "https://h.example/media/0f1e?X-Amz-Signature=a.b",
    "https://h.example/a.webp?x=1",
]
URLS += [
    "https://h.example/zip",
    "https://h.example/a.PDF",
    "HTTP://h.example/a.PNG",
    "http://[::1]:9000/a.gif",
]
URLS += [
    "https://",
    "ftp://h.example/a.png",
    "data:image/png;base64,AA",
    "https://h.example:0/a.png",
    "@one",
    "",
]
URLS += [
    "https://h.example:99999/a.png",
    "https://h.example/a b.png",
    "http://[::1/a.png",
    "//h.example/a.png",
]
ODD: list[Any] = [
    None,
    [],
    {},
    "",
    "x",
    0,
    1,
    -1,
    5,
    5.0,
    2.5,
    True,
    False,
    [None],
    [[]],
    {"tag": "@one"},
    ["@one"],
]

tags = st.sampled_from(TAGS)
urls = st.sampled_from(URLS) | st.just(PICTURE)
TIMES = [-2, -1, 0, 1, 2, 3, 4, 5, 6, 14, 15, 16, 1.0, True, "3", None]
seconds = st.sampled_from(TIMES)
odd = st.sampled_from(ODD).map(deepcopy)


def element(
    required: dict[str, st.SearchStrategy[Any]], **optional: st.SearchStrategy[Any]
) -> st.SearchStrategy[Any]:
    """An object of a list field: mostly whole, at times without a field or with one too many."""
    whole = st.fixed_dictionaries(required, optional=optional)
    return whole | st.fixed_dictionaries({}, optional={**required, **optional, "weight": odd}) | odd


mid_frames = element({"tag": tags, "image_url": urls}, time_stamp=seconds)
kinds = st.sampled_from(["image", "image", "grid", "photo", None])
ref_images = element(
    {"tag": tags, "type": kinds, "image_urls": st.lists(urls, max_size=6) | odd},
    audio_url=st.just(VOICE) | urls,
)
uses = st.sampled_from(["reference", "extend", "image"])
ref_videos = element({"tag": tags, "type": uses, "video_url": st.just(CLIP) | urls})
words = st.sampled_from(
    [*[tag for tag in TAGS if isinstance(tag, str)], "sea", "在", "me@one.example", "@One", ",", "-"]
)
prompts = st.builds(
    lambda gap, parts: gap.join(parts), st.sampled_from([" ", ""]), st.lists(words, max_size=8)
)

FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "model": st.sampled_from(["skyreels-v4-fast", "skyreels-v4-std", "skyreels-v4", None, 4]),
    "prompt": prompts | odd,
    "duration": seconds,
    "resolution": st.sampled_from(["480p", "1080p", "4k", 480, None]),
    "aspect_ratio": st.sampled_from(["16:9", "3:4", "21:9", None]),
    "prompt_optimizer": odd,
    "first_frame_image": urls | odd,
    "end_frame_image": urls | odd,
    "mid_frame_images": st.lists(mid_frames, max_size=7) | odd,
    "ref_images": st.lists(ref_images, max_size=4) | odd,
    "ref_videos": st.lists(ref_videos, max_size=2) | odd,
    "webhook": urls | odd,
    "sound": odd,
}
STARTS: list[Data] = [
    plain(),
    plain(first_frame_image=PICTURE, end_frame_image=PICTURE),
    keyframes(mid("@one", time_stamp=2), mid("@two")),
    subjects(image("@one", audio_url=VOICE), image("@two")),
    subjects(grid("@one")),
    clips(),
    clips(ref_images=[image("@one")]),
    clips({"tag": "@clip", "type": "extend", "video_url": CLIP}),
]


@st.composite
def nearly_legal(draw: st.DrawFn) -> Data:
    """A legal request of some scenario with up to three fields drawn anew, or one element of a list changed."""
    data: Data = json.loads(json.dumps(draw(st.sampled_from(STARTS))))
    for name in draw(st.lists(st.sampled_from(list(FIELDS)), max_size=3, unique=True)):
        data[name] = draw(FIELDS[name])
    listed = [name for name in ("mid_frame_images", "ref_images", "ref_videos") if objects(data.get(name))]
    if listed and draw(st.booleans()):
        changed = draw(st.sampled_from(objects(data[draw(st.sampled_from(listed))])))
        changed[draw(st.sampled_from([*changed, "audio_url", "time_stamp"]))] = draw(
            tags | urls | seconds | odd
        )
    return data


def objects(listed: object) -> list[Data]:
    return [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []


def places(data: Data) -> list[tuple[Any, Any]]:
    """Every container of a request with every key that it has or could have."""
    found: list[tuple[Any, Any]] = [(data, name) for name in FIELDS]
    for name in ("mid_frame_images", "ref_images", "ref_videos"):
        for item in objects(data.get(name)):
            found += [(item, key) for key in (*item, "audio_url", "time_stamp", "weight")]
            found += [(item["image_urls"], 0)] if "image_urls" in item else []
    return found


def single_changes(start: Data) -> Iterator[Data]:
    """The request with each odd value in each of its places, one at a time."""
    for number in range(len(places(start))):
        for value in [*TAGS, *URLS, *ODD, *TIMES]:
            changed = json.loads(json.dumps(start))
            container, key = places(changed)[number]
            container[key] = value
            yield changed
