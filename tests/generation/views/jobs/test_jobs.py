"""Jobs: the list, the live parts that stop by themselves, the story, cancel and retry."""

import json

import pytest
from django.contrib.auth.models import User
from django.test import Client

from generation.models import GatewayState, Job, JobEvent
from library.models import Project
from tests import factories
from tests.generation.views.conftest import make_take

Status = Job.Status
POLLS = 'hx-trigger="every 1s"'


@pytest.fixture
def job(alice: User, project: Project) -> Job:
    return factories.job(alice, project, status=Status.RUNNING, progress=40)


@pytest.mark.parametrize("status", [Status.QUEUED, Status.SUBMITTING, Status.RUNNING, Status.STORING])
def test_a_job_in_hand_refreshes_itself(as_alice: Client, alice: User, project: Project, status: str) -> None:
    job = factories.job(alice, project, status=status)
    assert POLLS in as_alice.get(job.get_absolute_url()).content.decode()
    assert POLLS in as_alice.get("/jobs/").content.decode()


@pytest.mark.parametrize("status", [Status.FAILED, Status.HELD, Status.CANCELLED, Status.DRAFT])
def test_a_job_that_rests_does_not(as_alice: Client, alice: User, project: Project, status: str) -> None:
    job = factories.job(alice, project, status=status)
    assert POLLS not in as_alice.get(job.get_absolute_url()).content.decode()
    assert POLLS not in as_alice.get(f"{job.get_absolute_url()}live/", {"live": "old"}).content.decode()
    assert POLLS not in as_alice.get("/jobs/").content.decode()


def test_a_finished_job_shows_its_take_and_stops(as_alice: Client, alice: User, project: Project) -> None:
    take = make_take(alice, project)
    seen = as_alice.get(f"{take.job.get_absolute_url()}live/", {"live": "old"}).content.decode()
    assert (POLLS in seen, take.get_absolute_url() in seen, "<html" in seen) == (False, True, False)


def test_nothing_is_answered_when_nothing_has_changed(as_alice: Client, job: Job) -> None:
    address = f"{job.get_absolute_url()}live/"
    mark = as_alice.get(job.get_absolute_url()).context["mark"]
    assert as_alice.get(address, {"live": mark}).status_code == 204
    JobEvent.objects.create(job=job, status=job.status, code="late")
    assert job.events.get().text in as_alice.get(address, {"live": mark}).content.decode()


def test_a_transition_brings_the_request_along(as_alice: Client, job: Job) -> None:
    address = f"{job.get_absolute_url()}live/"
    same = as_alice.get(address, {"live": "old", "status": "running"}).content.decode()
    moved = as_alice.get(address, {"live": "old", "status": "submitting"}).content.decode()
    assert ("hx-swap-oob" in same, "hx-swap-oob" in moved) == (False, True)


def test_the_list_refreshes_as_a_fragment(as_alice: Client, job: Job) -> None:
    page = as_alice.get("/jobs/", {"status": "in-hand"})
    assert f'hx-get="/jobs/?status=in-hand&amp;live={page.context["mark"]}"' in page.content.decode()
    assert as_alice.get("/jobs/", {"status": "in-hand", "live": page.context["mark"]}).status_code == 204
    Job.objects.update(progress=60)
    fragment = as_alice.get("/jobs/", {"status": "in-hand", "live": page.context["mark"]}).content.decode()
    assert ("60 %" in fragment, "<html" in fragment) == (True, False)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("", {"queued", "running", "failed", "held", "cancelled"}),
        ("in-hand", {"queued", "running"}),
        ("succeeded", set()),
        ("failed", {"failed"}),
        ("held", {"held"}),
        ("cancelled", {"cancelled"}),
        ("nonsense", {"queued", "running", "failed", "held", "cancelled"}),
        ("a\0b", {"queued", "running", "failed", "held", "cancelled"}),
    ],
)
def test_the_list_by_status(
    as_alice: Client, alice: User, project: Project, status: str, expected: set
) -> None:
    for made in (Status.QUEUED, Status.RUNNING, Status.FAILED, Status.HELD, Status.CANCELLED):
        factories.job(alice, project, status=made)
    page = as_alice.get("/jobs/", {"status": status})
    assert {job.status for job in page.context["jobs"]} == expected


def test_a_long_list_pages_without_gap_or_repeat(as_alice: Client, alice: User, project: Project) -> None:
    made = [factories.job(alice, project, status=Status.FAILED).pk for _ in range(35)]
    first = as_alice.get("/jobs/")
    second = as_alice.get("/jobs/", {"before": first.context["next"]})
    seen = [job.pk for page in (first, second) for job in page.context["jobs"]]
    assert (seen, second.context["next"]) == (made[::-1], None)


@pytest.mark.parametrize("before", ["nonsense", "-1", "9" * 40, "²"])
def test_a_made_up_place_in_the_list_is_no_error(as_alice: Client, job: Job, before: str) -> None:
    assert as_alice.get("/jobs/", {"before": before}).status_code == 200


def test_the_request_is_shown_without_what_opens_something(as_alice: Client, job: Job) -> None:
    url = "https://s3.example/backlot/media/a.png"
    body = {
        "prompt": "what? @Mara",
        "ref_images": [{"image_urls": [f"{url}?X-Amz-Signature=secret&X-Amz-Date=1"]}],
        "webhook": "https://backlot.example/hooks/skyreels/secret-token_1",
    }
    Job.objects.update(request_body=json.dumps(body).encode())
    page = as_alice.get(job.get_absolute_url())
    shown = json.loads(page.context["request_json"])
    assert shown == {
        "prompt": "what? @Mara",
        "ref_images": [{"image_urls": [url]}],
        "webhook": "https://backlot.example/hooks/skyreels/…",
    }
    assert "secret" not in page.content.decode()


def test_the_page_says_why_nothing_is_sent(
    as_alice: Client, alice: User, project: Project, settings: object
) -> None:
    job = factories.job(alice, project, status=Status.QUEUED)
    GatewayState.objects.create(
        base_url=settings.SKYREELS_BASE_URL, paused_at=job.created_at, paused_reason="The balance is used up."
    )
    assert "The balance is used up." in as_alice.get(job.get_absolute_url()).content.decode()


def test_cancel_takes_a_waiting_job_back(as_alice: Client, alice: User, project: Project) -> None:
    job = factories.job(alice, project, status=Status.QUEUED)
    page = as_alice.post(f"{job.get_absolute_url()}cancel/", follow=True)
    job.refresh_from_db()
    assert (job.status, job.ledger.state) == ("cancelled", "refunded")
    assert f"{job.get_absolute_url()}retry/" in page.content.decode()


def test_cancel_of_a_sent_job_says_why_not(as_alice: Client, job: Job) -> None:
    page = as_alice.post(f"{job.get_absolute_url()}cancel/", follow=True)
    job.refresh_from_db()
    assert job.status == "running"
    assert "the provider cannot cancel" in page.content.decode()


def test_retry_makes_a_new_job(as_alice: Client, alice: User, project: Project) -> None:
    job = factories.job(alice, project, status=Status.FAILED, prompt="a ferry", duration=7)
    answer = as_alice.post(f"{job.get_absolute_url()}retry/")
    made = Job.objects.exclude(pk=job.pk).get()
    assert answer.headers["Location"] == made.get_absolute_url()
    assert (made.status, made.prompt, made.duration) == ("queued", "a ferry", 7)


def test_retry_pressed_twice_makes_one_job(as_alice: Client, alice: User, project: Project) -> None:
    job = factories.job(alice, project, status=Status.FAILED)
    key = as_alice.get(job.get_absolute_url()).context["form_key"]
    for _ in range(2):
        as_alice.post(f"{job.get_absolute_url()}retry/", {"form_key": key})
    assert Job.objects.exclude(pk=job.pk).count() == 1


def test_retry_that_cannot_be_says_why(as_alice: Client, alice: User, project: Project) -> None:
    job = factories.job(alice, project, status=Status.FAILED, prompt="@Gone waves")
    page = as_alice.post(f"{job.get_absolute_url()}retry/", follow=True)
    assert Job.objects.count() == 1
    assert "@Gone is not in the library." in page.content.decode()


def test_a_reader_is_offered_no_action(job: Job, visit: object) -> None:
    Job.objects.update(status=Status.QUEUED)
    assert "cancel/" not in visit("vera").get(job.get_absolute_url()).content.decode()


def test_a_draft_has_no_price_and_is_written_on_before_it_is_discarded(
    as_alice: Client, alice: User, project: Project
) -> None:
    draft = factories.job(alice, project, status=Status.DRAFT, estimate_usd=0)
    seen = as_alice.get(draft.get_absolute_url()).content.decode()
    assert seen.index(f"?from={draft.uuid}") < seen.index('id="cancel"')
    assert "$0.00" not in seen
    assert "$0.00" not in as_alice.get("/jobs/").content.decode()


def test_the_list_names_the_project_that_it_is_narrowed_to(
    as_alice: Client, project: Project, charlie: User
) -> None:
    factories.project(charlie, name="Far Shore", slug="far-shore")
    assert f"<bdi>{project.name}</bdi> ×" in as_alice.get(f"/jobs/?project={project.slug}").content.decode()
    strange = as_alice.get("/jobs/?project=far-shore").content.decode()
    assert ("<bdi>far-shore</bdi> ×" in strange, "Far Shore" in strange) == (True, False)
