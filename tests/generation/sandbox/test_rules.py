"""Responses to invalid requests over HTTP."""

import httpx
import pytest

from generation.sandbox.keyframes import keyframe_seconds
from generation.sandbox.render_request import Keyframe
from tests.generation.sandbox.conftest import ApiClient

PNG, MP4 = "http://media.test/a.png", "http://media.test/a.mp4"

# A few of each kind: the whole table stands in `tests/generation/skyreels/rule_table.py`.
REFUSED = [
    ({"model": None}, "model"),
    ({"prompt": "海" * 3841}, "prompt"),
    ({"duration": 2}, "duration"),
    ({"sound": True}, "sound"),
    ({"end_frame_image": MP4}, "end_frame_image"),
    ({"mid_frame_images": ["@mid"]}, "mid_frame_images.0"),
    ({"ref_videos": [{"tag": "@clip", "type": "motion", "video_url": MP4}]}, "ref_videos.0.type"),
]


@pytest.mark.parametrize(("changes", "param"), REFUSED)
def test_broken_rule_is_refused_with_its_field(api: ApiClient, changes: dict, param: str) -> None:
    answer = api.submit(**changes)
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert (error["code"], error["type"], error["param"]) == (
        "invalid_parameter",
        "invalid_request_error",
        param,
    )
    assert error["message"].startswith(f"{param}: ")
    assert api.server.tasks() == []


def test_invalid_json_is_400(api: ApiClient) -> None:
    answer = api.http.post("/v1/videos/generations", content=b"{")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_json")


def test_a_body_that_is_not_an_object_is_422(api: ApiClient) -> None:
    assert api.http.post("/v1/videos/generations", json=[1]).status_code == 422


def test_a_body_that_is_too_large_is_413(api: ApiClient) -> None:
    with httpx.Client(headers=api.http.headers) as http:
        answer = http.post(
            f"{api.server.base_url}/v1/videos/generations", content=b" " * (2 * 1024 * 1024 + 1)
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
    assert keyframe_seconds([Keyframe("@mid", PNG, stamp) for stamp in stamps], 10.0) == seconds
