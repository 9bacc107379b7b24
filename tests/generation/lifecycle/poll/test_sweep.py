"""The sweep: shares of several hosts, slow answers, what is learnt, what is late, and what waits."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from generation import lifecycle
from generation.lifecycle.poll import heartbeats, sweep
from generation.lifecycle.poll.heartbeats import Shard, SweepLease
from generation.lifecycle.poll.requeue import Redispatcher
from generation.lifecycle.poll.sweep import claim_polls
from generation.lifecycle.queue import rate_limit
from generation.lifecycle.render_times import poll_schedule
from generation.models import Heartbeat, Job, RenderTime
from generation.supervision.processes import heartbeat_monitor
from tests import factories
from tests.generation.lifecycle.conftest import make_due

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("s3")]
Status = Job.Status


@pytest.fixture
def running(queued, bring_to, sandbox):
    return lambda *args, **kwargs: bring_to(queued(*args, **kwargs), Status.RUNNING)


@pytest.fixture
def due_jobs(alice, project, settings):
    """Bare rows of jobs that run and are due since a moment."""

    def make(count, *, within=project, ago=0.5):
        since = timezone.now() - timedelta(seconds=ago)
        place = {"provider": "sandbox", "base_url": settings.SKYREELS_BASE_URL}
        made = [
            factories.job(alice, within, status=Status.RUNNING, next_step_at=since, **place)
            for _ in range(count)
        ]
        return {job.pk for job in made}

    return make


def keys(questions):
    return {question.job.pk for question in questions}


def live_host(name):
    Heartbeat.objects.create(name=heartbeats.heartbeat_name(name), beat_at=timezone.now())


def test_three_hosts_claim_what_is_theirs_and_nothing_twice(due_jobs) -> None:
    jobs = due_jobs(12)
    claimed = [keys(claim_polls(Shard(index, 3), 50)) for index in range(3)]
    assert set.union(*claimed) == jobs
    assert sum(map(len, claimed)) == len(jobs)
    assert [len(share) for share in claimed] == [4, 4, 4]


def test_what_a_host_left_alone_is_done_by_another(due_jobs) -> None:
    jobs = due_jobs(6, ago=sweep.STEAL_AFTER_S + 1)
    assert keys(claim_polls(Shard(0, 3), 50)) == jobs


def test_a_hosts_own_jobs_come_first(due_jobs) -> None:
    due_jobs(9, ago=sweep.STEAL_AFTER_S + 1)
    mine = keys(claim_polls(Shard(1, 3), 3))
    assert {pk % 3 for pk in mine} == {1}


def test_who_looks_first_takes_no_more_than_its_part_of_a_burst(due_jobs, settings, sandbox) -> None:
    settings.SKYREELS_RPM = 100
    due_jobs(30, ago=sweep.STEAL_AFTER_S + 1)
    counts = []
    for index in range(3):
        with sweep.asyncio.Runner() as runner:
            poller = sweep.Poller(runner)
            for _ in range(3):
                poller.step(Shard(index, 3))
            counts.append(poller.polled)
            poller.close()
    assert counts == [5, 5, 5]


def test_a_host_takes_all_there_is_when_nobody_else_waits(due_jobs, settings, sandbox) -> None:
    settings.SKYREELS_RPM = 100
    jobs = due_jobs(30)
    Job.objects.filter(pk__in=[pk for pk in jobs if pk % 3]).update(next_step_at=None)
    with sweep.asyncio.Runner() as runner:
        poller = sweep.Poller(runner)
        poller.step(Shard(0, 3))
        poller.close()
    assert poller.polled == 10


def test_projects_take_turns_when_there_is_not_room_for_all(due_jobs, alice) -> None:
    many = due_jobs(20, ago=9)
    few = due_jobs(2, within=factories.project(alice), ago=1)
    claimed = keys(claim_polls(Shard(), 4))
    assert few < claimed
    assert len(claimed & many) == 2


def test_no_more_is_claimed_than_the_budget_grants(due_jobs, settings) -> None:
    settings.SKYREELS_RPM = 20
    due_jobs(10)
    while rate_limit.acquire(1, polls=True):
        pass
    assert claim_polls(Shard(), 50) == []
    assert not Job.objects.exclude(lease_token="").exists()


def test_each_question_is_counted(running, poll, sandbox) -> None:
    sandbox.add_fault("query", "task_status", status="dreaming", times=2)
    job = running()
    for _ in range(2):
        make_due(job)
        poll()
    job.refresh_from_db()
    assert job.polls == 2


def test_a_slow_answer_holds_up_nobody(running, sandbox) -> None:
    sandbox.add_fault("query", "delay", match="slow one", seconds=5)
    sandbox.add_fault("query", "task_status", match="quick one", status="dreaming", times=None)
    slow, quick = running("slow one"), running("quick one")
    make_due(slow)
    make_due(quick)
    with sweep.asyncio.Runner() as runner:
        poller = sweep.Poller(runner)
        began = time.monotonic()
        while quick.polls <= 3 and time.monotonic() - began < 4.5:
            poller.step(Shard())
            Job.objects.filter(pk=quick.pk, lease_token="").update(next_step_at=timezone.now())
            quick.refresh_from_db()
        slow.refresh_from_db()
        assert (slow.polls, slow.lease_token != "") == (1, True)
        assert quick.polls > 3
        poller.close()


def test_what_is_unanswered_when_a_sweep_ends_is_due_again(running, sandbox, monkeypatch) -> None:
    monkeypatch.setattr(sweep, "FINAL_WAIT_S", 0.2)
    sandbox.add_fault("query", "delay", seconds=2)
    job = running()
    make_due(job)
    with sweep.asyncio.Runner() as runner:
        poller = sweep.Poller(runner)
        poller.step(Shard())
        poller.close()
    job.refresh_from_db()
    assert (job.status, job.lease_token, job.lapsed_leases) == (Status.RUNNING, "", 0)
    assert job.next_step_at <= timezone.now()


def test_how_long_it_took_is_learnt_and_times_the_next(running, bring_to) -> None:
    job = running()
    Job.objects.update(submitted_at=timezone.now() - timedelta(seconds=90))
    bring_to(job, Status.SUCCEEDED)
    [learnt] = RenderTime.objects.all()
    assert (learnt.model, learnt.resolution, learnt.duration) == (job.model, job.resolution, 3)
    seen_after = (job.rendered_at - job.submitted_at) / timedelta(seconds=1)
    assert learnt.samples == [pytest.approx(seen_after * 0.97, rel=0.03)]
    RenderTime.objects.update(samples=[60.0] * 60)
    again = running("another")
    first = (again.next_step_at - again.submitted_at) / timedelta(seconds=1)
    assert first == pytest.approx(poll_schedule.next_poll(0, [60.0] * 60), abs=0.1)
    Job.objects.filter(pk=again.pk).update(submitted_at=timezone.now() - timedelta(seconds=58))
    bring_to(again, Status.SUCCEEDED)
    assert len(RenderTime.objects.get().samples) == 40


def test_a_render_far_beyond_the_usual_is_marked_once_and_still_collected(
    running, bring_to, poll, sandbox
) -> None:
    RenderTime.objects.create(model="skyreels-v4-fast", resolution="480p", duration=3, samples=[60.0] * 40)
    sandbox.add_fault("query", "task_status", status="rendering", times=2)
    job = running()
    Job.objects.update(submitted_at=timezone.now() - timedelta(minutes=15))
    for _ in range(2):
        make_due(job)
        poll()
    job.refresh_from_db()
    assert (job.status, job.late_at is not None) == (Status.RUNNING, True)
    assert job.events.filter(code="late").count() == 1
    assert (job.next_step_at - timezone.now()) / timedelta(seconds=1) > 55
    assert bring_to(job, Status.SUCCEEDED).late_at is not None


def test_each_host_has_a_heartbeat_of_its_own_and_a_share(db, settings) -> None:
    settings.WORKER_ID = "aa"
    live_host("bb")
    mine = SweepLease.acquire()
    assert mine.shard == Shard(0, 2)
    assert SweepLease.acquire() is None
    settings.WORKER_ID = "cc"
    assert SweepLease.acquire().shard == Shard(2, 3)
    mine.renewed_at -= heartbeats.RENEW_EVERY_S
    assert mine.renew()
    assert mine.shard == Shard(0, 3)


def test_a_silent_host_loses_its_share_and_is_forgotten_in_the_end(db, settings) -> None:
    settings.WORKER_ID = "aa"
    Heartbeat.objects.create(name="sweep:bb", beat_at=timezone.now() - timedelta(seconds=11))
    Heartbeat.objects.create(name="sweep:cc", beat_at=timezone.now() - timedelta(minutes=11))
    assert SweepLease.acquire().shard == Shard(0, 1)
    assert set(heartbeats.hosts()) == {"aa", "bb"}


def test_a_clock_that_was_set_back_stops_no_sweep(db, settings) -> None:
    settings.WORKER_ID = "aa"
    in_an_hour = timezone.now() + timedelta(hours=1)
    Heartbeat.objects.create(
        name="sweep:aa", beat_at=in_an_hour, leased_until=in_an_hour, token="of the dead"
    )
    Heartbeat.objects.create(name="sweep:bb", beat_at=in_an_hour, leased_until=in_an_hour)
    assert SweepLease.acquire().shard == Shard(0, 1)
    assert heartbeat_monitor.heartbeat_age() < 5


def test_after_the_clock_was_set_back_what_waits_is_due_and_who_works_is_left_alone(due_jobs) -> None:
    waiting, held = sorted(due_jobs(2))
    Job.objects.update(next_step_at=timezone.now() + timedelta(hours=1))
    Job.objects.filter(pk=held).update(lease_token="held")
    Redispatcher().run_if_due(Shard())
    ahead = [Job.objects.get(pk=pk).next_step_at - timezone.now() for pk in (waiting, held)]
    assert ahead[0] <= timedelta(0)
    assert timedelta(seconds=25) < ahead[1] <= timedelta(seconds=30)


def test_nothing_is_learnt_from_a_render_that_began_in_the_future(running, bring_to) -> None:
    job = running()
    Job.objects.update(submitted_at=timezone.now() + timedelta(hours=1))
    bring_to(job, Status.SUCCEEDED)
    assert not RenderTime.objects.exists()


@pytest.mark.parametrize(("polls", "is_learnt"), [(2, False), (60, True)])
def test_only_a_late_render_that_was_watched_is_learnt_from(running, bring_to, polls, is_learnt) -> None:
    """Overnight no worker ran: when it ended nobody knows, and the next renders must not be timed by that."""
    usual = [60.0 + number for number in range(40)]
    RenderTime.objects.create(model="skyreels-v4-fast", resolution="480p", duration=3, samples=usual)
    job = running()
    Job.objects.update(submitted_at=timezone.now() - timedelta(hours=2), polls=polls)
    bring_to(job, Status.SUCCEEDED)
    assert (RenderTime.objects.get().samples != usual) is is_learnt


@pytest.fixture
def woken(monkeypatch):
    """What was woken, as (task, job)."""
    seen = []
    monkeypatch.setattr("generation.lifecycle.poll.requeue.wake", lambda task, job: seen.append((task, job)))
    return seen


def test_an_overdue_step_is_woken_by_one_host_of_three(due_jobs, woken) -> None:
    jobs = due_jobs(9, ago=5)
    Job.objects.update(status=Status.STORING)
    for index in range(3):
        Redispatcher().run_if_due(Shard(index, 3))
    assert sorted(woken) == sorted(("store", pk) for pk in jobs)


def test_a_step_that_its_host_leaves_alone_is_woken_by_another(due_jobs, woken) -> None:
    [job] = due_jobs(1, ago=16)
    Job.objects.update(status=Status.STORING)
    Redispatcher().run_if_due(Shard((job + 1) % 3, 3))
    assert woken == [("store", job)]


def test_a_long_queue_is_woken_at_the_pace_of_the_budget(queued, woken, settings) -> None:
    settings.SKYREELS_RPM = 60
    for number in range(6):
        queued(f"number {number}")
    Job.objects.update(next_step_at=timezone.now() - timedelta(seconds=5))
    Redispatcher().run_if_due(Shard())
    assert len(woken) == 2


@pytest.mark.parametrize("polls", [True, False])
def test_neither_submits_nor_polls_starve(due_jobs, queued, settings, monkeypatch, polls) -> None:
    """In the turn of the others nothing is given out while they wait; when they do not, it is."""
    monkeypatch.setattr(rate_limit, "polls_have_precedence", lambda now: not polls)
    assert rate_limit.acquire(1, polls=polls) == 1
    if polls:
        queued()
    else:
        due_jobs(1)
    Job.objects.update(next_step_at=timezone.now() - timedelta(seconds=3))
    assert rate_limit.acquire(1, polls=polls) == 0
    assert rate_limit.acquire(1, polls=not polls) == 1


def test_a_pause_does_not_count_as_want(queued, monkeypatch) -> None:
    monkeypatch.setattr(rate_limit, "polls_have_precedence", lambda now: False)
    queued()
    Job.objects.update(next_step_at=timezone.now() - timedelta(seconds=3))
    lifecycle.pause_gateway("The key was refused.")
    assert rate_limit.acquire(1, polls=True) == 1


def test_turns_are_even() -> None:
    assert [rate_limit.polls_have_precedence(second) for second in range(8)] == [False, False, True, True] * 2


def test_a_clock_that_was_set_back_stops_the_requests_for_a_moment_only(db, settings, monkeypatch) -> None:
    settings.SKYREELS_RPM = 480
    clock = [1_000_000.0]
    monkeypatch.setattr(rate_limit.time, "time", lambda: clock[0])
    assert rate_limit.acquire(1)
    clock[0] -= 3600
    granted = 0
    for _ in range(15):
        granted += rate_limit.acquire(1)
        clock[0] += 1
    assert granted


@pytest.mark.parametrize("rpm", [1, 2, 7, 60, 480])
def test_no_minute_sees_more_than_allowed(db, settings, monkeypatch, rpm) -> None:
    """A clock by hand: whoever asks as often as it likes, and sends up to two seconds later."""
    settings.SKYREELS_RPM = rpm
    clock = [1_000_000.0]
    monkeypatch.setattr(rate_limit.time, "time", lambda: clock[0])
    sent = []
    for number in range(600):
        sent += [clock[0] + (number % 2) * 2] * rate_limit.acquire(50)
        clock[0] += 0.5
    sent.sort()
    assert max(sum(start <= at < start + 60 for at in sent) for start in sent) <= rpm
    assert len(sent) >= rpm * 5 * 0.75
