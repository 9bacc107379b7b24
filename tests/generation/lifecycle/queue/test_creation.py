"""What may be queued, and that nothing is queued twice or over the budget."""

from decimal import Decimal
from uuid import uuid4

import pytest

from generation import composition, lifecycle
from generation.composition import ProblemCode, Settings
from generation.models import Job, LedgerEntry
from generation.skyreels.schemas import RuleCode
from tests import factories
from tests.at_once import at_once

pytestmark = pytest.mark.django_db
Status = Job.Status
FIVE_SECONDS = Decimal("0.32")


def create(by, project, prompt="a harbour at dusk", **settings):
    return lifecycle.create(by=by, project=project, prompt=prompt, settings=Settings(**settings))


def problems(by, project, prompt="a harbour at dusk", **settings):
    with pytest.raises(lifecycle.CannotQueue) as refused:
        create(by, project, prompt, **settings)
    assert not Job.objects.exists()
    return {problem.field: problem for problem in refused.value.problems}


def test_a_form_sent_twice_makes_one_job(alice, project):
    key = uuid4()
    jobs = {
        lifecycle.create(by=alice, project=project, prompt="a", settings=Settings(), form_key=key).pk
        for _ in range(2)
    }
    assert len(jobs) == 1


def test_somebody_elses_form_key_is_refused(alice, bob, project):
    key = uuid4()
    lifecycle.create(by=alice, project=project, prompt="a", settings=Settings(), form_key=key)
    with pytest.raises(lifecycle.CannotQueue) as refused:
        lifecycle.create(by=bob, project=project, prompt="a", settings=Settings(), form_key=key)
    assert [problem.field for problem in refused.value.problems] == ["form_key"]


@pytest.mark.parametrize("seconds", [2, 16])
def test_seconds_out_of_range_are_named(alice, project, seconds):
    found = problems(alice, project, duration=seconds)["duration"]
    assert found.code == RuleCode.DURATION_OUT_OF_RANGE


@pytest.mark.parametrize("seconds", [3, 15])
def test_seconds_at_the_limits_are_taken(alice, project, seconds):
    assert create(alice, project, duration=seconds).duration == seconds


def test_an_unknown_handle_is_named_with_the_nearest(alice, project, s3):
    factories.asset(alice, handle="Tom")
    found = problems(alice, project, "@tm waits")["prompt"]
    assert (found.code, found.suggestion) == (ProblemCode.UNKNOWN_HANDLE, "Tom")


def test_a_handle_that_is_not_mine_is_unknown(alice, charlie, project, s3):
    secret = factories.project(charlie)
    factories.asset(charlie, handle="Secret", project=secret, is_shared=False)
    assert problems(alice, project, "@Secret waits")["prompt"].code == ProblemCode.UNKNOWN_HANDLE


def test_a_prompt_of_six_thousand_words_is_refused(alice, project):
    assert problems(alice, project, "neon " * 6000)["prompt"].code == RuleCode.PROMPT_TOO_LONG


def test_four_subjects_are_one_too_many(alice, project, s3):
    names = [factories.asset(alice).handle for _ in range(4)]
    found = problems(alice, project, " ".join(f"@{name}" for name in names))["ref_images"]
    assert found.code == RuleCode.TOO_MANY_ENTRIES


def test_handles_of_which_one_starts_the_other_get_unambiguous_tags(alice, project, s3):
    for handle in ("Mar", "Mara"):
        factories.asset(alice, handle=handle)
    job = create(alice, project, "@mara and @MAR")
    request = composition.with_plain_urls(job.plan)
    tags = [subject["tag"] for subject in request["ref_images"]]
    assert not any(one != other and one.startswith(other) for one in tags for other in tags)
    assert [word for word in request["prompt"].split() if word.startswith("@")] == tags


def test_a_budget_is_not_passed_and_the_figures_are_named(alice):
    small = factories.project(alice, budget_usd="0.50")
    create(alice, small)
    with pytest.raises(lifecycle.CannotQueue, match=r"\$0\.32.*\$0\.18.*\$0\.50"):
        create(alice, small)


@pytest.mark.django_db(transaction=True)
def test_of_takes_queued_at_once_no_more_than_the_budget_holds_are_made(alice):
    small = factories.project(alice, budget_usd="0.70")

    def made():
        try:
            return create(alice, small).estimate_usd
        except lifecycle.CannotQueue as refused:
            return refused.problems[0].field

    assert sorted(at_once(*[made] * 5), key=str) == [FIVE_SECONDS] * 2 + ["budget"] * 3
    assert LedgerEntry.objects.filter(project=small).committed() == 2 * FIVE_SECONDS


def test_cancelled_and_failed_jobs_give_their_money_back_to_the_budget(alice):
    small = factories.project(alice, budget_usd="0.50")
    lifecycle.cancel(create(alice, small), by=alice)
    assert LedgerEntry.objects.filter(project=small).committed() == 0
    assert create(alice, small).estimate_usd == FIVE_SECONDS


def test_a_job_that_was_sent_cannot_be_cancelled(alice, project):
    job = factories.job(alice, project, status=Status.RUNNING)
    with pytest.raises(lifecycle.NotPossible):
        lifecycle.cancel(job, by=alice)
    job.refresh_from_db()
    assert job.status == Status.RUNNING


@pytest.mark.parametrize("status", [Status.QUEUED, Status.RUNNING, Status.HELD])
def test_a_job_that_has_not_ended_is_not_made_again(alice, project, status):
    with pytest.raises(lifecycle.NotPossible):
        lifecycle.retry(factories.job(alice, project, status=status), by=alice)


def test_a_picture_marked_as_a_grid_is_sent_as_one(alice, project, s3):
    factories.asset(alice, handle="Sheet", kind="image", is_grid=True)
    job = create(alice, project, "@Sheet, all four views")
    assert [found["type"] for found in job.plan["ref_images"]] == ["grid"]
    assert [found.role for found in job.references.all()] == ["grid"]
