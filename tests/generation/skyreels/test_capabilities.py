"""A provider that can do less: each thing it cannot carry is named with its field."""

from dataclasses import replace

import pytest

from generation.skyreels.providers import GATEWAY
from generation.skyreels.schemas import Model, Resolution, RuleCode, Scenario, parse_request
from tests.generation.skyreels.drafts import (
    CLIP,
    PICTURE,
    VOICE,
    Data,
    clips,
    grid,
    image,
    keyframes,
    subjects,
    text,
)
from tests.generation.skyreels.drafts import video as clip

EVERYTHING = GATEWAY.capabilities

LACKS: list[tuple[Scenario, Data, str]] = [
    (Scenario.TEXT_TO_VIDEO, text(), "prompt"),
    (Scenario.FIRST_FRAME, text(first_frame_image=PICTURE), "first_frame_image"),
    (Scenario.END_FRAME, text(end_frame_image=PICTURE), "end_frame_image"),
    (Scenario.KEYFRAMES, keyframes(), "mid_frame_images"),
    (Scenario.SUBJECTS, subjects(), "ref_images"),
    (Scenario.GRID, subjects(grid("@one")), "ref_images"),
    (Scenario.MOTION_REFERENCE, clips(clip(video_url=CLIP)), "ref_videos"),
    (Scenario.EXTENSION, clips(clip(type="extend")), "ref_videos"),
    (Scenario.AUDIO_SYNC, subjects(image("@one", audio_url=VOICE)), "ref_images.0.audio_url"),
]


@pytest.mark.parametrize(("scenario", "data", "param"), LACKS)
def test_a_scenario_that_is_not_carried_is_named(scenario: Scenario, data: Data, param: str) -> None:
    request = parse_request(data)
    assert EVERYTHING.problems(request) == []
    less = replace(EVERYTHING, scenarios=EVERYTHING.scenarios - {scenario})
    (problem,) = less.problems(request)
    assert (problem.code, problem.field) == (RuleCode.SCENARIO_UNAVAILABLE, param)


def test_the_table_above_covers_every_scenario() -> None:
    assert {row[0] for row in LACKS} == set(Scenario)


def test_models_and_resolutions_that_are_not_served() -> None:
    less = replace(EVERYTHING, models=frozenset({Model.STD}), resolutions=frozenset({Resolution.P1080}))
    problems = less.problems(parse_request(text(resolution="480p")))
    assert [problem.field for problem in problems] == ["model", "resolution"]
    assert less.problems(parse_request(text(model="skyreels-v4-std"))) == []


def test_flags_follow_from_what_is_carried() -> None:
    assert (EVERYTHING.mid_frames, EVERYTHING.audio_sync) == (True, True)
    silent = replace(EVERYTHING, voiced=frozenset(), scenarios=EVERYTHING.scenarios - {Scenario.KEYFRAMES})
    assert (silent.mid_frames, silent.audio_sync) == (False, False)
