"""Problems of handles, files and provider rules have a code and a field."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from generation.composition import Keyframe, Problem, Settings, message_of
from generation.composition import ProblemCode as Code
from generation.composition.problems import RuleCode
from library.models import Asset, HandleAlias, Project, ProjectAsset
from tests import factories
from tests.generation.composition import cast
from tests.generation.composition.cast import Stage
from tests.generation.skyreels.drafts import PICTURE
from tests.generation.skyreels.rule_table import ACCEPTED, REFUSED, SCENARIOS

pytestmark = pytest.mark.django_db

# The prompt, the roles, the field, the code.
TYPED: list[tuple[str, dict[str, Any], str, str]] = [
    ("", {}, "prompt", RuleCode.PROMPT_EMPTY),
    ("@Marra waits", {}, "prompt", Code.UNKNOWN_HANDLE),
    ("@Zebedee waits", {}, "prompt", Code.UNKNOWN_HANDLE),
    ("@Zebedee waits", {"first": "pier"}, "prompt", Code.UNKNOWN_HANDLE),
    ("@hum", {}, "prompt", Code.VOICE_WITHOUT_CHARACTER),
    ("@bare", {}, "prompt", Code.NO_FILES),
    ("@gone", {}, "prompt", Code.RIGHTS_ENDED),
    ("@huge", {}, "ref_images.0.image_urls.0", Code.FILE_UNSUITABLE),
    ("@Mara and @mixed", {}, "ref_images.1.image_urls.1", Code.FILE_UNSUITABLE),
    ("@long", {}, "ref_videos.0.video_url", Code.FILE_UNSUITABLE),
    ("@long", {"clip": "extend"}, "ref_videos.0.video_url", Code.FILE_UNSUITABLE),
    ("@chase and @walk", {}, "ref_videos", RuleCode.TOO_MANY_ENTRIES),
    ("@Mara @Tom @Inez @pier", {}, "ref_images", RuleCode.TOO_MANY_ENTRIES),
    ("@Sheet and @Mara", {}, "ref_images.1.type", RuleCode.GRID_WITH_IMAGES),
    ("@Sheet and @chase", {}, "ref_images.0.type", RuleCode.GRID_WITH_MOTION),
    ("@rasp", {"voices": ("rasp",)}, "ref_images.0.audio_url", Code.FILE_UNSUITABLE),
    ("@flac", {"voices": ("flac",)}, "ref_images.0.audio_url", Code.FILE_UNSUITABLE),
    ("@Tom", {"voices": ("Tom",)}, "ref_images.0.audio_url", Code.NO_VOICE),
    ("@pier", {"voices": ("pier",)}, "ref_images.0.audio_url", Code.WRONG_ROLE),
    ("rain", {"first": "nowhere"}, "first_frame_image", Code.UNKNOWN_HANDLE),
    ("rain", {"first": "bare"}, "first_frame_image", Code.NO_FILES),
    ("rain", {"first": "gone"}, "first_frame_image", Code.RIGHTS_ENDED),
    ("rain", {"first": "Mara"}, "first_frame_image", Code.WRONG_ROLE),
    ("rain", {"end": "chase"}, "end_frame_image", Code.WRONG_ROLE),
    ("rain", {"end": "hum"}, "end_frame_image", Code.WRONG_ROLE),
    ("rain", {"first": "Sheet"}, "first_frame_image", Code.WRONG_ROLE),
    ("rain", {"first": "soft"}, "first_frame_image", Code.FILE_UNSUITABLE),
    ("rain", {"end": "huge"}, "end_frame_image", Code.FILE_UNSUITABLE),
    ("@neon", {"mids": (Keyframe("neon", 5),)}, "mid_frame_images.0.time_stamp", RuleCode.KEYFRAME_OUT_OF_RANGE),
    ("@neon", {"mids": (Keyframe("neon", 0),)}, "mid_frame_images.0.time_stamp", RuleCode.KEYFRAME_OUT_OF_RANGE),
    ("@neon", {"mids": (Keyframe("neon"), Keyframe("dawn"))}, "mid_frame_images.1.tag", Code.KEYFRAME_NOT_IN_PROMPT),
    ("@neon", {"mids": (Keyframe("neon"), Keyframe("NEON", 2))}, "mid_frame_images.1.tag", Code.KEYFRAME_REPEATED),
    ("@nowhere", {"mids": (Keyframe("nowhere"),)}, "mid_frame_images.0.image_url", Code.UNKNOWN_HANDLE),
    ("@Mara", {"mids": (Keyframe("Mara"),)}, "mid_frame_images.0.image_url", Code.WRONG_ROLE),
]  # fmt: skip

# The prompt, the roles, the codes of the warnings.
WARNED: list[tuple[str, dict[str, Any], list[str]]] = [
    ("@Mara", {"first": "pier"}, [Code.TEXT_BESIDE_FRAMES]),
    ("@chase", {"first": "pier"}, [Code.TEXT_BESIDE_FRAMES]),
    ("@hum", {"end": "pier"}, [Code.TEXT_BESIDE_FRAMES]),
    ("@bare", {"end": "pier"}, [Code.TEXT_BESIDE_FRAMES, Code.NO_FILES]),
    ("@dawn and @neon", {"mids": (Keyframe("neon"),)}, [Code.TEXT_BESIDE_FRAMES]),
    ("@chase with @Mara", {"clip": "extend"}, [Code.TEXT_IN_EXTENSION]),
    ("@walk", {}, [Code.FILE_MAY_BE_REFUSED]),
    ("@Tom", {"voices": ("Mara",)}, [Code.VOICE_LEFT_OUT]),
    ("word " * 1100, {}, [RuleCode.PROMPT_NEAR_LIMIT]),
]


def errors(problems: list[Problem]) -> list[tuple[str, str]]:
    return [(found.field, found.code) for found in problems if found.level == "error"]


def test_the_rule_table_holds_for_requests(stage: Stage) -> None:
    """Every row of the documentation, asked for without any handle of ours."""
    Asset.objects.all().delete()
    for _, mode, data in SCENARIOS:
        assert stage.request(data).mode == mode
    for name, data in ACCEPTED:
        assert (name, errors(stage.request(data).problems)) == (name, [])
    for name, data, param in REFUSED:
        found = [path for path, _ in errors(stage.request({"model": None} | data).problems)]
        assert (name, param in found) == (name, True)


@pytest.mark.parametrize(("prompt", "roles", "field", "code"), TYPED)
def test_a_problem_is_reported_once_with_its_field(
    stage: Stage, prompt: str, roles: dict[str, Any], field: str, code: str
) -> None:
    composed = stage.compose(prompt, **roles)
    assert errors(composed.problems) == [(field, code)]
    assert not composed.ok


@pytest.mark.parametrize(("prompt", "roles", "codes"), WARNED)
def test_a_warning_does_not_prevent_sending(
    stage: Stage, prompt: str, roles: dict[str, Any], codes: list[str]
) -> None:
    composed = stage.compose(prompt, **roles)
    assert (errors(composed.problems), composed.ok) == ([], True)
    assert [found.code for found in composed.problems] == codes


@pytest.mark.parametrize(("name", "suggestion"), [("Marra", "Mara"), ("Zebedee", "")])
def test_a_similar_handle_is_suggested(stage: Stage, name: str, suggestion: str) -> None:
    (found,) = stage.compose(f"@{name} waits").problems
    assert (found.suggestion, found.values) == (suggestion, {"handle": name})
    assert f"@{name}" in message_of(found)
    assert suggestion in message_of(found)


def test_the_reason_of_a_file_is_part_of_the_message(stage: Stage) -> None:
    for prompt, reason in [("@huge", "too large"), ("@mixed", "image/webp"), ("@long", "17.2 s")]:
        assert reason in message_of(stage.compose(prompt).problems[0])


def test_all_problems_are_reported_at_once(stage: Stage) -> None:
    composed = stage.compose("@Marra and @hum", settings=Settings(duration=99), first="Mara", end="huge")
    assert [path for path, _ in errors(composed.problems)] == [
        "first_frame_image",
        "end_frame_image",
        "prompt",
        "duration",
    ]


def test_a_storage_key_is_not_a_url(stage: Stage) -> None:
    """Otherwise a client could have any object of the storage signed."""
    subject = {
        "tag": "@x",
        "type": "image",
        "image_urls": [PICTURE, "s3:takes/a.png"],
        "audio_url": "s3:a.mp3",
    }
    clip = {"tag": "@y", "type": "reference", "video_url": "s3:takes/a.mp4"}
    composed = stage.request({"prompt": "@x @y", "ref_images": [subject], "ref_videos": [clip]})
    assert [path for path, _ in errors(composed.problems)] == [
        "ref_images.0.image_urls.1",
        "ref_images.0.audio_url",
        "ref_videos.0.video_url",
    ]
    for data in ({"first_frame_image": "s3:a.png"}, {"end_frame_image": "s3:a.png"}, {"webhook": "s3:a"}):
        found = errors(stage.request({"prompt": "rain", **data}).problems)
        assert [path for path, _ in found] == [*data]
    mid = {"tag": "@x", "image_url": "s3:a.png"}
    found = errors(stage.request({"prompt": "@x", "mid_frame_images": [mid]}).problems)
    assert [path for path, _ in found] == ["mid_frame_images.0.image_url"]


@pytest.mark.parametrize(
    ("data", "field", "code"),
    [
        ({"first_frame_image": "@nowhere"}, "first_frame_image", Code.UNKNOWN_HANDLE),
        ({"end_frame_image": "@"}, "end_frame_image", Code.UNKNOWN_HANDLE),
        ({"first_frame_image": "@Mara"}, "first_frame_image", Code.WRONG_ROLE),
        ({"mid_frame_images": [{"tag": "@Tom", "image_url": "@gone"}]},
         "mid_frame_images.0.image_url", Code.RIGHTS_ENDED),
        ({"ref_images": [{"tag": "@Tom", "type": "image", "image_urls": [PICTURE, "@bare"]}]},
         "ref_images.0.image_urls.1", Code.NO_FILES),
        ({"ref_images": [{"tag": "@Tom", "type": "image", "image_urls": ["@chase"]}]},
         "ref_images.0.image_urls.0", Code.WRONG_ROLE),
        ({"ref_images": [{"tag": "@Tom", "type": "image", "image_urls": ["@Tom"], "audio_url": "@Tom"}]},
         "ref_images.0.audio_url", Code.NO_VOICE),
        ({"ref_images": [{"tag": "@Tom", "type": "image", "image_urls": ["@Tom"], "audio_url": "@pier"}]},
         "ref_images.0.audio_url", Code.WRONG_ROLE),
        ({"ref_images": [{"tag": "@Tom", "type": "image", "image_urls": ["@Mara"] * 3}]},
         "ref_images.0.image_urls", RuleCode.TOO_MANY_ENTRIES),
        ({"ref_images": [{"tag": "@Tom", "type": "grid", "image_urls": ["@Mara"]}]},
         "ref_images.0.image_urls", RuleCode.GRID_IMAGE_COUNT),
        ({"ref_videos": [{"tag": "@Tom", "type": "extend", "video_url": "@Mara"}]},
         "ref_videos.0.video_url", Code.WRONG_ROLE),
    ],
)  # fmt: skip
def test_a_handle_whose_file_does_not_suit_the_field(
    stage: Stage, data: dict[str, Any], field: str, code: str
) -> None:
    assert errors(stage.request({"prompt": "@Tom waits", **data}).problems) == [(field, code)]


def test_an_asset_of_another_project_is_refused(stage: Stage) -> None:
    kept = {"home_project": factories.project(stage.user), "is_shared": False}
    cast.add(stage.user, ("Mine", "image", [cast.picture()], kept))
    found = [errors(stage.compose("@Mine").problems), errors(stage.compose("rain", end="Mine").problems)]
    code = Code.IN_OTHER_PROJECT
    assert found == [[("prompt", code)], [("end_frame_image", code)]]


def test_more_handles_than_anybody_looks_up(stage: Stage) -> None:
    prompt = " ".join(f"@name{number}" for number in range(201))
    assert errors(stage.request({"prompt": prompt}).problems) == [("prompt", Code.TOO_MANY_HANDLES)]


def test_a_handle_said_often_hides_no_other(stage: Stage) -> None:
    assert stage.compose("@Mara " * 250 + "and @Tom", voices=("Mara",)).ok
    assert stage.compose("@neon " * 250, first="pier", mids=(Keyframe("neon"),)).ok


# What the configured provider cannot carry


def test_a_provider_without_voices_is_named(stage: Stage, settings: Any) -> None:
    settings.SKYREELS_PROVIDER = "vendor"
    found = errors(stage.compose("@Mara sings", voices=("Mara",)).problems)
    assert found == [("ref_images.0.audio_url", RuleCode.VOICE_UNAVAILABLE)]


def test_a_clip_too_long_for_the_provider_is_named(stage: Stage, settings: Any) -> None:
    settings.SKYREELS_PROVIDER = "vendor"
    assert errors(stage.compose("@walk").problems) == [("ref_videos.0.video_url", Code.CLIP_TOO_LONG)]


# What is looked up


def test_an_archived_asset_cannot_be_used(stage: Stage) -> None:
    Asset.objects.filter(handle="Tom").update(archived_at=timezone.now())
    assert errors(stage.compose("@tom").problems) == [("prompt", Code.ARCHIVED_HANDLE)]


def test_the_archive_of_others_is_not_revealed(stage: Stage) -> None:
    stranger = User.objects.create(username="stranger")
    elsewhere = Project.objects.create(slug="elsewhere", name="Elsewhere")
    hidden = {"is_shared": False, "home_project": elsewhere, "created_by": stranger}
    Asset.objects.filter(handle="Tom").update(archived_at=timezone.now(), **hidden)
    assert errors(stage.compose("@Tom").problems) == [("prompt", Code.UNKNOWN_HANDLE)]


def test_a_pinned_version_is_used(stage: Stage) -> None:
    tom = Asset.objects.get(handle="Tom")
    pinned = tom.current_version
    cast.add_version(tom, cast.picture(), cast.picture())
    assert len(stage.compose("@Tom").plan()["ref_images"][0]["image_urls"]) == 2
    ProjectAsset.objects.create(project=stage.project, asset=tom, pinned_version=pinned)
    for composed in (stage.compose("@tom"), stage.request({"prompt": "@tom"})):
        assert [found.version for found in composed.references] == [pinned]
        assert len(composed.plan()["ref_images"][0]["image_urls"]) == 1


def test_earlier_names_mean_the_asset_in_prompt_and_roles(stage: Stage) -> None:
    for name, handle in (("Molly", "Mara"), ("quay", "pier"), ("sign", "neon")):
        HandleAlias.objects.create(name=name, asset=Asset.objects.get(handle=handle))
    spoken = stage.compose("@molly sings to @MARA", voices=("Molly",))
    assert (spoken.prompt, spoken.plan()["prompt"]) == ("@Mara sings to @MARA", "@Mara sings to @Mara")
    assert (spoken.roles.voices, len(spoken.references), spoken.ok) == (("Mara",), 1, True)
    framed = stage.compose("by @Sign", first="@QUAY", mids=(Keyframe("sign", 2),))
    assert (framed.roles.first, framed.roles.mids) == ("pier", (Keyframe("neon", 2),))
    assert (framed.plan()["prompt"], framed.ok) == ("by @neon", True)
    asked = stage.request({"prompt": "by @sign", "first_frame_image": "@quay"})
    assert (asked.roles.first, asked.prompt, asked.ok) == ("pier", "by @neon", True)


def test_what_is_not_mine_is_unknown_everywhere(stage: Stage, charlie: Any) -> None:
    secret: Project = factories.project(charlie)
    kept = {"home_project": secret, "is_shared": False}
    cast.add(charlie, ("Secret", "image", [cast.picture()], kept))
    for composed in (
        stage.compose("@Secret"),
        stage.compose("rain", first="Secret"),
        stage.request({"prompt": "rain", "end_frame_image": "@secret"}),
    ):
        assert [code for _, code in errors(composed.problems)] == [Code.UNKNOWN_HANDLE]
    asked = stage.request({"prompt": "@Secret"})
    assert (asked.ok, asked.mode, "@Secret" in asked.plan()["prompt"]) == (True, "T2V", True)
