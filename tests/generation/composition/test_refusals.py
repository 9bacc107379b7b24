"""What stands in the way is named, with its field: by the library, by the files, by the provider's rules."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from generation.composition import Keyframe, Problem, Settings
from library.models import Asset, HandleAlias, Project, ProjectAsset
from tests import factories
from tests.generation.composition import cast
from tests.generation.composition.cast import Stage
from tests.generation.skyreels.drafts import PICTURE
from tests.generation.skyreels.rule_table import ACCEPTED, REFUSED, SCENARIOS

pytestmark = pytest.mark.django_db

FRAMES = "a take from frames carries no"
NOT_FOUND = "is not in the library."

# The prompt, the roles, the field, a piece of the sentence.
TYPED: list[tuple[str, dict[str, Any], str, str]] = [
    ("", {}, "prompt", "empty"),
    ("@Marra waits", {}, "prompt", "@Marra is not in the library. Did you mean @Mara?"),
    ("@Zebedee waits", {}, "prompt", "Add it to the library, or take the @ away."),
    ("@Zebedee waits", {"first": "pier"}, "prompt", NOT_FOUND),
    ("@hum", {}, "prompt", "@hum is a voice."),
    ("@bare", {}, "prompt", "@bare has no files yet."),
    ("@gone", {}, "prompt", "its rights ended on"),
    ("@huge", {}, "ref_images.0.image_urls.0", "too large"),
    ("@Mara and @mixed", {}, "ref_images.1.image_urls.1", "not image/webp"),
    ("@long", {}, "ref_videos.0.video_url", "17.2 s"),
    ("@long", {"clip": "extend"}, "ref_videos.0.video_url", "17.2 s"),
    ("@chase and @walk", {}, "ref_videos", "at most 1"),
    ("@Mara @Tom @Inez @pier", {}, "ref_images", "at most 3"),
    ("@Sheet and @Mara", {}, "ref_images.1.type", "mixed"),
    ("@Sheet and @chase", {}, "ref_images.0.type", "beside a reference video"),
    ("@rasp", {"voices": ("rasp",)}, "ref_images.0.audio_url", "15.5 s"),
    ("@flac", {"voices": ("flac",)}, "ref_images.0.audio_url", "MP3 or WAV"),
    ("@Tom", {"voices": ("Tom",)}, "ref_images.0.audio_url", "@Tom has no voice."),
    ("@pier", {"voices": ("pier",)}, "ref_images.0.audio_url", "@pier is a picture; it cannot be used as voice."),
    ("rain", {"first": "nowhere"}, "first_frame_image", NOT_FOUND),
    ("rain", {"first": "bare"}, "first_frame_image", "has no files yet"),
    ("rain", {"first": "gone"}, "first_frame_image", "its rights ended on"),
    ("rain", {"first": "Mara"}, "first_frame_image", "@Mara is a character; it cannot be used as first frame."),
    ("rain", {"end": "chase"}, "end_frame_image", "@chase is a clip; it cannot be used as end frame."),
    ("rain", {"end": "hum"}, "end_frame_image", "@hum is a voice; it cannot be used as end frame."),
    ("rain", {"first": "Sheet"}, "first_frame_image", "@Sheet is a grid of pictures; it cannot be used as first"),
    ("rain", {"first": "soft"}, "first_frame_image", "not image/webp"),
    ("rain", {"end": "huge"}, "end_frame_image", "too large"),
    ("@neon", {"mids": (Keyframe("neon", 5),)}, "mid_frame_images.0.time_stamp", "before 5 s"),
    ("@neon", {"mids": (Keyframe("neon", 0),)}, "mid_frame_images.0.time_stamp", "after 0 s"),
    ("@neon", {"mids": (Keyframe("neon"), Keyframe("dawn"))}, "mid_frame_images.1.tag",
     "Write @dawn in the prompt where it comes."),
    ("@neon", {"mids": (Keyframe("neon"), Keyframe("NEON", 2))}, "mid_frame_images.1.tag", "twice"),
    ("@nowhere", {"mids": (Keyframe("nowhere"),)}, "mid_frame_images.0.image_url", NOT_FOUND),
    ("@Mara", {"mids": (Keyframe("Mara"),)}, "mid_frame_images.0.image_url", "@Mara is a character"),
]  # fmt: skip

# The prompt, the roles, the warning.
WARNED: list[tuple[str, dict[str, Any], str]] = [
    ("@Mara", {"first": "pier"}, f"@Mara is left as text: {FRAMES} subjects."),
    ("@chase", {"first": "pier"}, f"@chase is left as text: {FRAMES} clips."),
    ("@hum", {"end": "pier"}, f"@hum is left as text: {FRAMES} voices."),
    ("@bare", {"end": "pier"}, "@bare is left as text"),
    ("@dawn and @neon", {"mids": (Keyframe("neon"),)}, f"@dawn is left as text: {FRAMES} subjects."),
    ("@chase with @Mara", {"clip": "extend"}, "@Mara is left as text: an extension carries no subjects."),
    ("@walk", {}, "@walk: longer than 10 s (12.0 s)"),
    ("@Tom", {"voices": ("Mara",)}, "The voice of @Mara is left out: it is no subject of this take."),
    ("word " * 1100, {}, "SkyReels refuses more than 1280"),
]


def errors(problems: list[Problem]) -> list[tuple[str, str]]:
    return [(found.param, found.message) for found in problems if found.level == "error"]


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


@pytest.mark.parametrize(("prompt", "roles", "param", "sentence"), TYPED)
def test_what_is_wrong_is_said_once_beside_its_field(
    stage: Stage, prompt: str, roles: dict[str, Any], param: str, sentence: str
) -> None:
    composed = stage.compose(prompt, **roles)
    assert [path for path, _ in errors(composed.problems)] == [param]
    assert sentence in errors(composed.problems)[0][1]
    assert not composed.ok


@pytest.mark.parametrize(("prompt", "roles", "sentence"), WARNED)
def test_what_may_surprise_is_told_and_sent(
    stage: Stage, prompt: str, roles: dict[str, Any], sentence: str
) -> None:
    composed = stage.compose(prompt, **roles)
    assert (errors(composed.problems), composed.ok) == ([], True)
    assert [sentence in found.message for found in composed.problems] == [True]


def test_everything_is_told_at_once(stage: Stage) -> None:
    composed = stage.compose("@Marra and @hum", settings=Settings(duration=99), first="Mara", end="huge")
    assert [path for path, _ in errors(composed.problems)] == [
        "first_frame_image",
        "end_frame_image",
        "prompt",
        "duration",
    ]


def test_a_key_of_ours_is_no_address(stage: Stage) -> None:
    """Or a program could have any object of the storage signed."""
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
    ("data", "param", "sentence"),
    [
        ({"first_frame_image": "@nowhere"}, "first_frame_image", NOT_FOUND),
        ({"end_frame_image": "@"}, "end_frame_image", NOT_FOUND),
        ({"first_frame_image": "@Mara"}, "first_frame_image", "is a character"),
        ({"mid_frame_images": [{"tag": "@Tom", "image_url": "@gone"}]}, "mid_frame_images.0.image_url", "ended"),
        ({"ref_images": [{"tag": "@Tom", "type": "image", "image_urls": [PICTURE, "@bare"]}]},
         "ref_images.0.image_urls.1", "no files yet"),
        ({"ref_images": [{"tag": "@Tom", "type": "image", "image_urls": ["@chase"]}]},
         "ref_images.0.image_urls.0", "@chase is a clip; it cannot be used as subject."),
        ({"ref_images": [{"tag": "@Tom", "type": "image", "image_urls": ["@Tom"], "audio_url": "@Tom"}]},
         "ref_images.0.audio_url", "@Tom has no voice."),
        ({"ref_images": [{"tag": "@Tom", "type": "image", "image_urls": ["@Tom"], "audio_url": "@pier"}]},
         "ref_images.0.audio_url", "@pier is a picture; it cannot be used as voice."),
        ({"ref_images": [{"tag": "@Tom", "type": "image", "image_urls": ["@Mara"] * 3}]},
         "ref_images.0.image_urls", "has 6 entries"),
        ({"ref_images": [{"tag": "@Tom", "type": "grid", "image_urls": ["@Mara"]}]},
         "ref_images.0.image_urls", "exactly 1"),
        ({"ref_videos": [{"tag": "@Tom", "type": "extend", "video_url": "@Mara"}]},
         "ref_videos.0.video_url", "@Mara is a character; it cannot be used as clip to extend."),
    ],
)  # fmt: skip
def test_a_handle_where_its_file_cannot_stand(
    stage: Stage, data: dict[str, Any], param: str, sentence: str
) -> None:
    found = errors(stage.request({"prompt": "@Tom waits", **data}).problems)
    assert [path for path, _ in found] == [param]
    assert sentence in found[0][1]


def test_what_is_kept_to_another_project_is_refused(stage: Stage) -> None:
    kept = {"home_project": factories.project(stage.user), "is_shared": False}
    cast.add(stage.user, ("Mine", "image", [cast.picture()], kept))
    found = [errors(stage.compose("@Mine").problems), errors(stage.compose("rain", end="Mine").problems)]
    assert [[path for path, _ in problems] for problems in found] == [["prompt"], ["end_frame_image"]]
    assert "@Mine is kept to another project." in found[0][0][1]


def test_more_handles_than_anybody_looks_up(stage: Stage) -> None:
    prompt = " ".join(f"@name{number}" for number in range(201))
    assert errors(stage.request({"prompt": prompt}).problems) == [
        ("prompt", "The prompt names 201 handles; 200 is the most.")
    ]


def test_a_handle_said_often_hides_no_other(stage: Stage) -> None:
    assert stage.compose("@Mara " * 250 + "and @Tom", voices=("Mara",)).ok
    assert stage.compose("@neon " * 250, first="pier", mids=(Keyframe("neon"),)).ok


# What the configured provider cannot carry


def test_a_provider_without_voices_is_named(stage: Stage, settings: Any) -> None:
    settings.SKYREELS_PROVIDER = "vendor"
    found = errors(stage.compose("@Mara sings", voices=("Mara",)).problems)
    assert [path for path, _ in found] == ["ref_images.0.audio_url"]
    assert "provider" in found[0][1]


def test_a_clip_too_long_for_the_provider_is_named(stage: Stage, settings: Any) -> None:
    settings.SKYREELS_PROVIDER = "vendor"
    found = errors(stage.compose("@walk").problems)
    assert found == [
        ("ref_videos.0.video_url", "The clip is 12.0 s long; this provider takes clips of at most 10 s.")
    ]


# What is looked up


def test_an_archived_asset_is_not_used_and_called_so(stage: Stage) -> None:
    told = "@tom is archived. Restore it on its page, or take the @ away."
    Asset.objects.filter(handle="Tom").update(archived_at=timezone.now())
    assert errors(stage.compose("@tom").problems) == [("prompt", told)]


def test_the_archive_of_others_is_not_told(stage: Stage) -> None:
    stranger = User.objects.create(username="stranger")
    elsewhere = Project.objects.create(slug="elsewhere", name="Elsewhere")
    hidden = {"is_shared": False, "home_project": elsewhere, "created_by": stranger}
    Asset.objects.filter(handle="Tom").update(archived_at=timezone.now(), **hidden)
    assert NOT_FOUND in errors(stage.compose("@Tom").problems)[0][1]


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
        assert [NOT_FOUND in message for _, message in errors(composed.problems)] == [True]
    asked = stage.request({"prompt": "@Secret"})
    assert (asked.ok, asked.mode, "@Secret" in asked.plan()["prompt"]) == (True, "T2V", True)
