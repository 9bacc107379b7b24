"""The held desk: what it shows to whom, and what its forms do without scripts."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from generation.lifecycle.held import resolve
from generation.models import Job, LedgerEntry
from generation.models.job_codes import HoldCode
from library.models import Project
from tests import factories
from tests.generation.views.conftest import Visit
from tests.generation.views.test_query_counts import queries

Status, Money = Job.Status, LedgerEntry.State
DESK = "/jobs/held/"


def held(by: User, project: Project, **fields: object) -> Job:
    """Held after a submit whose outcome is unknown, at the present provider."""
    values = {
        "provider": "sandbox",
        "frozen_at": timezone.now(),
        "hold_code": HoldCode.SUBMIT_UNCLEAR,
        "hold_data": {"message": "Gateway time-out."},
    } | fields
    job = factories.job(by, project, status=Status.HELD, **values)
    LedgerEntry.objects.filter(job=job).update(state=Money.UNCERTAIN)
    return Job.objects.select_related("ledger").get(pk=job.pk)


def late(by: User, project: Project) -> Job:
    before = timezone.now() - timedelta(hours=2)
    return factories.job(
        by,
        project,
        status=Status.RUNNING,
        provider="sandbox",
        submitted_at=before,
        late_at=before,
        next_step_at=before,
    )


@pytest.fixture
def job(alice: User, project: Project) -> Job:
    return held(alice, project)


def decide(client: Client, job: Job, action: str, **sent: str):
    return client.post(f"{job.get_absolute_url()}resolve/", {"action": action, **sent}, follow=True)


def lines_of(page: object) -> dict[str, list[Job]]:
    return {group.reason.value: [row.job for row in group.rows] for group in page.context["groups"]}


def test_it_groups_by_what_happened(as_alice: Client, alice: User, project: Project, job: Job) -> None:
    lost = held(alice, project, task_id="task_1")
    video = held(
        alice, project, task_id="task_2", result_url="https://x.example/a.mp4", cost_usd=Decimal("0.5")
    )
    slow = late(alice, project)
    for status in (Status.RUNNING, Status.FAILED, Status.QUEUED, Status.DRAFT):
        factories.job(alice, project, status=status)
    page = as_alice.get(DESK)
    assert lines_of(page) == {"sent": [job], "task": [lost], "video": [video], "late": [slow]}
    risks = [row.risk for group in page.context["groups"] for row in group.rows]
    assert risks == [
        "up to $0.32 may be lost",
        "up to $0.32 may be lost",
        "$0.50 may be lost",
        "nothing",
    ]
    seen = page.content.decode()
    assert ("Gateway time-out." in seen, "task_2" in seen, "x.example" in seen) == (True, True, False)


def test_an_empty_desk_says_what_comes_here(as_alice: Client) -> None:
    page = as_alice.get(DESK).content.decode()
    assert ('class="empty"' in page, "badge-link" in page) == (True, False)


def test_a_reader_sees_and_is_offered_nothing(job: Job, visit: Visit) -> None:
    page = visit("vera").get(DESK)
    seen = page.content.decode()
    assert lines_of(page) == {"sent": [job]}
    assert ("resolve/" in seen, "badge-link" in seen, "agreed-" in seen) == (False, False, False)


def test_a_stranger_sees_nothing_of_it(job: Job, charlie: User, visit: Visit) -> None:
    assert lines_of(visit("charlie").get(DESK)) == {}
    assert decide(visit("charlie"), job, "write_off", paid="no").status_code == 404


def test_what_is_offered_fits_the_state(as_alice: Client, alice: User, project: Project, job: Job) -> None:
    seen = as_alice.get(DESK).content.decode()
    offered = {name: f'id="{name}-{job.uuid}"' in seen for name in ("ask", "task", "agreed")}
    assert offered == {"ask": False, "task": True, "agreed": True}
    slow = late(alice, project)
    seen = as_alice.get(DESK).content.decode()
    offered = {name: f'id="{name}-{slow.uuid}"' in seen for name in ("ask", "task", "agreed")}
    assert offered == {"ask": True, "task": False, "agreed": False}


@pytest.mark.parametrize("path", ["/", "/jobs/", "/library/"])
def test_every_page_counts_what_wants_a_person(
    as_alice: Client, alice: User, project: Project, job: Job, path: str
) -> None:
    late(alice, project)
    assert as_alice.get(path).context["held_count"]() == 2


def test_asking_again(as_alice: Client, alice: User, project: Project) -> None:
    job = held(alice, project, request_body=b"{}")
    page = decide(as_alice, job, "ask")
    job.refresh_from_db()
    assert (job.status, page.redirect_chain) == (Status.SUBMITTING, [(DESK, 302)])
    assert (job.events.last().by, job.events.last().code) == (alice, "requery_submit")


def test_asking_about_all_after_an_outage(
    as_alice: Client, alice: User, project: Project, job: Job, visit: Visit
) -> None:
    links = [
        held(alice, project, task_id=f"task_{n}", result_url="https://x.example/a.mp4") for n in range(3)
    ]
    assert 'name="doubt"' in as_alice.get(DESK).content.decode()
    visit("vera").post(f"{DESK}ask/", {"doubt": "video"})
    assert set(Job.objects.values_list("status", flat=True)) == {Status.HELD}

    page = as_alice.post(f"{DESK}ask/", {"doubt": "video"}, follow=True)
    assert {Job.objects.get(pk=one.pk).status for one in links} == {Status.STORING}
    assert lines_of(page) == {"sent": [job]}
    as_alice.post(f"{DESK}ask/", {"doubt": "video"}, follow=True)
    assert {Job.objects.get(pk=one.pk).events.count() for one in links} == {1}


def test_sending_again_wants_to_be_agreed_to(as_alice: Client, job: Job) -> None:
    page = decide(as_alice, job, "send")
    assert (page.status_code, Job.objects.count()) == (409, 1)
    assert page.context["groups"][0].rows[0].error

    page = decide(as_alice, job, "send", agreed="on")
    row = page.context["groups"][0].rows[0]
    assert (page.status_code, Job.objects.count()) == (200, 2)
    assert (row.job, "send" in row.actions) == (job, False)
    assert row.second == Job.objects.get(form_key=resolve.resubmit_key(job))
    assert row.second.get_absolute_url() in page.content.decode()


@pytest.mark.parametrize(("paid", "state"), [("yes", Money.SETTLED), ("no", Money.REFUNDED)])
def test_writing_off(as_alice: Client, job: Job, paid: str, state: str) -> None:
    page = decide(as_alice, job, "write_off", paid=paid)
    job = Job.objects.select_related("ledger").get(pk=job.pk)
    assert (job.status, job.ledger.state) == (Status.FAILED, state)
    assert (lines_of(page), job.error_code) == ({}, "written_off")


@pytest.mark.parametrize(
    ("action", "sent"),
    [("", {}), ("forget", {}), ("write_off", {}), ("write_off", {"paid": "maybe"}), ("ask", {})],
)
def test_what_is_no_decision_changes_nothing_and_says_so(
    as_alice: Client, job: Job, action: str, sent: dict
) -> None:
    page = decide(as_alice, job, action, **sent)
    assert page.status_code == 409
    assert page.context["groups"][0].rows[0].error
    job.refresh_from_db()
    assert (job.status, job.events.count()) == (Status.HELD, 0)


def test_a_wrong_task_id_stays_in_its_field(
    as_alice: Client, alice: User, project: Project, job: Job
) -> None:
    other = factories.job(alice, project, status=Status.RUNNING, provider="sandbox", task_id="task_theirs")
    page = decide(as_alice, job, "attach", task_id="task_theirs")
    seen = page.content.decode()
    assert str(other) in page.context["groups"][0].rows[0].error
    assert 'value="task_theirs"' in seen


def test_who_comes_second_is_told(as_alice: Client, job: Job, visit: Visit) -> None:
    decide(visit("bob"), job, "write_off", paid="no")
    page = decide(as_alice, job, "write_off", paid="yes")
    assert page.status_code == 409
    assert page.context["refusal"].job == job


@pytest.mark.usefixtures("sandbox")
def test_attaching(as_alice: Client, alice: User, project: Project, sandbox: object, job: Job) -> None:
    body = b'{"model":"skyreels-v4-fast","prompt":"a quay","duration":3,"resolution":"480p"}'
    made, _ = sandbox.task_service.submit(body, "found-by-hand", {})
    task = made["data"][0]["task_id"]
    page = decide(as_alice, job, "attach", task_id=task)
    job.refresh_from_db()
    assert (page.status_code, job.status, job.task_id) == (200, Status.RUNNING, task)


def test_a_long_desk_pages(as_alice: Client, alice: User, project: Project) -> None:
    made = [held(alice, project).pk for _ in range(35)]
    first = as_alice.get(DESK)
    second = as_alice.get(DESK, {"before": first.context["next"]})
    assert [job.pk for page in (first, second) for job in lines_of(page)["sent"]] == made[::-1]


def test_three_cost_as_much_as_one(as_alice: Client, alice: User, project: Project, job: Job) -> None:
    one = queries(as_alice, DESK)
    for _ in range(2):
        held(alice, project)
        late(alice, factories.project(alice))
    assert queries(as_alice, DESK) == one


def test_a_held_job_s_page_leads_to_its_line(as_alice: Client, job: Job) -> None:
    assert f'href="/jobs/held/#job-{job.uuid}"' in as_alice.get(job.get_absolute_url()).content.decode()
    assert f'id="job-{job.uuid}"' in as_alice.get(DESK).content.decode()
