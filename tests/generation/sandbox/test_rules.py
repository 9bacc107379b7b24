"""Every rule of skyreels-api.md section 1, over HTTP: refused with its field, or accepted."""

import httpx
import pytest

from generation.sandbox.keyframes import seconds_of
from generation.sandbox.order import Keyframe
from generation.sandbox.rules import read_order
from tests.generation.sandbox.conftest import Customer, order

PNG, MP4, WAV = "http://media.test/a.png", "http://media.test/a.mp4", "http://media.test/a.wav"


def mid(**changes: object) -> dict:
    return {"tag": "@mid", "image_url": PNG, **changes}


def subject(**changes: object) -> dict:
    return {"tag": "@Mara", "type": "image", "image_urls": [PNG], **changes}


def clip(**changes: object) -> dict:
    return {"tag": "@clip", "type": "reference", "video_url": MP4, **changes}


ALL_TAGS = "@Mara @Tom @Inez @Ada @mid @clip @sheet"

REFUSED = [
    ({"model": None}, "model"),
    ({"model": "skyreels-v4"}, "model"),
    ({"prompt": None}, "prompt"),
    ({"prompt": "  "}, "prompt"),
    ({"prompt": 7}, "prompt"),
    ({"prompt": "word " * 1281}, "prompt"),
    ({"prompt": "海" * 1281}, "prompt"),
    ({"duration": 2}, "duration"),
    ({"duration": 16}, "duration"),
    ({"duration": 5.5}, "duration"),
    ({"duration": "5"}, "duration"),
    ({"duration": True}, "duration"),
    ({"resolution": "4k"}, "resolution"),
    ({"aspect_ratio": "21:9"}, "aspect_ratio"),
    ({"prompt_optimizer": "yes"}, "prompt_optimizer"),
    ({"mode": "std"}, "mode"),
    ({"seed": 1}, "seed"),
    ({"sound": True}, "sound"),
    ({"negative_prompt": "rain"}, "negative_prompt"),
    ({"webhook": "here"}, "webhook"),
    ({"first_frame_image": "data:image/png;base64,AAAA"}, "first_frame_image"),
    ({"first_frame_image": "http://media.test/a.webp"}, "first_frame_image"),
    ({"first_frame_image": "http:///a.png"}, "first_frame_image"),
    ({"end_frame_image": MP4}, "end_frame_image"),
    ({"mid_frame_images": {}}, "mid_frame_images"),
    ({"mid_frame_images": ["@mid"]}, "mid_frame_images.0"),
    ({"mid_frame_images": [mid(tag=f"@mid{n}") for n in range(7)]}, "mid_frame_images"),
    ({"mid_frame_images": [mid(tag=None)]}, "mid_frame_images.0.tag"),
    ({"mid_frame_images": [mid(tag="mid")]}, "mid_frame_images.0.tag"),
    ({"mid_frame_images": [mid(tag="@other")]}, "mid_frame_images.0.tag"),
    ({"mid_frame_images": [mid(tag="@MID")]}, "mid_frame_images.0.tag"),
    ({"mid_frame_images": [mid(), mid()]}, "mid_frame_images.1.tag"),
    ({"mid_frame_images": [mid(image_url=None)]}, "mid_frame_images.0.image_url"),
    ({"mid_frame_images": [mid(time_stamp=0)]}, "mid_frame_images.0.time_stamp"),
    ({"mid_frame_images": [mid(time_stamp=3)]}, "mid_frame_images.0.time_stamp"),
    ({"mid_frame_images": [mid(time_stamp=-2)]}, "mid_frame_images.0.time_stamp"),
    ({"mid_frame_images": [mid(time_stamp=1.5)]}, "mid_frame_images.0.time_stamp"),
    ({"mid_frame_images": [mid(weight=1)]}, "mid_frame_images.0.weight"),
    ({"ref_images": [subject(tag=f"@{n}") for n in ("Mara", "Tom", "Inez", "Ada")]}, "ref_images"),
    ({"ref_images": [subject(tag="@Mar\u00e1")]}, "ref_images.0.tag"),
    ({"ref_images": [subject(type="video")]}, "ref_images.0.type"),
    ({"ref_images": [subject(type=None)]}, "ref_images.0.type"),
    ({"ref_images": [subject(image_urls=[])]}, "ref_images.0.image_urls"),
    ({"ref_images": [subject(image_urls=PNG)]}, "ref_images.0.image_urls"),
    ({"ref_images": [subject(image_urls=[PNG] * 6)]}, "ref_images.0.image_urls"),
    ({"ref_images": [subject(image_urls=[PNG, "a.png"])]}, "ref_images.0.image_urls.1"),
    ({"ref_images": [subject(type="grid", image_urls=[PNG, PNG])]}, "ref_images.0.image_urls"),
    ({"ref_images": [subject(type="grid", audio_url=WAV)]}, "ref_images.0.audio_url"),
    ({"ref_images": [subject(audio_url="http://media.test/a.ogg")]}, "ref_images.0.audio_url"),
    ({"ref_images": [subject(), subject(tag="@sheet", type="grid")]}, "ref_images.1.type"),
    ({"ref_images": [subject(type="grid"), subject(tag="@sheet", type="grid")]}, "ref_images"),
    ({"ref_videos": [clip(), clip(tag="@Mara")]}, "ref_videos"),
    ({"ref_videos": [clip(type="motion")]}, "ref_videos.0.type"),
    ({"ref_videos": [clip(tag="@nobody")]}, "ref_videos.0.tag"),
    ({"ref_videos": [clip(video_url="http://media.test/a.webm")]}, "ref_videos.0.video_url"),
    ({"ref_videos": [clip(type="extend")], "ref_images": [subject()]}, "ref_images"),
    ({"ref_videos": [clip()], "ref_images": [subject(type="grid")]}, "ref_images.0.type"),
    ({"first_frame_image": PNG, "ref_images": [subject()]}, "ref_images"),
    ({"end_frame_image": PNG, "ref_videos": [clip()]}, "ref_videos"),
    ({"mid_frame_images": [mid()], "ref_images": [subject()]}, "ref_images"),
]


@pytest.mark.parametrize(("changes", "param"), REFUSED)
def test_broken_rule_is_refused_with_its_field(customer: Customer, changes: dict, param: str) -> None:
    answer = customer.submit(**{"prompt": ALL_TAGS, **changes} if "prompt" not in changes else changes)
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert (error["code"], error["type"], error["param"]) == (
        "invalid_parameter",
        "invalid_request_error",
        param,
    )
    assert error["message"].startswith(f"{param}: ")
    assert customer.server.tasks() == []


@pytest.mark.parametrize(
    "changes",
    [
        {"duration": None, "resolution": None},
        {"prompt": "word " * 1280},
        {"first_frame_image": None, "mid_frame_images": [], "ref_images": None, "ref_videos": []},
        {"first_frame_image": PNG, "end_frame_image": "https://media.test/store/4be2?X-Signature=abc.webp"},
        {
            "mid_frame_images": [
                mid(time_stamp=1),
                mid(tag="@Tom", time_stamp=-1),
                mid(tag="@Ada", time_stamp=None),
            ]
        },
        {
            "ref_images": [
                subject(image_urls=[PNG] * 5, audio_url=WAV),
                subject(tag="@Tom"),
                subject(tag="@Inez"),
            ]
        },
        {"ref_images": [subject(type="grid")]},
        {"ref_videos": [clip()], "ref_images": [subject()]},
        {"ref_videos": [clip(type="extend", video_url="http://media.test/a.MOV")]},
        {"webhook": "https://studio.test/hooks", "prompt_optimizer": False},
    ],
)
def test_allowed_request_is_read(changes: dict) -> None:
    assert read_order(order(**{"prompt": ALL_TAGS, **changes})).model == "skyreels-v4-fast"


def test_body_that_is_no_json_is_400(customer: Customer) -> None:
    answer = customer.http.post("/v1/videos/generations", content=b"{")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_json")


def test_body_that_is_no_object_is_422(customer: Customer) -> None:
    assert customer.http.post("/v1/videos/generations", json=[1]).status_code == 422


def test_too_large_a_body_is_413(customer: Customer) -> None:
    with httpx.Client(headers=customer.http.headers) as http:
        answer = http.post(
            f"{customer.server.base_url}/v1/videos/generations", content=b" " * (2 * 1024 * 1024 + 1)
        )
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("stamps", "seconds"),
    [
        ([-1], [5.0]),
        ([-1, -1, -1], [2.5, 5.0, 7.5]),
        ([4, -1], [4.0, 7.0]),
        ([-1, 4], [2.0, 4.0]),
        ([3, 6], [3.0, 6.0]),
    ],
)
def test_unspecified_mid_frames_are_spread_evenly(stamps: list[int], seconds: list[float]) -> None:
    assert seconds_of([Keyframe("@mid", PNG, stamp) for stamp in stamps], 10.0) == seconds
