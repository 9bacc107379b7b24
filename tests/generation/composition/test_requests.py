"""Requests in the provider's own fields: handles where URLs stand, words of the prompt that mean something."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from generation.composition import Keyframe, Settings, compose_all, compose_request
from generation.composition.take_request import TakeRequest
from generation.models import JobReference
from library.models import Asset
from tests.generation.composition import cast
from tests.generation.composition.cast import Stage
from tests.generation.skyreels.drafts import CLIP, PICTURE, VOICE

pytestmark = pytest.mark.django_db
Part = JobReference.Role


def keys(handle: str, *roles: str) -> list[str]:
    files = Asset.objects.get(handle=handle).current_version.files.order_by("role", "position")
    return [f"s3:{file.media.key}" for file in files if file.role in (roles or ("picture", "clip"))]


def image(tag: str, *urls: str, **changes: Any) -> dict[str, Any]:
    return {"tag": tag, "type": "image", "image_urls": list(urls), **changes}


def test_one_handle_of_a_character_stands_for_all_its_pictures(stage: Stage) -> None:
    element = image("@Mara", PICTURE, "@mara")
    composed = stage.request({"prompt": "@Mara waits", "ref_images": [element]})
    assert composed.plan()["ref_images"] == [image("@Mara", PICTURE, *keys("Mara"))]
    assert [found.handle for found in composed.references] == ["Mara"]
    assert element == image("@Mara", PICTURE, "@mara")


def test_addresses_pass_through(stage: Stage) -> None:
    data = {
        "model": "skyreels-v4-std",
        "prompt": "@hero walks as in @clip",
        "resolution": "720p",
        "ref_images": [image("@hero", PICTURE, audio_url=VOICE)],
        "ref_videos": [{"tag": "@clip", "type": "reference", "video_url": f"{CLIP}?Signature=of-their-own"}],
    }
    composed = stage.request(data)
    assert (composed.plan(), composed.preview(), list(composed.references)) == (data, data, [])


def test_a_clip_of_unknown_length_is_counted_in_full(stage: Stage) -> None:
    clip = {"tag": "@clip", "type": "reference", "video_url": CLIP}
    composed = stage.request({"prompt": "@clip", "resolution": "480p", "ref_videos": [clip]})
    assert (composed.billed_seconds, str(composed.estimate_usd)) == (10, "1.20")
    assert [(found.field, found.level) for found in composed.problems] == [
        ("ref_videos.0.video_url", "warning")
    ]
    longer = stage.request({"prompt": "@clip", "ref_videos": [{**clip, "type": "extend"}], "duration": 7})
    assert (longer.billed_seconds, longer.problems) == (7, [])


def test_the_provider_s_defaults_are_priced(stage: Stage) -> None:
    composed = stage.request({"prompt": "rain"})
    assert composed.settings == Settings("skyreels-v4-fast", 5, "1080p", "16:9", True)
    assert (str(composed.estimate_usd), composed.is_priced) == ("1.10", True)
    assert stage.request({"prompt": "rain", "model": "other"}).is_priced is False


def test_what_the_prompt_names_is_filled_in_behind_what_is_declared(stage: Stage) -> None:
    composed = stage.request({"prompt": "@hero, @tom, @chase", "ref_images": [image("@hero", PICTURE)]})
    assert composed.plan()["ref_images"] == [image("@hero", PICTURE), image("@Tom", *keys("Tom"))]
    assert composed.plan()["ref_videos"] == [
        {"tag": "@chase", "type": "reference", "video_url": keys("chase")[0]}
    ]
    assert composed.plan()["prompt"] == "@hero, @Tom, @chase"


def test_voices_are_added_when_asked_for(stage: Stage) -> None:
    def voiced(voices: Any) -> list[bool]:
        composed = stage.request({"prompt": "@Mara and @Tom"}, voices=voices)
        assert [found.with_voice for found in composed.references] == [
            "audio_url" in element for element in composed.plan()["ref_images"]
        ]
        return [found.with_voice for found in composed.references]

    assert [voiced(False), voiced(True), voiced(["@mara"]), voiced([])] == [
        [False, False],
        [True, False],
        [True, False],
        [False, False],
    ]


def test_a_voice_may_be_the_character_s_own_or_another_s(stage: Stage) -> None:
    own = stage.request(
        {"prompt": "@Mara", "ref_images": [image("@Mara", "@Mara", audio_url="@mara")]},
    )
    other = stage.request({"prompt": "@Tom", "ref_images": [image("@Tom", "@Tom", audio_url="@hum")]})
    assert [(found.role, found.with_voice) for found in own.references] == [(Part.SUBJECT, True)]
    assert [(found.role, found.handle) for found in other.references] == [
        (Part.SUBJECT, "Tom"),
        (Part.VOICE, "hum"),
    ]
    assert own.plan()["ref_images"][0]["audio_url"] == keys("Mara", "voice")[0]
    assert (own.scenario, other.scenario, other.ok) == ("Audio sync", "Audio sync", True)


def test_in_a_take_from_frames_names_are_text(stage: Stage) -> None:
    composed = stage.request({"prompt": "@Mara by @pier", "first_frame_image": "@pier"})
    assert (composed.mode, composed.ok, composed.plan()["prompt"]) == ("I2V", True, "@Mara by @pier")
    assert [(found.handle, found.state) for found in composed.mentions] == [("Mara", "text"), ("pier", "ok")]


def test_a_word_that_means_nothing_here_is_text(stage: Stage) -> None:
    composed = stage.request({"prompt": "@nobody waves"})
    assert (composed.ok, composed.mode, composed.plan()["prompt"]) == (True, "T2V", "@nobody waves")
    assert [(found.level, found.field) for found in composed.problems] == [("warning", "prompt")]


def test_the_kind_that_is_asked_for_is_the_kind_that_is_sent(stage: Stage) -> None:
    grid = stage.request({"prompt": "@pier", "ref_images": [image("@pier", "@pier", type="grid")]})
    plain = stage.request({"prompt": "@Sheet", "ref_images": [image("@Sheet", "@Sheet")]})
    assert [(one.ok, one.scenario) for one in (grid, plain)] == [
        (True, "Grid collage"),
        (True, "Single or multi subject"),
    ]


def test_tags_of_other_programs_are_kept_unless_they_can_be_mistaken(stage: Stage) -> None:
    pictures = [image("@1", PICTURE), image("@图", PICTURE), image("@Mara.v2", PICTURE)]
    composed = stage.request({"prompt": "@1 和@图 with @Mara.v2", "ref_images": pictures})
    assert composed.plan()["ref_images"] == pictures
    assert composed.plan()["prompt"] == "@1 和@图 with @Mara.v2"
    mistaken = stage.request({"prompt": "@image1 not @image10", "ref_images": [image("@image1", PICTURE)]})
    assert mistaken.ok
    assert mistaken.plan()["prompt"] == "@image1_r1x not @image10"
    assert mistaken.plan()["ref_images"] == [image("@image1_r1x", PICTURE)]


def test_handles_that_are_hard_to_tell_apart(stage: Stage) -> None:
    cast.add(stage.user, ("Mar_", "character", [cast.picture()], {}))
    composed = stage.compose("@Mar, @Mar_, @Mara")
    first, second, third = (element["tag"] for element in composed.plan()["ref_images"])
    assert (composed.ok, composed.plan()["prompt"]) == (True, f"{first}, {second}, {third}")
    assert (first, second, third) == ("@r1_Mar", "@Mar_", "@Mara")


def test_a_handle_left_as_text_is_not_mistaken_for_a_keyframe(stage: Stage) -> None:
    Asset.objects.filter(handle="neon").update(handle="Ma")
    composed = stage.compose("@ma, then @Mara and @Mar", mids=(Keyframe("Ma", 2),))
    tag = composed.plan()["mid_frame_images"][0]["tag"]
    assert composed.ok
    assert composed.plan()["prompt"] == f"{tag}, then @Mara and @Mar"
    assert not any(word.startswith(tag) for word in ("@Mara", "@Mar"))


def test_roles_are_told_as_far_as_handles_go(stage: Stage) -> None:
    mids = [
        {"tag": "@neon", "image_url": "@neon", "time_stamp": 2},
        {"tag": "@x", "image_url": PICTURE},
    ]
    composed = stage.request(
        {
            "prompt": "@neon, @x",
            "end_frame_image": "@dawn",
            "mid_frame_images": mids,
            "first_frame_image": PICTURE,
        }
    )
    assert composed.ok
    assert composed.roles.as_data() == {
        "first": "",
        "mids": [{"handle": "neon", "at": 2}],
        "end": "dawn",
        "clip": "reference",
        "voices": [],
    }


def test_mentions_stand_where_they_were_typed(stage: Stage) -> None:
    prompt = "駅で@mara、@hum @nobody me@Tom @gone"
    composed = stage.compose(prompt)
    assert [(prompt[one.start : one.end], one.handle, one.state, one.asset and one.asset.kind) for one in
            composed.mentions] == [
        ("@mara", "Mara", "ok", "character"),
        ("@hum", "hum", "unusable", "audio"),
        ("@nobody", "nobody", "unknown", None),
        ("@gone", "gone", "unusable", "character"),
    ]  # fmt: skip


def test_many_handles_and_many_briefs_cost_as_few_questions_as_one(stage: Stage) -> None:
    def cost(*prompts: str) -> int:
        take_requests = [TakeRequest(prompt) for prompt in prompts]
        with CaptureQueriesContext(connection) as asked:
            for composed in compose_all(user=stage.user, project=stage.project, take_requests=take_requests):
                assert composed.problems is not None
                composed.preview()
        return len(asked)

    one = cost("@Mara")
    every = "@Mara @Tom @Inez @pier @neon @dawn @Sheet @chase @walk @hum"
    assert (one, cost(every), cost(*[every, "@Mar", "@pier"] * 30)) == (4, 4, 4)
    assert cost("a harbour") == 0
    assert cost(" ".join(f"@Nobody{number}" for number in range(20))) <= 6


def test_data_of_any_form_is_answered(stage: Stage) -> None:
    junk: list[Any] = [None, 7, "x", [], {}, ["@Mara"], {"tag": "@Mara"}, [[]], [None], True, "@Mara", [{}]]
    names = [
        "prompt",
        "first_frame_image",
        "mid_frame_images",
        "ref_images",
        "ref_videos",
        "model",
        "duration",
    ]
    for name in names:
        for value in junk:
            data = {"model": "skyreels-v4-fast", "prompt": "@Mara, @chase", name: value}
            composed = compose_request(user=stage.user, project=stage.project, data=data)
            assert composed.problems is not None
            assert composed.estimate_usd >= 0
