"""What can come of a take or job: from its page to the composer's start."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client, RequestFactory

from generation.composition import Keyframe, Roles, Settings, TakeRequest
from generation.models import Job, Promotion, Shot, Take
from generation.views.compose import reuse
from library import ingest
from library.models import Project
from tests import factories
from tests.generation.films import stored_take
from tests.generation.views.conftest import Visit, make_take

PROMPT = "@Mara waits at the quay"


@pytest.fixture
def take(s3: None, alice: User, project: Project) -> Take:
    """The first take of shot 020: two seconds, made from a first frame."""
    shot = Shot.objects.create(project=project, code="020")
    roles = Roles(first="quay").as_data()
    return stored_take(alice, project, shot=shot, prompt=PROMPT, duration=5, roles=roles)


def press(client: Client, take: Take, **sent: str) -> HttpResponse:
    return client.post(f"{take.get_absolute_url()}again/", sent)


def begun(project: Project, user: User, address: str) -> tuple[TakeRequest, Take | None, list[str]] | None:
    """What the composer at this address begins with; notes are asked about in `test_note_next`."""
    request = RequestFactory().get(address)
    request.user = user
    found = reuse.start(request, project)
    return found[:3] if found else None


@pytest.mark.parametrize("how", ["again", "vary", "final"])
def test_ways_without_a_frame_lead_straight_to_the_composer(as_alice: Client, take: Take, how: str) -> None:
    answer = press(as_alice, take, how=how)
    address = f"/projects/harbour-lights/new/?take={take.uuid}&how={how}"
    assert (answer.status_code, answer["Location"]) == (302, address)
    assert not Promotion.objects.exists()


def test_again_and_vary_begin_as_the_take_was_made(alice: User, project: Project, take: Take) -> None:
    take_request = TakeRequest.of(take.job)
    assert take_request.roles == Roles(first="quay")
    assert begun(project, alice, f"/?take={take.uuid}&how=again") == (take_request, take, [])
    assert begun(project, alice, f"/?take={take.uuid}") == (take_request, take, [])
    assert begun(project, alice, f"/?take={take.uuid}&how=odd") == (take_request, take, [])
    found, made_from, (said,) = begun(project, alice, f"/?take={take.uuid}&how=vary")
    assert (found, made_from) == (take_request, take)
    assert "Take 1 of 020" in said


def test_a_draft_becomes_final_in_standard_1080p(alice: User, project: Project, take: Take) -> None:
    take_request, made_from, (said,) = begun(project, alice, f"/?take={take.uuid}&how=final")
    before = TakeRequest.of(take.job)
    final = replace(before.settings, model="skyreels-v4-std", resolution="1080p")
    assert (take_request, made_from) == (replace(before, settings=final), take)
    assert ("Take 1 of 020" in said, "1080p" in said) == (True, True)


def test_a_job_without_a_take_can_be_varied_too(alice: User, project: Project) -> None:
    job = factories.job(alice, project, status=Job.Status.FAILED, prompt=PROMPT)
    take_request, made_from, (said,) = begun(project, alice, f"/?from={job.uuid}&how=vary")
    assert (take_request.prompt, made_from, str(job) in said) == (PROMPT, None, True)
    for query in ("", "&how=again", "&how=extend"):
        assert begun(project, alice, f"/?from={job.uuid}{query}") == (TakeRequest.of(job), None, [])
    draft = factories.job(alice, project, status=Job.Status.DRAFT)
    assert begun(project, alice, f"/?from={draft.uuid}") is None, "a draft goes on"


def test_files_of_another_program_are_not_lost_in_silence(alice: User, project: Project) -> None:
    plan = {"prompt": "https://", "ref_images": [{"image_urls": ["s3:media/1.png"]}]}
    job = factories.job(alice, project, status=Job.Status.FAILED, plan=plan)
    assert begun(project, alice, f"/?from={job.uuid}")[2] == []
    plan["ref_images"][0]["image_urls"].append("https://elsewhere.example/2.png")
    Job.objects.filter(pk=job.pk).update(plan=plan)
    assert len(begun(project, alice, f"/?from={job.uuid}")[2]) == 1


def test_a_take_is_extended_under_a_handle_of_its_own(
    as_alice: Client, alice: User, project: Project, take: Take
) -> None:
    address = press(as_alice, take, how="extend")["Location"]
    take_request, made_from, (said,) = begun(project, alice, address)
    assert (take_request.prompt, take_request.roles, take_request.shot, made_from) == (
        "@clip_take_1_020 ", Roles(clip="extend"), "020", take,
    )  # fmt: skip
    assert ("@clip_take_1_020" in said, "Take 1 of 020" in said) == (True, True)
    assert press(as_alice, take, how="extend")["Location"] == address
    assert Promotion.objects.count() == 1


def test_the_last_frame_becomes_the_first(
    as_alice: Client, alice: User, project: Project, take: Take
) -> None:
    address = press(as_alice, take, how="last-frame", at="0.5")["Location"]
    assert parse_qs(urlsplit(address).query)["at"] == ["1.958"]
    take_request, made_from, (said,) = begun(project, alice, address)
    assert (take_request.prompt, take_request.roles, made_from) == (
        PROMPT,
        Roles(first="frame_1_96s_take_1_020"),
        take,
    )
    assert "Take 1 of 020" in said


def test_a_new_take_goes_on_from_the_frame_that_is_shown(
    as_alice: Client, alice: User, project: Project, take: Take
) -> None:
    address = press(as_alice, take, how="from-here", at="1.271")["Location"]
    take_request, made_from, (said,) = begun(project, alice, address)
    assert (take_request.prompt, take_request.roles, made_from) == (
        PROMPT,
        Roles(first="frame_1_25s_take_1_020"),
        take,
    )
    assert "Take 1 of 020" in said


@pytest.mark.parametrize(("at", "second"), [("1.05", 1), ("0.2", -1), ("2", 2)])
def test_a_frame_becomes_a_keyframe_at_its_second(
    as_alice: Client, alice: User, project: Project, take: Take, at: str, second: int
) -> None:
    address = press(as_alice, take, how="keyframe", at=at)["Location"]
    take_request, _, _ = begun(project, alice, address)
    (keyframe,) = take_request.roles.mids
    assert keyframe == Keyframe(Promotion.objects.get().asset.handle, second)
    assert take_request.prompt == f"{PROMPT} @{keyframe.handle}"
    assert (take_request.roles.first, take_request.settings) == ("", Settings.of(take.job))


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"how": "odd"},
        {"how": "keyframe"},
        {"how": "from-here"},
        {"how": "keyframe", "at": "soon"},
        {"how": "keyframe", "at": "nan"},
        {"how": "keyframe", "at": "9"},
    ],
)
def test_an_error_is_shown_on_the_take_s_page(as_alice: Client, take: Take, sent: dict[str, str]) -> None:
    answer = as_alice.post(f"{take.get_absolute_url()}again/", sent, follow=True)
    assert answer.redirect_chain == [(take.get_absolute_url(), 302)]
    assert [message.level_tag for message in answer.context["messages"]] == ["error"]
    assert not Promotion.objects.exists()


def test_a_frame_that_has_no_handle_yet_is_told(
    as_alice: Client, alice: User, project: Project, take: Take
) -> None:
    found, made_from, (said,) = begun(project, alice, f"/?take={take.uuid}&how=extend")
    assert (found, made_from, "Take 1 of 020" in said) == (TakeRequest.of(take.job), take, True)
    address = press(as_alice, take, how="extend")["Location"]
    ingest.archive(Promotion.objects.get().asset)
    assert begun(project, alice, address)[2] == [said]


def test_the_composer_opens_with_it(as_alice: Client, take: Take) -> None:
    address = press(as_alice, take, how="last-frame")["Location"]
    answer = as_alice.get(address)
    seen, form = answer.content.decode(), answer.context["form"]
    assert (form["first_frame"].value(), form["made_from"].value()) == (
        "@frame_1_96s_take_1_020", str(take.uuid),
    )  # fmt: skip
    assert (len(answer.context["notices"]), " autofocus" in seen) == (1, True)


def test_takes_and_jobs_of_other_projects_are_nothing_to_begin_with(
    alice: User, charlie: User, project: Project
) -> None:
    theirs = make_take(charlie, factories.project(charlie))
    assert begun(project, alice, f"/?take={theirs.uuid}") is None
    assert begun(project, alice, f"/?from={theirs.job.uuid}&how=vary") is None
    assert begun(project, alice, "/?take=nothing&from=nothing&how=vary") is None


def test_only_makers_make_something_of_a_take(take: Take, charlie: User, visit: Visit) -> None:
    people = (None, "charlie", "vera", "rita", "bob", "alice")
    found = [press(visit(name), take, how="vary").status_code for name in people]
    assert found == [403, 404, 403, 403, 302, 302]
    assert visit("alice").get(f"{take.get_absolute_url()}again/").status_code == 405


def test_the_ways_stand_on_the_pages_of_take_and_job(
    as_alice: Client, alice: User, project: Project, take: Take, visit: Visit
) -> None:
    failed = factories.job(alice, project, status=Job.Status.FAILED)
    for page in (take.get_absolute_url(), take.job.get_absolute_url()):
        seen = as_alice.get(page).content.decode()
        for mode in reuse.ReuseMode:
            assert f"how={mode}" in seen or f'value="{mode}"' in seen, (page, mode)
        assert "how=again" not in visit("vera").get(page).content.decode()
    seen = as_alice.get(failed.get_absolute_url()).content.decode()
    assert ("how=vary" in seen, 'value="extend"' in seen) == (True, False)


def test_any_job_or_take_is_made_final_and_said_to_be_approved_or_not(
    as_alice: Client, alice: User, project: Project, take: Take
) -> None:
    failed = factories.job(alice, project, status=Job.Status.FAILED)
    ways = {take.job: f"?take={take.uuid}&amp;how=final", failed: f"?from={failed.uuid}&amp;how=final"}
    for job, way in ways.items():
        assert way in as_alice.get(job.get_absolute_url()).content.decode()
    seen = [as_alice.get(take.get_absolute_url()).content.decode()]
    Take.objects.filter(pk=take.pk).update(review=Take.Review.APPROVED)
    seen.append(as_alice.get(take.get_absolute_url()).content.decode())
    assert [ways[take.job] in page for page in seen] == [True, True]
    assert ["not approved yet" in page for page in seen] == [True, False]


def test_draft_and_final_are_compared_when_both_are_there(
    as_alice: Client, alice: User, project: Project, take: Take
) -> None:
    Take.objects.filter(pk=take.pk).update(review=Take.Review.APPROVED)
    made = {"model": "skyreels-v4-std", "resolution": "1080p", "made_from": take, "shot": take.shot}
    final = make_take(alice, project, **made)
    side_by_side = f"/takes/compare/?a={take.uuid}&amp;b={final.uuid}"
    for page in (take.job, final.job):
        assert side_by_side in as_alice.get(page.get_absolute_url()).content.decode()
    Take.objects.filter(pk=final.pk).update(review=Take.Review.APPROVED)
    assert "how=final" not in as_alice.get(final.job.get_absolute_url()).content.decode(), "it is final"
