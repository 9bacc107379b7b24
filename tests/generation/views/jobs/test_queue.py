"""The queue's face: places and etas, priorities, pausing a project, abandoning what runs."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from generation.lifecycle.queue.eta import Blocked
from generation.models import GatewayState, Job, Production
from library.models import Project
from tests import factories
from tests.generation.views.conftest import make_take

pytestmark = pytest.mark.django_db
Status, Priority = Job.Status, Job.Priority


@pytest.fixture
def waits(alice: User, project: Project):
    def make(**fields: object) -> Job:
        return factories.job(alice, project, status=Status.QUEUED, next_step_at=timezone.now(), **fields)

    return make


def page(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def test_the_place_and_the_end_are_told(as_alice: Client, waits) -> None:
    first, second = waits(), waits()
    assert "Next in the queue, ready in about 1 min" in page(as_alice, first.get_absolute_url())
    assert "1 job ahead, ready in about 1 min" in page(as_alice, second.get_absolute_url())
    assert "1 job ahead" in page(as_alice, "/jobs/")
    assert "1 job ahead" in page(as_alice, "/")


def test_what_runs_tells_its_end(as_alice: Client, alice: User, project: Project) -> None:
    now = timezone.now()
    new = factories.job(alice, project, status=Status.RUNNING, submitted_at=now, resolution="1080p")
    old = factories.job(alice, project, status=Status.RUNNING, submitted_at=now - timedelta(minutes=20))
    assert "Ready in about 3 min" in page(as_alice, new.get_absolute_url())
    assert "Taking longer than usual" in page(as_alice, old.get_absolute_url())


def test_a_page_is_refreshed_when_a_place_has_changed(as_alice: Client, waits) -> None:
    waits()
    second = waits()
    mark = as_alice.get("/jobs/").context["mark"]
    assert as_alice.get("/jobs/", {"live": mark}).status_code == 204
    as_alice.post(f"{second.get_absolute_url()}priority/", {"priority": Priority.REVIEW})
    assert as_alice.get("/jobs/", {"live": mark}).status_code == 200


def test_priorities_are_raised_and_lowered_while_it_waits(as_alice: Client, waits) -> None:
    job = waits()
    for priority in (Priority.REVIEW, Priority.NORMAL, Priority.BULK):
        as_alice.post(f"{job.get_absolute_url()}priority/", {"priority": priority})
        job.refresh_from_db()
        assert job.priority == priority
    assert job.events.count() == 3


@pytest.mark.parametrize("priority", ["", "nonsense", "15", "-10", "²"])
def test_a_made_up_priority_changes_nothing_and_says_so(as_alice: Client, waits, priority: str) -> None:
    job = waits()
    answer = as_alice.post(f"{job.get_absolute_url()}priority/", {"priority": priority}, follow=True)
    job.refresh_from_db()
    assert job.priority == Priority.NORMAL
    assert [message.level_tag for message in answer.context["messages"]] == ["error"]


def test_the_priority_of_what_was_sent_stays(as_alice: Client, alice: User, project: Project) -> None:
    job = factories.job(alice, project, status=Status.RUNNING)
    answer = as_alice.post(f"{job.get_absolute_url()}priority/", {"priority": 20}, follow=True)
    job.refresh_from_db()
    assert (job.priority, job.events.count()) == (Priority.NORMAL, 0)
    assert [message.level_tag for message in answer.context["messages"]] == ["info"]


def test_a_project_is_paused_and_resumed(as_alice: Client, waits, project: Project) -> None:
    job = waits()
    address = f"{project.get_absolute_url()}queue/"
    as_alice.post(address, {"paused": "1"}, HTTP_REFERER="http://testserver/jobs/", follow=True)
    assert "Paused by <bdi>alice</bdi>" in page(as_alice, project.get_absolute_url())
    assert escape(Blocked.PROJECT_PAUSED.label).capitalize() in page(as_alice, job.get_absolute_url())
    as_alice.post(address, {"paused": "1"})
    assert job.events.count() == 1, "pausing twice is noted once"
    as_alice.post(address, {"paused": "0"})
    assert not Production.objects.get(project=project).paused_at
    assert job.events.last().code == "queue_resumed"
    assert "Next in the queue" in page(as_alice, job.get_absolute_url())


def test_a_paused_project_stands_on_the_page_of_jobs_with_its_button(as_alice: Client, visit, waits) -> None:
    waits()
    waits()
    Production.objects.create(project=Project.objects.get(), paused_at=timezone.now())
    queue = as_alice.get("/jobs/").context["queues"]
    assert [(one.slug, one.waiting, one.is_paused, one.can_edit) for one in queue] == [
        ("harbour-lights", 2, True, True)
    ]
    assert [one.can_edit for one in visit("vera").get("/jobs/").context["queues"]] == [False]


def test_what_runs_is_abandoned_and_taken_back(as_alice: Client, alice: User, project: Project) -> None:
    job = factories.job(alice, project, status=Status.RUNNING)
    address = f"{job.get_absolute_url()}abandon/"
    as_alice.post(address, {"abandoned": "1"})
    assert 'id="reclaim"' in page(as_alice, job.get_absolute_url())
    assert "Abandoned" in page(as_alice, "/jobs/")
    as_alice.post(address, {"abandoned": "0"})
    job.refresh_from_db()
    assert (job.abandoned_at, job.status, job.events.count()) == (None, Status.RUNNING, 2)


@pytest.mark.parametrize("status", [Status.QUEUED, Status.FAILED, Status.HELD, Status.SUCCEEDED])
def test_only_what_was_sent_is_abandoned(
    as_alice: Client, alice: User, project: Project, status: str
) -> None:
    job = factories.job(alice, project, status=status)
    answer = as_alice.post(f"{job.get_absolute_url()}abandon/", follow=True)
    job.refresh_from_db()
    assert (job.abandoned_at, job.events.count()) == (None, 0)
    assert [message.level_tag for message in answer.context["messages"]] == ["error"]


@pytest.mark.usefixtures("s3")
def test_the_take_of_an_abandoned_job_stands_in_nobodys_way(
    as_alice: Client, alice: User, project: Project
) -> None:
    wanted, unwanted = make_take(alice, project), make_take(alice, project)
    Job.objects.filter(pk=unwanted.job_id).update(abandoned_at=timezone.now())
    for address in ("/", project.get_absolute_url()):
        assert list(as_alice.get(address).context["takes"]) == [wanted]
    assert set(as_alice.get("/takes/").context["takes"]) == {wanted, unwanted}
    assert "abandoned" in page(as_alice, "/takes/")
    assert "Abandoned" in page(as_alice, unwanted.get_absolute_url())


def test_why_nothing_is_sent_stands_on_every_page(
    as_alice: Client, alice: User, project: Project, client: Client, settings: object
) -> None:
    GatewayState.objects.create(
        base_url=settings.SKYREELS_BASE_URL,
        paused_at=timezone.now(),
        paused_reason="The balance at SkyReels is used up.",
    )
    client.force_login(factories.person("sara", is_staff=True))
    for address in ("/", "/library/", "/takes/", "/account/tokens/"):
        mine, plain = page(client, address), page(as_alice, address)
        assert ("balance at SkyReels is used up" in mine, "gateway/resume/" in mine) == (True, True)
        assert ("balance at SkyReels" in plain, "Sending to the provider is paused" in plain) == (False, True)
    client.post("/gateway/resume/")
    assert not GatewayState.objects.get().paused_at
    assert "Sending to the provider is paused" not in page(as_alice, "/")
