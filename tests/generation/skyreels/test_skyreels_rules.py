"""Every rule of skyreels-api.md section 1: what is accepted, and which field a refusal names."""

from typing import Any

import pytest
from pydantic import ValidationError

from generation.skyreels.schemas import (
    GenerationRequest,
    InvalidRequest,
    Mode,
    Model,
    Scenario,
    find_problems,
    parse_request,
)
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
    text,
    video,
)

SCENARIOS: list[tuple[Scenario, Mode, Data]] = [
    (Scenario.TEXT_TO_VIDEO, Mode.T2V, text()),
    (Scenario.FIRST_FRAME, Mode.I2V, text(first_frame_image=PICTURE)),
    (Scenario.FIRST_FRAME, Mode.I2V, text(first_frame_image=PICTURE, end_frame_image=PICTURE)),
    (Scenario.END_FRAME, Mode.I2V, text(end_frame_image=PICTURE)),
    (Scenario.KEYFRAMES, Mode.I2V, keyframes()),
    (Scenario.KEYFRAMES, Mode.I2V, keyframes(first_frame_image=PICTURE, end_frame_image=PICTURE)),
    (Scenario.SUBJECTS, Mode.OMNI, subjects()),
    (Scenario.SUBJECTS, Mode.OMNI, subjects(image("@one"), image("@two"), image("@three"))),
    (Scenario.GRID, Mode.OMNI, subjects(grid("@one"))),
    (Scenario.MOTION_REFERENCE, Mode.OMNI, clips()),
    (Scenario.MOTION_REFERENCE, Mode.OMNI, clips(ref_images=[image("@one"), image("@two")])),
    (Scenario.EXTENSION, Mode.OMNI, clips(video(type="extend"))),
    (Scenario.AUDIO_SYNC, Mode.OMNI, subjects(image("@one", audio_url=VOICE), image("@two"))),
]

ACCEPTED: list[tuple[str, Data]] = [
    ("shortest", text(duration=3)),
    ("longest", text(duration=15)),
    *[(f"resolution {value}", text(resolution=value)) for value in ("480p", "720p", "1080p")],
    *[(f"ratio {value}", text(aspect_ratio=value)) for value in ("16:9", "4:3", "1:1", "9:16", "3:4")],
    ("optimizer off", text(prompt_optimizer=False)),
    ("webhook", text(webhook="https://backlot.example/hooks")),
    ("nulls are absent", text(duration=None, first_frame_image=None, ref_images=None, webhook=None)),
    (
        "empty lists are absent",
        text(mid_frame_images=[], ref_images=[], ref_videos=[], first_frame_image=PICTURE),
    ),
    ("null in an element is absent", subjects(image("@one", audio_url=None))),
    ("grid with null audio", subjects(grid("@one", audio_url=None))),
    (
        "six mid frames",
        text(
            prompt=" ".join(f"@f{i}x" for i in range(6)), mid_frame_images=[mid(f"@f{i}x") for i in range(6)]
        ),
    ),
    ("five pictures", subjects(image("@one", image_urls=[PICTURE] * 5))),
    ("time unspecified", keyframes(mid("@one", time_stamp=-1))),
    ("first second", keyframes(mid("@one", time_stamp=1))),
    ("last second", keyframes(mid("@one", time_stamp=14), duration=15)),
    ("last second of the default", keyframes(mid("@one", time_stamp=4))),
    (
        "every picture format",
        subjects(
            image(
                "@one", image_urls=[f"https://h.example/a.{f}" for f in ("jpg", "JPEG", "png", "gif", "bmp")]
            )
        ),
    ),
    (
        "picture without a suffix",
        text(first_frame_image="http://127.0.0.1:9000/media/0a1b2c?X-Amz-Signature=1.2"),
    ),
    ("mov clip", clips(video(video_url="https://h.example/a.MOV?x=1"))),
    ("wav voice", subjects(image("@one", audio_url="https://h.example/a.wav"))),
    ("tag twice in the prompt", subjects(image("@one"), prompt="@one looks at @one.")),
    ("longer handle beside the tag", subjects(image("@image1"), prompt="@image1 and @image10")),
    ("tag in a script without blanks", subjects(image("@one"), prompt="在@one走路")),
    ("tag without a library's spelling", subjects(image("@1"), prompt="@1 waves")),
    ("markup in the prompt", text(prompt="<dialogue>Hello & goodbye</dialogue> <sfx>rain</sfx>")),
    ("1280 words", text(prompt="sea " * 1280)),
]

# One rule broken at a time: the fields that the refusal names, all of them.
REFUSED: list[tuple[str, Data, list[str]]] = [
    ("no model", {"prompt": "sea"}, ["model"]),
    ("other model", text(model="skyreels-v3"), ["model"]),
    ("model in capitals", text(model="SkyReels-V4-Fast"), ["model"]),
    ("no prompt", {"model": "skyreels-v4-std"}, ["prompt"]),
    ("null prompt", text(prompt=None), ["prompt"]),
    ("blank prompt", text(prompt=" \n"), ["prompt"]),
    ("prompt is a number", text(prompt=7), ["prompt"]),
    ("half a character", text(prompt="sea \ud800"), ["prompt"]),
    ("a zero character", text(prompt="sea \0"), ["prompt"]),
    ("half a character in an address", text(webhook="https://h.example/\ud800"), ["webhook"]),
    ("1281 words", text(prompt="sea " * 1281), ["prompt"]),
    ("6000 words", text(prompt="neon " * 6000), ["prompt"]),
    ("one endless word", text(prompt="a" * 100_000), ["prompt"]),
    ("6000 Chinese characters", text(prompt="海" * 6000), ["prompt"]),
    ("too short", text(duration=2), ["duration"]),
    ("too long", text(duration=16), ["duration"]),
    ("half seconds", text(duration=5.5), ["duration"]),
    ("seconds as text", text(duration="5"), ["duration"]),
    ("seconds as truth", text(duration=True), ["duration"]),
    ("4k", text(resolution="4k"), ["resolution"]),
    ("odd ratio", text(aspect_ratio="21:9"), ["aspect_ratio"]),
    ("optimizer as text", text(prompt_optimizer="yes"), ["prompt_optimizer"]),
    *[
        (f"no {name}", text(**{name: 1}), [name])
        for name in ("mode", "sound", "seed", "watermark", "negative_prompt", "n")
    ],
    ("webhook without a host", text(webhook="https://"), ["webhook"]),
    ("inline picture", text(first_frame_image="data:image/png;base64,AAAA"), ["first_frame_image"]),
    ("picture over ftp", text(first_frame_image="ftp://h.example/a.png"), ["first_frame_image"]),
    ("empty address", text(end_frame_image=""), ["end_frame_image"]),
    ("address with a blank", text(end_frame_image="https://h.example/a b.png"), ["end_frame_image"]),
    ("address with a bad port", text(end_frame_image="https://h.example:99999/a.png"), ["end_frame_image"]),
    ("a handle for an address", text(first_frame_image="@harbour"), ["first_frame_image"]),
    ("webp frame", text(first_frame_image="https://h.example/a.webp?x=1"), ["first_frame_image"]),
    ("clip as frame", text(end_frame_image=CLIP), ["end_frame_image"]),
    (
        "seven mid frames",
        text(
            prompt=" ".join(f"@f{i}x" for i in range(7)), mid_frame_images=[mid(f"@f{i}x") for i in range(7)]
        ),
        ["mid_frame_images"],
    ),
    ("mid frames are no list", text(mid_frame_images={"tag": "@one"}), ["mid_frame_images"]),
    ("mid frame is no object", text(mid_frame_images=["@one"]), ["mid_frame_images.0"]),
    ("mid frame without a tag", keyframes({"image_url": PICTURE}), ["mid_frame_images.0.tag"]),
    ("mid frame without a picture", keyframes({"tag": "@one"}), ["mid_frame_images.0.image_url"]),
    ("mid frame with a voice", keyframes(mid("@one", audio_url=VOICE)), ["mid_frame_images.0.audio_url"]),
    ("at the start", keyframes(mid("@one", time_stamp=0)), ["mid_frame_images.0.time_stamp"]),
    ("before the start", keyframes(mid("@one", time_stamp=-2)), ["mid_frame_images.0.time_stamp"]),
    ("at the end", keyframes(mid("@one", time_stamp=6), duration=6), ["mid_frame_images.0.time_stamp"]),
    (
        "at the end of the default",
        keyframes(mid("@one"), mid("@two", time_stamp=5)),
        ["mid_frame_images.1.time_stamp"],
    ),
    ("between seconds", keyframes(mid("@one", time_stamp=2.5)), ["mid_frame_images.0.time_stamp"]),
    (
        "four subjects",
        text(prompt="@aa @bb @cc @dd", ref_images=[image(t) for t in ("@aa", "@bb", "@cc", "@dd")]),
        ["ref_images"],
    ),
    ("subject without a tag", subjects({"type": "image", "image_urls": [PICTURE]}), ["ref_images.0.tag"]),
    ("subject without a type", subjects({"tag": "@one", "image_urls": [PICTURE]}), ["ref_images.0.type"]),
    ("subject of another type", subjects(image("@one", type="photo")), ["ref_images.0.type"]),
    ("subject without pictures", subjects(image("@one", image_urls=[])), ["ref_images.0.image_urls"]),
    (
        "subject with six pictures",
        subjects(image("@one", image_urls=[PICTURE] * 6)),
        ["ref_images.0.image_urls"],
    ),
    (
        "subject with a bad picture",
        subjects(image("@one", image_urls=[PICTURE, "x"])),
        ["ref_images.0.image_urls.1"],
    ),
    ("ogg voice", subjects(image("@one", audio_url="https://h.example/a.ogg")), ["ref_images.0.audio_url"]),
    ("mixed types", subjects(image("@one"), grid("@two")), ["ref_images.1.type"]),
    ("two grids", subjects(grid("@one"), grid("@two")), ["ref_images"]),
    ("grid of two pictures", subjects(grid("@one", image_urls=[PICTURE] * 2)), ["ref_images.0.image_urls"]),
    ("grid with a voice", subjects(grid("@one", audio_url=VOICE)), ["ref_images.0.audio_url"]),
    ("two clips", clips(video("@clip"), video("@one")), ["ref_videos"]),
    ("clip without a tag", clips({"type": "extend", "video_url": CLIP}), ["ref_videos.0.tag"]),
    ("clip without a type", clips({"tag": "@clip", "video_url": CLIP}), ["ref_videos.0.type"]),
    ("clip of another type", clips(video(type="image")), ["ref_videos.0.type"]),
    ("clip without an address", clips({"tag": "@clip", "type": "extend"}), ["ref_videos.0.video_url"]),
    ("webm clip", clips(video(video_url="https://h.example/a.webm")), ["ref_videos.0.video_url"]),
    ("extension with pictures", clips(video(type="extend"), ref_images=[image("@one")]), ["ref_images"]),
    ("motion with a grid", clips(ref_images=[grid("@one")]), ["ref_images.0.type"]),
    ("first frame and references", subjects(first_frame_image=PICTURE), ["ref_images"]),
    ("end frame and a clip", clips(end_frame_image=PICTURE), ["ref_videos"]),
    ("mid frames and references", subjects(image("@two"), mid_frame_images=[mid("@one")]), ["ref_images"]),
    ("tag without @", subjects(image("one")), ["ref_images.0.tag"]),
    ("tag of @ alone", subjects(image("@")), ["ref_images.0.tag"]),
    ("tag with a blank", subjects(image("@one two"), prompt="@one two"), ["ref_images.0.tag"]),
    ("tag not in the prompt", subjects(image("@four")), ["ref_images.0.tag"]),
    ("tag in other case", subjects(image("@One")), ["ref_images.0.tag"]),
    ("tag only inside a longer one", subjects(image("@image1"), prompt="@image10"), ["ref_images.0.tag"]),
    ("tag before a dash", subjects(image("@image"), prompt="@image-1"), ["ref_images.0.tag"]),
    ("tag inside an address", subjects(image("@one"), prompt="mail me@one.example"), ["ref_images.0.tag"]),
    ("tag used twice", subjects(image("@one"), image("@one")), ["ref_images.1.tag"]),
    ("tag used in two fields", clips(ref_images=[image("@clip")]), ["ref_videos.0.tag"]),
    (
        "prefix, short first",
        subjects(image("@one"), image("@one2"), prompt="@one @one2"),
        ["ref_images.1.tag"],
    ),
    (
        "prefix, long first",
        subjects(image("@one2"), image("@one"), prompt="@one @one2"),
        ["ref_images.1.tag"],
    ),
]


def cases(table: list[Any]) -> Any:
    return pytest.mark.parametrize("case", table, ids=[str(row[0]) for row in table])


@cases(SCENARIOS)
@pytest.mark.parametrize("model", Model)
def test_both_models_serve_every_scenario(case: tuple[Scenario, Mode, Data], model: Model) -> None:
    scenario, mode, data = case
    request = parse_request({**data, "model": model.value})
    assert (request.model, request.scenario, request.mode) == (model, scenario, mode)


def test_the_table_above_covers_the_nine_scenarios() -> None:
    assert [s for s in Scenario if s not in {row[0] for row in SCENARIOS}] == []
    assert len(Scenario) == 9


@cases(ACCEPTED)
def test_within_the_rules(case: tuple[str, Data]) -> None:
    assert find_problems(case[1]) == []
    parse_request(case[1])


@cases(REFUSED)
def test_a_broken_rule_names_its_field(case: tuple[str, Data, list[str]]) -> None:
    _, data, fields = case
    assert [problem.param for problem in find_problems(data)] == fields
    with pytest.raises(InvalidRequest) as refusal:
        parse_request(data)
    assert [problem.param for problem in refusal.value.problems] == fields
    with pytest.raises(ValidationError):
        GenerationRequest.model_validate(data)
