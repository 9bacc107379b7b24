"""The suite has teeth: without the fence, and with blind resubmission, the state machine finds what goes wrong."""

import pytest
from hypothesis import Phase

from generation.lifecycle import leases
from generation.lifecycle.poll import poll_results
from generation.lifecycle.submit import outcomes
from generation.models import Job
from generation.models.job_codes import Event, EventCode
from tests.generation.lifecycle.state_machine import run_machine

pytestmark = [pytest.mark.system, pytest.mark.django_db]
RUNS = 300  # at most: the first broken promise ends it


def test_without_the_fence_it_fails(monkeypatch, alice, project):
    def unfenced(lease):
        return Job.objects.filter(pk=lease.job_id, status=lease.status)

    for module in (leases, poll_results):
        monkeypatch.setattr(module, "locked_row", unfenced)
    with pytest.raises(AssertionError, match="lost its job"):
        run_machine(monkeypatch, alice, project, runs=RUNS, phases=[Phase.generate])


def test_with_blind_resubmission_it_fails(monkeypatch, alice, project):
    def blindly(lease, doubt, *, tries):
        leases.transition(lease, Job.Status.QUEUED, Event(EventCode.NOT_SENT), after=0)

    monkeypatch.setattr(outcomes, "_resend_or_hold", blindly)
    with pytest.raises(AssertionError, match="paid twice"):
        run_machine(monkeypatch, alice, project, runs=RUNS, phases=[Phase.generate])
