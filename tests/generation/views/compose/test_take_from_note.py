"""From a note to the next take: what the composer begins with, where the frame goes, and that the link survives."""

from itertools import islice
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import av
import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from PIL import Image, ImageChops, ImageStat

from generation import lifecycle
from generation.composition import Keyframe, Roles, Settings, TakeRequest
from generation.forms.composer import MID_ROWS
from generation.models import Batch, Job, Note, Promotion, Shot, Take
from generation.reviews.notes import notes, threads
from generation.reviews.verdicts import verdicts
from generation.views.compose.take_from_note import FramePosition, with_frame
from library import storage
from library.models import Asset, Project
from tests import factories
from tests.generation.films import stored_take
from tests.generation.views.conftest import Visit, composed, make_take

COMPOSER = "/projects/harbour-lights/new/"
PROMPT = "a lantern on the quay"
FRAME = 29  # 1.2 s of 24 frames each


@pytest.fixture
def take(s3: None, alice: User, project: Project) -> Take:
    shot = Shot.objects.create(project=project, code="020")
    return stored_take(alice, project, shot=shot, prompt=PROMPT, duration=5)


@pytest.fixture
def note(take: Take, rita: User) -> Note:
    return Note.objects.create(take=take, author=rita, text="The lantern comes too early", frame=FRAME)


@pytest.fixture
def far_note(alice: User, rita: User, project: Project) -> Note:
    """On a take without a film: for what needs no frame."""
    return Note.objects.create(
        take=make_take(alice, project, prompt=PROMPT), author=rita, text="Slower", frame=58
    )


def press(client: Client, note: Note, **sent: str) -> HttpResponse:
    return client.post(f"/notes/{note.uuid}/next/", sent)


def made() -> Job:
    return Job.objects.exclude(status=Job.Status.SUCCEEDED).get()


def test_the_composer_begins_with_the_take_and_quotes_the_note(as_alice: Client, far_note: Note) -> None:
    answer = press(as_alice, far_note)
    assert (answer.status_code, answer["Location"]) == (302, f"{COMPOSER}?note={far_note.uuid}")
    page = as_alice.get(answer["Location"])
    form, seen = page.context["form"], page.content.decode()
    assert form.take_request() == TakeRequest.of(far_note.take.job)
    assert (form["made_from"].value(), form["answers"].value()) == (
        str(far_note.take.uuid),
        str(far_note.uuid),
    )
    for text in (
        "rita",
        "00:02.10",
        "Slower",
        'value="first"',
        'value="mid"',
        'value="end"',
        far_note.get_absolute_url(),
    ):
        assert text in seen, text
    assert not Promotion.objects.exists(), "nothing is made of a frame that nobody has chosen"


@pytest.mark.parametrize(
    ("part", "roles", "prompt"),
    [
        ("first", Roles(first="frame_1_21s_take_1_020"), PROMPT),
        ("mid", Roles(mids=(Keyframe("frame_1_21s_take_1_020", 1),)), f"{PROMPT} @frame_1_21s_take_1_020"),
        ("end", Roles(end="frame_1_21s_take_1_020"), PROMPT),
    ],
)
def test_the_frame_goes_where_it_is_wanted(
    as_alice: Client, note: Note, part: str, roles: Roles, prompt: str
) -> None:
    address = press(as_alice, note, part=part)["Location"]
    assert parse_qs(urlsplit(address).query)["part"] == [part]
    page = as_alice.get(address)
    take_request = page.context["form"].take_request()
    assert (take_request.roles, take_request.prompt, take_request.shot, page.context["quote"].errors) == (
        roles,
        prompt,
        "020",
        0,
    )


def test_it_is_exactly_the_note_s_frame(as_alice: Client, note: Note, tmp_path: Path) -> None:
    press(as_alice, note, part="end")
    film = tmp_path / "film.mp4"
    storage.download(note.take.key, film)
    with av.open(str(film)) as container:
        wanted = next(islice(container.decode(video=0), FRAME, None)).to_image()
    key = Asset.objects.get().current_version.files.get().media.key
    storage.download(key, tmp_path / "frame.png")
    taken = Image.open(tmp_path / "frame.png").convert("RGB")
    assert max(ImageStat.Stat(ImageChops.difference(taken, wanted)).mean) == 0


def test_a_script_gets_the_handle_of_the_frame(as_alice: Client, note: Note) -> None:
    ask = {"HTTP_ACCEPT": "application/json"}
    found = as_alice.post(f"/notes/{note.uuid}/next/", {"part": "mid"}, **ask).json()
    assert (found["handle"], found["second"], found["thumbnail"].startswith("http")) == (
        "frame_1_21s_take_1_020", 1, True,
    )  # fmt: skip
    Note.objects.filter(pk=note.pk).update(frame=None)
    refused = as_alice.post(f"/notes/{note.uuid}/next/", {"part": "mid"}, **ask)
    assert (refused.status_code, "has no frame" in refused.json()["problem"]) == (409, True)


def test_without_a_script_the_typed_form_comes_back_with_the_frame(as_alice: Client, note: Note) -> None:
    typed = composed(
        prompt="a storm lantern", answers=note.uuid, made_from=note.take.uuid, takes="2", shot="030"
    )
    page = as_alice.post(f"{COMPOSER}check/", typed | {"part": "mid"})
    form = page.context["form"]
    assert form["prompt"].value() == "a storm lantern @frame_1_21s_take_1_020"
    kept = {
        "mid_1": "@frame_1_21s_take_1_020", "mid_1_at": "1", "takes": "2", "shot": "030",
        "answers": str(note.uuid), "form_key": typed["form_key"],
    }  # fmt: skip
    assert {name: str(form[name].value()) for name in kept} == kept
    assert len(page.context["notices"]) == 1
    moved = typed | {
        "prompt": form["prompt"].value(),
        "mid_1": form["mid_1"].value(),
        "mid_1_at": 1,
        "part": "first",
    }
    form = as_alice.post(f"{COMPOSER}check/", moved).context["form"]
    assert form.roles() == Roles(first="frame_1_21s_take_1_020")


def test_a_note_on_the_whole_take_offers_no_frame(as_alice: Client, far_note: Note) -> None:
    Note.objects.filter(pk=far_note.pk).update(frame=None)
    seen = as_alice.get(press(as_alice, far_note)["Location"]).content.decode()
    assert ("Slower" in seen, "note-frame-told" in seen, "00:02.10" in seen) == (True, False, False)
    answer = as_alice.post(f"/notes/{far_note.uuid}/next/", {"part": "end"}, follow=True)
    assert [message.level_tag for message in answer.context["messages"]] == ["error"]


def test_a_film_that_is_gone_leaves_the_rest(as_alice: Client, s3: None, far_note: Note) -> None:
    answer = as_alice.post(f"/notes/{far_note.uuid}/next/", {"part": "end"}, follow=True)
    assert [message.level_tag for message in answer.context["messages"]] == ["error"]
    assert "Slower" in answer.content.decode()


@pytest.mark.parametrize(("second", "at"), [(0, -1), (1, 1), (4, 4), (5, -1), (9, -1)])
def test_a_keyframe_stands_at_its_second_where_the_take_has_one(second: int, at: int) -> None:
    take_request = with_frame(TakeRequest("x", Settings(duration=5)), "quay", FramePosition.MID, second)
    assert take_request == TakeRequest("x @quay", Settings(duration=5), Roles(mids=(Keyframe("quay", at),)))


def test_one_picture_has_one_place_and_others_keep_theirs() -> None:
    before = TakeRequest("@Quay at dusk", roles=Roles(first="Quay", mids=(Keyframe("roofs", 2),), end="pier"))
    moved = with_frame(before, "quay", FramePosition.MID, 3)
    assert moved == TakeRequest(
        "@Quay at dusk", roles=Roles(mids=(Keyframe("roofs", 2), Keyframe("quay", 3)), end="pier")
    )
    full = TakeRequest("x", roles=Roles(mids=tuple(Keyframe(f"k{row}", row) for row in MID_ROWS)))
    assert with_frame(full, "quay", FramePosition.MID, 3) is None
    assert with_frame(full, "k2", FramePosition.MID, 3).roles.mids[-1] == Keyframe("k2", 3)


def test_the_job_answers_the_note_in_the_same_stack_and_goes_first(as_alice: Client, note: Note) -> None:
    form = as_alice.get(press(as_alice, note)["Location"]).context["form"]
    sent = composed(prompt=PROMPT, shot=form["shot"].value(), answers=note.uuid, made_from=note.take.uuid)
    as_alice.post(COMPOSER, sent)
    job = made()
    assert (job.for_note, job.shot, job.made_from, job.priority) == (
        note, note.take.shot, note.take, Job.Priority.REVIEW,
    )  # fmt: skip
    seen = as_alice.get(job.get_absolute_url()).content.decode()
    for text in (
        note.get_absolute_url(),
        "rita",
        "00:01.05",
        "The lantern comes too early",
    ):
        assert text in seen, text


def test_a_refused_form_still_knows_its_note(as_alice: Client, far_note: Note) -> None:
    page = as_alice.post(COMPOSER, composed(prompt="@nobody waits", answers=far_note.uuid))
    assert (page.status_code, page.context["quoted"].note) == (422, far_note)
    assert str(far_note.uuid) in str(page.context["form"]["answers"])


def test_a_draft_keeps_the_note(as_alice: Client, far_note: Note) -> None:
    kept = as_alice.post(f"{COMPOSER}draft/", composed(answers=far_note.uuid)).json()
    page = as_alice.get(kept["address"])
    assert (page.context["quoted"].note, made().for_note) == (far_note, far_note)


def test_each_of_several_takes_answers_it(as_alice: Client, far_note: Note) -> None:
    sent = composed(takes="2", answers=far_note.uuid)
    agreed = as_alice.post(COMPOSER, sent).context["quote"].agreed
    as_alice.post(COMPOSER, sent | {"agreed": agreed})
    assert [job.for_note for job in Batch.objects.get().jobs.all()] == [far_note, far_note]


@pytest.mark.parametrize("how", ["", "&how=again", "&how=vary"])
def test_a_failed_answer_can_be_made_again(
    as_alice: Client, alice: User, project: Project, far_note: Note, how: str
) -> None:
    failed = factories.job(alice, project, status=Job.Status.FAILED, for_note=far_note)
    page = as_alice.get(f"{COMPOSER}?from={failed.uuid}{how}")
    assert page.context["quoted"].note == far_note
    as_alice.post(f"{failed.get_absolute_url()}retry/")
    assert Job.objects.get(status=Job.Status.QUEUED).for_note == far_note


def test_what_is_resolved_is_not_answered_once_more_by_chance(
    as_alice: Client, alice: User, project: Project, far_note: Note
) -> None:
    answer = make_take(alice, project, for_note=far_note)
    assert as_alice.get(f"{COMPOSER}?take={answer.uuid}&how=vary").context["quoted"].note == far_note
    assert as_alice.get(f"{COMPOSER}?take={answer.uuid}&how=extend").context["quoted"] is None, (
        "what comes next"
    )
    Note.objects.filter(pk=far_note.pk).update(resolved_at=far_note.created_at)
    assert as_alice.get(f"{COMPOSER}?take={answer.uuid}&how=vary").context["quoted"] is None
    quoted = as_alice.get(press(as_alice, far_note)["Location"]).content.decode().split('id="quoted-head"')[1]
    assert "badge-ok" in quoted.split("</h2>")[0]


def test_a_reply_leads_to_the_note_that_began_the_thread(as_alice: Client, bob: User, far_note: Note) -> None:
    reply = Note.objects.create(take=far_note.take, parent=far_note, author=bob, text="Yes")
    assert press(as_alice, reply)["Location"] == f"{COMPOSER}?note={far_note.uuid}"


def test_notes_of_elsewhere_and_deleted_ones_are_passed_over(
    as_alice: Client, charlie: User, far_note: Note
) -> None:
    theirs = Note.objects.create(
        take=make_take(charlie, factories.project(charlie)), author=charlie, text="No"
    )
    Note.objects.filter(pk=far_note.pk).update(deleted_at=far_note.created_at)
    for uuid in (theirs.uuid, far_note.uuid, "nothing"):
        assert as_alice.get(f"{COMPOSER}?note={uuid}").context["quoted"] is None
    as_alice.post(COMPOSER, composed(answers=theirs.uuid))
    assert Job.objects.get(status=Job.Status.QUEUED).for_note is None
    assert [press(as_alice, note).status_code for note in (theirs, far_note)] == [404, 404]


def test_ended_rights_are_told_as_ever(
    as_alice: Client, alice: User, project: Project, s3: None, rita: User
) -> None:
    quay = factories.asset(alice, handle="Quay", kind=Asset.Kind.IMAGE, project=project)
    note = Note.objects.create(
        take=make_take(alice, project, prompt="@Quay at dusk"), author=rita, text="Again"
    )
    Asset.objects.filter(pk=quay.pk).update(rights_end_on="2020-01-31")
    page = as_alice.get(press(as_alice, note)["Location"])
    assert page.context["quote"].errors == 1
    assert "rights" in page.content.decode()


def test_only_makers_make_the_next_take(far_note: Note, charlie: User, visit: Visit) -> None:
    people = (None, "charlie", "vera", "rita", "bob", "alice")
    answers = [press(visit(name), far_note) for name in people]
    assert [answer.status_code for answer in answers] == [302, 404, 403, 403, 302, 302]
    assert answers[0]["Location"].startswith("/login/")
    assert visit("alice").get(f"/notes/{far_note.uuid}/next/").status_code == 405


def test_the_note_says_what_was_made_for_it_and_its_list_follows(
    as_alice: Client, alice: User, project: Project, far_note: Note
) -> None:
    url = f"/takes/{far_note.take.uuid}/notes/"
    assert "note-act-next" in as_alice.get(url).content.decode()
    before = threads.count_threads(far_note.take).mark
    job = lifecycle.create(by=alice, project=project, prompt="a quay", settings=Settings(), for_note=far_note)
    assert 'data-followup="queued"' in as_alice.get(f"{url}?live={before}").content.decode()
    now = threads.count_threads(far_note.take).mark
    assert as_alice.get(f"{url}?live={now}", headers={"HX-Request": "true"}).status_code == 204
    lifecycle.cancel(job, by=alice)
    assert 'data-followup="cancelled"' in as_alice.get(f"{url}?live={now}").content.decode()
    assert threads.count_threads(far_note.take).mark != now


def test_the_list_follows_what_is_decided_of_an_answer(far_note: Note, alice: User, bob: User) -> None:
    marks = [threads.count_threads(far_note.take).mark]
    answer = make_take(bob, far_note.take.project, for_note=far_note)
    marks.append(threads.count_threads(far_note.take).mark)
    verdicts.decide(answer, decision="rejected", by=alice, reason="Not yet.")
    marks.append(threads.count_threads(far_note.take).mark)
    verdicts.withdraw(answer, by=alice)
    marks.append(threads.count_threads(far_note.take).mark)
    assert len(set(marks)) == 4


def test_the_list_follows_how_many_approvals_the_project_asks_for(
    far_note: Note, alice: User, bob: User
) -> None:
    project = far_note.take.project
    answer = make_take(bob, project, for_note=far_note)
    notes.resolve(far_note, by=bob)
    verdicts.decide(answer, decision="approved", by=alice)
    before = threads.count_threads(far_note.take).mark
    verdicts.set_approvals_needed(project, approvals=2, by=alice)
    assert threads.count_threads(far_note.take).mark != before
