"""The composer by handle: frames, clips, voices, only what is legal."""

import json
from typing import Any

import pytest
from django.test import Client

from generation.composition.problems import ProblemCode, RuleCode
from generation.models import Job
from tests.generation.views.compose.composing import COMPOSER, FRAMES, check, codes, state
from tests.generation.views.conftest import composed

# Frames


def test_frames_make_the_take_image_to_video(editor: Client) -> None:
    answer = editor.post(COMPOSER, composed(**FRAMES, end_frame="@dawn"))
    job = Job.objects.get()
    assert answer.url == job.get_absolute_url()
    assert [(one.handle, one.role, one.second) for one in job.references.all()] == [
        ("pier", "first", None),
        ("neon", "mid", 3),
        ("dawn", "end", None),
    ]


@pytest.mark.parametrize(
    ("typed", "field", "code"),
    [
        ({"first_frame": "@Mara"}, "first_frame", ProblemCode.WRONG_ROLE),
        ({"end_frame": "nobody_yet"}, "end_frame", ProblemCode.UNKNOWN_HANDLE),
        ({"mid_3": "@neon", "mid_3_at": "2"}, "mid_3", ProblemCode.KEYFRAME_NOT_IN_PROMPT),
        ({"prompt": "@neon", "mid_3": "@neon", "mid_3_at": "5"}, "mid_3", RuleCode.KEYFRAME_OUT_OF_RANGE),
        ({"mid_4_at": "2"}, "mid_4", ""),
        ({"prompt": "@neon", "mid_1": "@neon", "mid_1_at": "soon"}, "mid_1", "invalid"),
        ({"prompt": "@chase", "clip": "extend", "duration": "2"}, "duration", RuleCode.DURATION_OUT_OF_RANGE),
        ({"prompt": "@Tom", "voices": ["Tom"]}, "voices", ProblemCode.NO_VOICE),
        ({"prompt": "{dawn|noon"}, "prompt", "variations"),
        ({"takes": "21"}, "takes", "max_value"),
        ({"prompt": "{a|b|c|d|e|f}", "takes": "20"}, "takes", "variations"),
        ({"models": ["other"]}, "models", "invalid_choice"),
    ],
)
def test_each_problem_belongs_to_its_field(
    editor: Client, typed: dict[str, Any], field: str, code: str
) -> None:
    found = codes(check(editor, **typed))
    assert (list(found), found[field][0]) == ([field], code)


def test_references_beside_frames_are_sent_as_text_with_a_warning(editor: Client) -> None:
    page = check(editor, prompt="@Mara waits in @neon", first_frame="@pier", mid_1="@neon")
    assert codes(page)["prompt"] == [ProblemCode.TEXT_BESIDE_FRAMES]
    facts = state(page)
    assert {name: found["state"] for name, found in facts["handles"].items()} == {
        "mara": "text",
        "neon": "ok",
        "pier": "ok",
    }
    assert (facts["mode"], facts["carried"]) == ("I2V", [])


def test_the_script_knows_what_a_frame_would_drop(editor: Client) -> None:
    assert state(check(editor, prompt="@mara and @Tom on @chase"))["carried"] == ["Mara", "Tom", "chase"]
    assert state(check(editor, prompt="@mara and @Tom on @chase"))["pictures"] == ["Mara", "Tom"]


# Only legal fields


def test_frames_set_the_ratio_and_what_was_chosen_is_kept(editor: Client) -> None:
    page = check(editor, **FRAMES, aspect_ratio="9:16")
    seen = page.content.decode()
    assert page.context["ratio_note"]
    assert '<input type="hidden" name="aspect_ratio" value="9:16">' in seen
    assert "disabled" in seen


def test_a_clip_sets_seconds_and_ratio(editor: Client) -> None:
    page = check(editor, prompt="like @chase", duration="5")
    seen = page.content.decode()
    note = page.context["seconds_note"]
    assert ("@chase" in note, "8" in note, bool(page.context["ratio_note"])) == (True, True, True)
    assert '<input type="hidden" name="duration" value="5">' in seen
    assert "8 s × $0.12" in seen
    assert [line.with_video for line in page.context["quote"].lines] == [True]


def test_an_extension_has_seconds_of_its_own(editor: Client) -> None:
    page = check(editor, prompt="on from @chase, past @Mara", clip="extend", duration="6")
    assert (page.context["seconds_note"], page.context["composition"].billed_seconds) == ("", 6)
    assert (page.context["composition"].scenario, page.context["voiced"]) == ("Video extension", [])


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ({"prompt": "@Mara and @Tom"}, ["Mara"]),
        ({"prompt": "@Mara", "first_frame": "@pier"}, []),
        ({"prompt": "@Mara, on from @chase", "clip": "extend"}, []),
        ({"prompt": "a quay"}, []),
    ],
)
def test_voices_are_offered_to_subjects_that_have_one(
    editor: Client, typed: dict[str, str], offered: list[str]
) -> None:
    assert [one.handle for one in check(editor, **typed).context["voiced"]] == offered


def test_a_voice_is_sent_when_it_is_ticked(editor: Client) -> None:
    page = check(editor, prompt="@Mara speaks", voices=["Mara"])
    assert page.context["composition"].scenario == "Audio sync"
    assert [one.with_voice for one in page.context["composition"].references] == [True]


def test_voices_are_offered_as_the_provider_can_render_them(editor: Client, settings: Any) -> None:
    settings.SKYREELS_PROVIDER = "vendor"
    asked = [
        {"model": "skyreels-v4-std"},
        {"model": "skyreels-v4-fast"},
        {"model": "skyreels-v4-fast", "voices": ["Mara"]},
    ]
    pages = [check(editor, prompt="@Mara speaks", **one) for one in asked]
    assert [[one.handle for one in page.context["voiced"]] for page in pages] == [["Mara"], [], ["Mara"]]
    assert list(codes(pages[2])) == ["voices"]


def test_the_use_of_a_clip_is_asked_only_when_there_is_one(editor: Client) -> None:
    shown = [check(editor, prompt=prompt).context["clip"] for prompt in ("@chase", "@Mara")]
    assert (shown[0].handle, shown[1]) == ("chase", None)


# What the model gets


def test_request_and_command_can_be_copied_without_key_or_signature(editor: Client, settings: Any) -> None:
    settings.SKYREELS_API_KEY = "a-very-secret-key"
    page = check(editor, prompt="@Mara says $HOME isn't `far`")
    curl = page.context["curl"]
    assert json.loads(page.context["request_json"])["ref_images"][0]["tag"] == "@Mara"
    assert '"$SKYREELS_API_KEY"' in curl
    assert "a-very-secret-key" not in page.content.decode()
    assert "X-Amz" not in page.content.decode().split('id="request-json"')[1]
    assert check(editor, prompt="@nobody_yet").context["curl"] == ""
