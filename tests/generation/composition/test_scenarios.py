"""The nine scenarios with both models, as a person composes them and as another program asks for them."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from generation.composition import Composition, Keyframe, Settings, with_plain_urls
from generation.sandbox.rules import read_request
from generation.skyreels.schemas import Mode, Model, Scenario, parse_request
from tests.generation.composition.cast import Stage

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Row:
    """One scenario: what is typed and chosen, the same as a request, and what both come to.

    `parts` are the references as (part, handle), `seconds` those that are billed of five asked for, `usd` the price of
    the fast model at 480p.
    """

    scenario: Scenario
    mode: Mode
    prompt: str
    data: dict[str, Any]
    parts: list[tuple[str, str]]
    usd: str
    roles: dict[str, Any] = field(default_factory=dict)
    seconds: int = 5
    voices: Any = False


PIER = {"first_frame_image": "@pier"}
DAWN = {"end_frame_image": "@Dawn"}
MIDS = [
    {"tag": "@neon", "image_url": "@neon", "time_stamp": 2},
    {"tag": "@dawn", "image_url": "@dawn", "time_stamp": -1},
]
KEYFRAMES = (Keyframe("neon", 2), Keyframe("Dawn"))
T2V, I2V, OMNI = Mode

ROWS = [
    Row(Scenario.TEXT_TO_VIDEO, T2V, "a harbour", {}, [], "0.320"),
    Row(Scenario.FIRST_FRAME, I2V, "rain", PIER, [("first", "pier")], "0.320", {"first": "pier"}),
    Row(Scenario.FIRST_FRAME, I2V, "rain", PIER | DAWN, [("first", "pier"), ("end", "dawn")], "0.320",
        {"first": "@Pier", "end": "dawn"}),
    Row(Scenario.END_FRAME, I2V, "rain", DAWN, [("end", "dawn")], "0.320", {"end": "dawn"}),
    Row(Scenario.KEYFRAMES, I2V, "by @neon, then @dawn", {"mid_frame_images": MIDS},
        [("mid", "neon"), ("mid", "dawn")], "0.320", {"mids": KEYFRAMES}),
    Row(Scenario.KEYFRAMES, I2V, "by @neon, then @dawn", {"mid_frame_images": MIDS} | PIER,
        [("first", "pier"), ("mid", "neon"), ("mid", "dawn")], "0.320", {"first": "pier", "mids": KEYFRAMES}),
    Row(Scenario.SUBJECTS, OMNI, "@mara, @tom, @pier", {}, [("subject", "Mara"), ("subject", "Tom"),
        ("subject", "pier")], "0.320"),
    Row(Scenario.GRID, OMNI, "@sheet turns", {}, [("grid", "Sheet")], "0.320"),
    Row(Scenario.MOTION_REFERENCE, OMNI, "as in @chase", {}, [("motion", "chase")], "0.96", seconds=8),
    Row(Scenario.MOTION_REFERENCE, OMNI, "@Mara as in @chase", {}, [("subject", "Mara"), ("motion", "chase")],
        "0.96", seconds=8),
    Row(Scenario.EXTENSION, OMNI, "@chase goes on",
        {"ref_videos": [{"tag": "@chase", "type": "extend", "video_url": "@chase"}]},
        [("extend", "chase")], "0.60", {"clip": "extend"}),
    Row(Scenario.AUDIO_SYNC, OMNI, "@Mara sings", {}, [("subject", "Mara")], "0.320", {"voices": ("mara",)},
        voices=True),
]  # fmt: skip


def told(composed: Composition) -> dict[str, Any]:
    return {
        "problems": [problem for problem in composed.problems if problem.level == "error"],
        "scenario": composed.scenario,
        "mode": composed.mode,
        "parts": [(found.role, found.handle) for found in composed.references],
        "seconds": composed.billed_seconds,
    }


def expected(row: Row) -> dict[str, Any]:
    return {
        "problems": [],
        "scenario": row.scenario.value,
        "mode": row.mode.value,
        "parts": row.parts,
        "seconds": row.seconds,
    }


@pytest.mark.parametrize("model", list(Model))
def test_every_scenario_is_composed(stage: Stage, model: Model) -> None:
    for row in ROWS:
        composed = stage.compose(row.prompt, settings=Settings(model=model), **row.roles)
        assert told(composed) == expected(row)
        assert read_request(composed.preview()).prompt == composed.plan()["prompt"]
        assert parse_request(composed.preview()).scenario == row.scenario
        if model is Model.FAST:
            assert composed.estimate_usd == Decimal(row.usd)


@pytest.mark.parametrize("model", list(Model))
def test_every_scenario_is_asked_for_by_a_program(stage: Stage, model: Model) -> None:
    for row in ROWS:
        given = {"model": model.value, "resolution": "480p", "prompt": row.prompt, **row.data}
        composed = stage.request(given, voices=row.voices)
        assert told(composed) == expected(row)
        assert read_request(composed.preview()).prompt == composed.plan()["prompt"]
        typed = stage.compose(row.prompt, settings=Settings(model=model), **row.roles)
        idle = {"duration", "aspect_ratio", "prompt_optimizer"}
        assert {name: part for name, part in typed.plan().items() if name not in idle} == composed.plan()
        assert composed.estimate_usd == typed.estimate_usd


def test_a_plan_holds_keys_and_no_signature(stage: Stage) -> None:
    composed = stage.compose("@Mara as in @chase", voices=("Mara",))
    subject, clip = composed.plan()["ref_images"][0], composed.plan()["ref_videos"][0]
    files = [*subject["image_urls"], subject["audio_url"], clip["video_url"]]
    keys = [file.media.key for found in composed.references for file in found.version.files.all()]
    assert files == [f"s3:{key}" for key in keys]
    assert "?" not in str(with_plain_urls(composed.plan()))


def test_settings_without_effect_are_not_sent(stage: Stage) -> None:
    asked = {"model", "resolution", "prompt_optimizer", "prompt"}
    assert set(stage.compose("rain").plan()) == asked | {"duration", "aspect_ratio"}
    assert set(stage.compose("rain", first="pier").plan()) == asked | {"duration", "first_frame_image"}
    assert set(stage.compose("@chase").plan()) == asked | {"ref_videos"}
    assert set(stage.compose("@chase", clip="extend").plan()) == asked | {"duration", "ref_videos"}
    assert [found for prompt in ("@chase", "@Mara") for found in stage.compose(prompt).problems] == []


def test_the_first_of_two_frames_and_the_seconds_are_kept(stage: Stage) -> None:
    composed = stage.compose("@neon, @dawn", first="pier", mids=(Keyframe("neon", 3), Keyframe("dawn")))
    assert [(found.role, found.second) for found in composed.references] == [
        ("first", None),
        ("mid", 3),
        ("mid", None),
    ]
    assert [mid["time_stamp"] for mid in composed.plan()["mid_frame_images"]] == [3, -1]


def test_a_price_is_that_of_the_documentation(stage: Stage) -> None:
    std = Settings(model="skyreels-v4-std", resolution="1080p", duration=15)
    assert stage.compose("a harbour", settings=std).estimate_usd == Decimal("4.20")
    assert stage.compose("@walk", settings=std).estimate_usd == Decimal(
        "5.00"
    )  # 12 s, of which 10 are charged
    assert stage.compose("@walk", settings=std, clip="extend").estimate_usd == Decimal("7.50")
