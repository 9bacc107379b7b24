"""What a job keeps when it is queued, and that it is sent from that alone."""

import json
from uuid import uuid4

import pytest

from generation import composition, lifecycle
from generation.composition import Keyframe, Roles, Settings, TakeRequest
from generation.models import Job
from library import ingest
from library.models import Asset
from tests.generation.composition import cast

pytestmark = pytest.mark.django_db
Status = Job.Status
MIDS = (Keyframe("neon", 2), Keyframe("dawn"))


@pytest.fixture
def stage(alice, project):
    cast.fill(alice)
    return cast.Stage(alice, project)


def create(stage, prompt, *, form_key=None, **roles):
    return lifecycle.create(
        by=stage.user,
        project=stage.project,
        prompt=prompt,
        settings=Settings(),
        roles=Roles(**roles),
        form_key=form_key,
    )


def rows(job):
    return list(job.references.values_list("handle", "role", "second", "with_voice", "position"))


def asked_by_program(stage, data, voices=False):
    return lifecycle.create_from(stage.request(data, voices=voices), by=stage.user, project=stage.project)


def test_parts_seconds_and_voices_are_kept(stage):
    framed = create(stage, "@neon, @dawn", first="Pier", mids=MIDS, end="pier")
    assert rows(framed) == [
        ("pier", "first", None, False, 0),
        ("neon", "mid", 2, False, 1),
        ("dawn", "mid", None, False, 2),
        ("pier", "end", None, False, 3),
    ]
    assert TakeRequest.of(framed).roles == Roles("pier", MIDS, "pier")
    sung = create(stage, "@Mara as in @walk", voices=("mara",))
    assert rows(sung) == [("Mara", "subject", None, True, 0), ("walk", "motion", None, False, 1)]
    assert (sung.billed_seconds, str(sung.estimate_usd)) == (10, "1.20")


def test_an_asset_in_two_parts_counts_once(stage):
    create(stage, "rain", first="pier", end="pier")
    assert Asset.objects.get(handle="pier").use_count == 1


def test_the_frozen_request_is_the_plan_with_addresses_that_open(stage):
    job = create(stage, "@neon, @dawn", first="pier", mids=MIDS)
    job.refresh_from_db()
    body = json.loads(composition.freeze(job.plan))
    plain = composition.with_plain_urls(job.plan)
    assert body["mid_frame_images"][0]["image_url"].startswith(
        f"{plain['mid_frame_images'][0]['image_url']}?"
    )
    assert "X-Amz-Signature" in body["first_frame_image"]
    assert "X-Amz" not in json.dumps(job.plan)
    assert {name: body[name] for name in body if "image" not in name} == {
        name: plain[name] for name in plain if "image" not in name
    }


def test_nothing_is_composed_again_after_queueing(stage):
    job = create(stage, "@Mar and @Mara")
    before = composition.freeze(job.plan)
    Asset.objects.filter(handle="Mar").update(handle="Other")
    Asset.objects.filter(handle="Mara").update(archived_at="2026-01-01T00:00Z")
    job.refresh_from_db()
    assert composition.freeze(job.plan) == before


def test_addresses_of_another_program_are_sent_as_they_are(stage):
    clip = {"tag": "@clip", "type": "extend", "video_url": "https://h.example/a.mp4?Signature=of-theirs"}
    job = asked_by_program(stage, {"prompt": "@clip goes on", "ref_videos": [clip]})
    job.refresh_from_db()
    assert job.plan["ref_videos"] == [clip]
    assert json.loads(composition.freeze(job.plan))["ref_videos"] == [clip]
    assert (rows(job), job.resolution, job.duration) == ([], "1080p", 5)


def test_what_a_program_asked_for_is_asked_for_again(stage):
    subject = {"tag": "@hero", "type": "image", "image_urls": ["https://h.example/a.png", "@Tom"]}
    data = {"prompt": "@hero and @Mara", "duration": 7, "ref_images": [subject], "webhook": None}
    job = asked_by_program(stage, data, voices=True)
    tom = Asset.objects.get(handle="Tom")
    ingest.rename(tom, handle="Thomas", revision=tom.revision)
    cast.add_version(tom, cast.picture(), cast.picture())
    lifecycle.cancel(job, by=stage.user)
    again = lifecycle.retry(job, by=stage.user)
    assert (again.duration, again.resolution, again.prompt) == (7, "1080p", "@hero and @Mara")
    first = again.plan["ref_images"][0]
    assert (len(first["image_urls"]), first["tag"]) == (3, "@hero")
    assert "audio_url" in again.plan["ref_images"][1]
    assert again.references.first().version == Asset.objects.get(handle="Thomas").current_version


def test_a_page_s_job_is_made_again_with_its_roles(stage):
    job = create(stage, "@neon", first="pier", mids=MIDS[:1])
    lifecycle.cancel(job, by=stage.user)
    again = lifecycle.retry(job, by=stage.user)
    assert (rows(again), again.plan, again.roles) == (rows(job), job.plan, job.roles)


def test_a_program_s_key_makes_one_job(stage):
    key = uuid4()
    composed = stage.request({"prompt": "rain"})
    jobs = [
        lifecycle.create_from(composed, by=stage.user, project=stage.project, form_key=key) for _ in range(2)
    ]
    assert jobs[0] == jobs[1]


def test_a_refused_request_makes_nothing(stage):
    with pytest.raises(lifecycle.CannotQueue) as refused:
        asked_by_program(stage, {"prompt": "rain", "end_frame_image": "@nowhere"})
    assert [problem.field for problem in refused.value.problems] == ["end_frame_image"]
    assert not Job.objects.exists()


# Drafts


def draft(stage, prompt="", **roles):
    return lifecycle.save_draft(
        by=stage.user,
        project=stage.project,
        prompt=prompt,
        settings=Settings(),
        roles=Roles(**roles),
        form_key=uuid4(),
    )


def test_a_draft_keeps_its_roles_right_or_wrong_and_becomes_the_job(stage):
    kept = draft(
        stage, "@neon", first="nowhere", mids=(Keyframe("neon", 99),), clip="extend", voices=("Mara",)
    )
    kept.refresh_from_db()
    assert (kept.plan, TakeRequest.of(kept).roles) == (
        None,
        Roles("nowhere", (Keyframe("neon", 99),), "", "extend", ("Mara",)),
    )
    job = create(stage, "@neon", form_key=kept.form_key, first="pier")
    assert (job.pk, job.status, job.roles["first"], job.plan is not None) == (
        kept.pk,
        Status.QUEUED,
        "pier",
        True,
    )


def test_drafts_follow_a_name_in_their_roles(stage):
    first = draft(stage, first="PIER", voices=("Mara", "pier"))
    mid = draft(stage, "no handle", mids=(Keyframe("pier", 3),), end="pier2")
    other = draft(stage, "pier", first="neon", end="pier_2")
    sent = create(stage, "rain", first="pier")
    assert lifecycle.rewrite_drafts("Pier", "Jetty") == 2
    for job in (first, mid, other, sent):
        job.refresh_from_db()
    assert TakeRequest.of(first).roles == Roles("Jetty", voices=("Mara", "Jetty"))
    assert TakeRequest.of(mid).roles == Roles(mids=(Keyframe("Jetty", 3),), end="pier2")
    assert TakeRequest.of(other).roles == Roles("neon", end="pier_2")
    assert TakeRequest.of(sent).roles == Roles("pier")
