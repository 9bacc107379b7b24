"""A machine that takes jobs through any order of answers, crashes, pauses, clock jumps and decisions.

Workers are played in one process. What a worker is stopped for (SIGSTOP) or killed in happens inside of its request,
where it holds no transaction. The invariants are what the issue promises: one submit, one take, money settled once, no
way out of a finished state, and no job that nobody will ever look at again.
"""

import asyncio
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from hypothesis import HealthCheck
from hypothesis import settings as profile
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from generation import lifecycle
from generation.composition import Settings
from generation.lifecycle import leases
from generation.lifecycle.held import resolve
from generation.lifecycle.poll.heartbeats import Shard
from generation.lifecycle.poll.poll_client import PollClientPool
from generation.lifecycle.poll.poll_results import apply_poll_results
from generation.lifecycle.poll.sweep import claim_polls
from generation.lifecycle.render_times.measured_times import RenderTimes
from generation.models import Job, LedgerEntry, Take
from tests.generation.lifecycle.conftest import make_due
from tests.generation.lifecycle.model_provider import QUERIES, SUBMITS, Provider, nothing
from tests.generation.lifecycle.model_world import STORES, World

Status, Money = Job.Status, LedgerEntry.State
IS_FULL = "BACKLOT_FAULTS_FULL" in os.environ
MOST_JOBS = 3
PLACES = ("before", "after")
PERSON = ("cancel", "attach", "ask", "send", "paid", "not paid", "abandon", "reclaim")
MEANWHILE = (*("step", "stumble") * 3, "wait", "resume", *PERSON)
WAITS = (1, 40, 20 * 60, 2 * 3600, 19 * 3600)
MONEY = {
    Status.SUCCEEDED: {Money.SETTLED},
    Status.CANCELLED: {Money.REFUNDED},
    Status.FAILED: {Money.REFUNDED, Money.SETTLED},
    Status.HELD: {Money.UNCERTAIN},
}

which = st.integers(0, MOST_JOBS * 2)
# Nothing, the end of the worker, or that it is stopped while another takes a step and more happens.
interludes = st.one_of(
    st.just(()),
    st.just(("die",)),
    st.tuples(st.sampled_from(("step", "stumble"))),
    st.tuples(st.sampled_from(("step", "stumble")), st.sampled_from(MEANWHILE), st.sampled_from(MEANWHILE)),
)


def run_machine(patch: pytest.MonkeyPatch, user: Any, project: Any, *, runs: int, **chosen: Any) -> int:
    """Run it so many times, with 30 steps each; raises the AssertionError of a promise that was not kept. How many
    runs came to their end."""
    world = World()
    world.take_place(patch)
    sizes = profile(
        max_examples=runs,
        stateful_step_count=30,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        derandomize=not IS_FULL,
        **chosen,
    )
    run_state_machine_as_test(lambda: PaidWork(world, user, project), settings=sizes)
    return world.runs


class Killed(BaseException):
    """The worker is gone: nothing of it runs on."""


class PaidWork(RuleBasedStateMachine):
    """`people` are the user and the project; `world` is patched into the modules by the test."""

    def __init__(self, world: World, user: Any, project: Any) -> None:
        super().__init__()
        self.world, self.user, self.project = world, user, project
        self.jobs: list[Job] = []
        self.ended: dict[int, tuple[str, str, object]] = {}
        self._atomic = transaction.atomic()
        self._atomic.__enter__()
        self._runner = asyncio.Runner()

    @initialize(honours_keys=st.booleans())
    def begin(self, honours_keys: bool) -> None:
        settings.SKYREELS_IDEMPOTENT = honours_keys
        self.world.begin(honours_keys=honours_keys)
        self._pool = self._runner.run(PollClientPool.open())
        self.create()

    def teardown(self) -> None:
        try:
            if sys.exception() is None and self.jobs:
                self._let_all_go_well()
                self.world.runs += 1
        finally:
            self._runner.run(self._pool.close())
            self._runner.close()
            transaction.set_rollback(True)
            self._atomic.__exit__(None, None, None)

    @property
    def provider(self) -> Provider:
        return self.world.provider

    # What happens

    @precondition(lambda self: len(self.jobs) < MOST_JOBS)
    @rule()
    def create(self) -> None:
        made = lifecycle.create(
            by=self.user, project=self.project, prompt="a harbour at dusk", settings=Settings(duration=3)
        )
        self.jobs.append(made)

    @rule(number=which, says=st.sampled_from(SUBMITS), place=st.sampled_from(PLACES), interlude=interludes)
    def submit(self, number: int, says: str, place: str, interlude: tuple[str, ...]) -> None:
        job = self._job(number, Status.QUEUED, Status.SUBMITTING)
        make_due(job)
        with self._interlude(job, interlude, may_heal=says == "taken") as during:
            self.provider.says = says
            setattr(self.provider, place, during)
            lifecycle.submit_job(job.pk)

    @rule(number=which)
    def wake(self, number: int) -> None:
        """A message that is late, doubled or meant for another job."""
        job = self._job(number)
        lifecycle.submit_next(job.pk)
        lifecycle.store_job(job.pk)

    @rule(tells=st.sampled_from(QUERIES), interlude=interludes)
    def poll(self, tells: str, interlude: tuple[str, ...]) -> None:
        for job in self.jobs:
            make_due(job)
        self._poll(tells, interlude)

    @rule(
        number=which,
        outcome=st.sampled_from(STORES),
        tells=st.sampled_from(("done", "new link", *QUERIES)),
        place=st.sampled_from(PLACES),
        interlude=interludes,
    )
    def store(self, number: int, outcome: str, tells: str, place: str, interlude: tuple[str, ...]) -> None:
        job = self._job(number, Status.STORING)
        make_due(job)
        with self._interlude(job, interlude) as during:
            self._plan_store(outcome, tells)
            setattr(self.world, place, during)
            lifecycle.store_job(job.pk)

    @rule(number=which)
    def claim_and_die(self, number: int) -> None:
        job = self._job(number)
        leases.claim(job.pk, *Job.Status.active, seconds=30)

    @rule(seconds=st.sampled_from(WAITS))
    def wait(self, seconds: int) -> None:
        self.world.clock.true += timedelta(seconds=seconds)

    @rule(minutes=st.sampled_from((-60, 0, 60)))
    def set_clock(self, minutes: int) -> None:
        self.world.clock.wrong_by = timedelta(minutes=minutes)

    @rule(number=which, act=st.sampled_from(PERSON))
    def decide(self, number: int, act: str) -> None:
        self._decide(self._job(number), act)

    @rule()
    def resume(self) -> None:
        lifecycle.resume_gateway(by=self.user)

    @rule()
    def pause(self) -> None:
        lifecycle.pause_gateway("somebody wants it so")

    # How it happens

    def _job(self, number: int, *wanted: str) -> Job:
        """One of the jobs, of those that have one of these states if there are any."""
        fit = [
            job
            for job in Job.objects.filter(pk__in=[one.pk for one in self.jobs], status__in=wanted).order_by(
                "pk"
            )
        ]
        among = fit or self.jobs
        found = among[number % len(among)]
        found.refresh_from_db()
        return found

    @contextmanager
    def _interlude(
        self, job: Job, acts: tuple[str, ...], *, may_heal: bool = False
    ) -> Iterator[Callable[[], None]]:
        """What happens to a job while a worker is in the midst of a step: it dies, or is stopped while others act.

        Whoever was stopped until another had its job must change nothing when it goes on; that the provider took
        the job is the one thing that it may still say.
        """
        seen: list[dict[str, Any]] = []

        def during() -> None:
            if acts == ("die",):
                raise Killed
            own, plan = self._row(job), self._plan()
            for act in acts:
                self._act(job, act)
            self.provider.says, self.provider.tells, self.world.outcome = plan
            row = self._row(job)
            if (row["lease_token"], row["status"]) != (own["lease_token"], own["status"]):
                seen.append(row)

        with suppress(Killed):
            yield during if acts else nothing
        self._plan_nothing()
        if seen and not may_heal:
            assert self._row(job) == seen[-1], "a worker that lost its job wrote all the same"

    def _plan(self) -> tuple[str, str, str]:
        """What the provider and the storage are going to say to the request that is under way."""
        return self.provider.says, self.provider.tells, self.world.outcome

    def _plan_nothing(self) -> None:
        """What was planned for a request that was never made must not happen to the next one."""
        self.provider.before = self.provider.after = self.world.before = self.world.after = nothing
        self.provider.says = self.world.outcome = "taken"

    def _row(self, job: Job) -> dict[str, Any]:
        return Job.objects.values("status", "lease_token", "next_step_at", "attempts", "task_id").get(
            pk=job.pk
        )

    def _act(self, job: Job, act: str) -> None:
        if act in ("step", "stumble"):
            self._take_step(job, goes_well=act == "step")
        elif act == "wait":
            self.world.clock.true += timedelta(seconds=60)
        elif act == "resume":
            self.resume()
        else:
            self._decide(job, act)

    def _take_step(self, job: Job, *, goes_well: bool) -> None:
        """By another worker, after the lease lapsed: whatever comes next. When it does not go well, nothing is won."""
        make_due(job)
        self.provider.says = "taken" if goes_well else "lost after"
        self._plan_store("taken" if goes_well else "unreadable", "done")
        lifecycle.submit_job(job.pk)
        lifecycle.store_job(job.pk)
        self._poll("done" if goes_well else "broken", ())
        self._plan_nothing()

    def _poll(self, tells: str, interlude: tuple[str, ...]) -> None:
        questions = claim_polls(Shard(), 20)
        if not questions:
            return
        with self._interlude(questions[0].job, interlude) as during:
            during()
            self.provider.tells = tells
            self._runner.run(self._pool.send(questions))
            while self._pool.is_busy:
                apply_poll_results(self._runner.run(self._pool.results(1.0)), RenderTimes())

    def _plan_store(self, outcome: str, tells: str) -> None:
        self.world.outcome = outcome
        if tells == "new link":
            for render in self.provider.renders:
                render.links += 1
        self.provider.tells = "done" if tells == "new link" else tells

    def _decide(self, job: Job, act: str) -> None:
        job = Job.objects.get(pk=job.pk)
        mine = self.provider.of_job(job.uuid)
        with suppress(lifecycle.NotPossible, lifecycle.CannotQueue):
            match act:
                case "cancel":
                    lifecycle.cancel(job, by=self.user)
                case "attach":
                    resolve.attach(job, mine[0].id if mine else "task_of_nobody", by=self.user)
                case "ask":
                    resolve.requery(job, by=self.user)
                case "send":
                    self.jobs.append(resolve.resubmit(job, by=self.user))
                case "paid" | "not paid":
                    resolve.write_off(job, by=self.user, paid=act == "paid")
                case "abandon":
                    lifecycle.abandon(job, by=self.user)
                case "reclaim":
                    lifecycle.restore(job, by=self.user)

    def _let_all_go_well(self) -> None:
        """Nothing goes wrong any more: then all of them come to an end by themselves, or wait for a person."""
        self.world.clock.wrong_by = timedelta(0)
        lifecycle.resume_gateway(by=self.user)
        for _ in range(8):
            self.world.clock.true += timedelta(hours=2)
            self._plan_store("taken", "done")
            for job in self._unfinished():
                lifecycle.submit_job(job.pk)
            self._poll("done", ())
            for job in self._unfinished():
                lifecycle.store_job(job.pk)
        self.promises()
        left = [(job.status, job.events.last().text) for job in self._unfinished()]
        assert not left, "a job is never looked at"

    def _unfinished(self) -> list[Job]:
        return list(Job.objects.filter(status__in=Job.Status.active).order_by("pk"))

    # What must be true all the time

    @invariant()
    def promises(self) -> None:
        known = {job.pk for job in self.jobs}
        assert set(Job.objects.values_list("pk", flat=True)) == known, "a job came or went"
        for job in Job.objects.select_related("ledger").order_by("pk"):
            self._check_submits(job)
            self._check_money(job)
            self._check_future(job)
            self._check_end(job)

    def _check_submits(self, job: Job) -> None:
        renders = self.provider.of_job(job.uuid)
        assert len(renders) <= 1, "paid twice"
        assert Take.objects.filter(job=job).count() == (job.status == Status.SUCCEEDED)
        if job.status == Status.CANCELLED:
            assert not renders, "cancelled, and paid all the same"

    def _check_money(self, job: Job) -> None:
        allowed = MONEY.get(Status(job.status), {Money.ESTIMATED})
        if job.status == Status.HELD and not job.frozen_at and not job.task_id:
            allowed = {Money.ESTIMATED}
        assert job.ledger.state in allowed, f"{job.status} with money {job.ledger.state}"
        if job.status == Status.SUCCEEDED:
            assert job.ledger.actual_usd == job.cost_usd
        if job.status == Status.FAILED and job.error_code != "written_off":
            fates = {render.fate for render in self.provider.of_job(job.uuid)}
            assert job.ledger.state == Money.REFUNDED
            assert fates <= {"failed"}, "given up although it was executed"

    def _check_future(self, job: Job) -> None:
        if job.status in Job.Status.active:
            assert job.next_step_at is not None, f"{job.status} and never looked at"
        else:
            assert (job.next_step_at, job.lease_token) == (None, "")
        assert bool(job.hold_code) == (job.status == Status.HELD)
        if job.status in (Status.RUNNING, Status.STORING):
            assert job.task_id

    def _check_end(self, job: Job) -> None:
        if not job.is_finished:
            assert job.pk not in self.ended, "a way out of a finished state"
            return
        end = (job.status, job.ledger.state, job.ledger.actual_usd)
        assert self.ended.setdefault(job.pk, end) == end, "changed after its end"
        told = list(job.events.values_list("status", "by", "code"))
        since = next(place for place, (status, *_) in enumerate(told) if status in Job.Status.finished)
        for status, by, code in told[since + 1 :]:
            # Only that somebody wants it after all, and that the provider took what was written off.
            assert status == job.status
            assert by or code == "accepted_twice", f"after its end: {code}"
