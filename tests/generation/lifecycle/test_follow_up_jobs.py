"""What is made for a note stays with it, and goes first."""

from uuid import uuid4

import pytest
from django.contrib.auth.models import User

from generation import lifecycle
from generation.composition import Settings, TakeRequest
from generation.models import Job, Note
from library.models import Project
from tests.generation.views.conftest import make_take

pytestmark = pytest.mark.django_db
Priority = Job.Priority


@pytest.fixture
def note(rita: User, alice: User, project: Project) -> Note:
    return Note.objects.create(take=make_take(alice, project), author=rita, text="Slower", frame=58)


def test_a_job_answers_its_note_and_goes_first(alice: User, project: Project, note: Note) -> None:
    asked = {"by": alice, "project": project, "prompt": "a quay", "settings": Settings()}
    job = lifecycle.create(**asked, for_note=note)
    assert (job.for_note, job.priority) == (note, Priority.REVIEW)
    other = lifecycle.create(**asked)
    assert (other.for_note, other.priority) == (None, Priority.NORMAL)


def test_a_draft_keeps_the_note_and_hands_it_to_its_job(alice: User, project: Project, note: Note) -> None:
    asked = {"by": alice, "project": project, "prompt": "a quay", "settings": Settings(), "form_key": uuid4()}
    assert lifecycle.save_draft(**asked, for_note=note).for_note == note
    assert lifecycle.create(**asked, for_note=note).for_note == note
    assert Job.objects.exclude(pk=note.take.job.pk).get().status == Job.Status.QUEUED


@pytest.mark.parametrize(("takes", "priority"), [(3, Priority.REVIEW), (6, Priority.BULK)])
def test_each_of_a_batch_answers_it_and_a_large_one_still_waits(
    alice: User, project: Project, note: Note, takes: int, priority: Priority
) -> None:
    take_requests = [TakeRequest("a quay")] * takes
    batch = lifecycle.create_batch(
        by=alice, project=project, take_requests=take_requests, form_key=uuid4(), for_note=note
    )
    assert [(job.for_note, job.priority) for job in batch.jobs.all()] == [(note, priority)] * takes


def test_a_job_that_is_made_again_answers_the_same_note(alice: User, project: Project, note: Note) -> None:
    job = lifecycle.create(by=alice, project=project, prompt="a quay", settings=Settings(), for_note=note)
    lifecycle.cancel(job, by=alice)
    again = lifecycle.retry(job, by=alice)
    assert (again.for_note, again.priority) == (note, Priority.REVIEW)
