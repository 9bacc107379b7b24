"""A draft keeps what was typed, goes on under its own key, and becomes the job."""

from django.contrib.auth.models import User
from django.test import Client

from generation.models import Job
from library.models import Project
from tests.generation.views.conftest import composed

COMPOSER = "/projects/harbour-lights/new/"


def save(client: Client, **typed: object) -> Job:
    answer = client.post(COMPOSER, composed(save="draft", **typed))
    assert answer.status_code == 302
    return Job.objects.get(uuid=answer.url.split("from=")[1])


def test_a_draft_keeps_what_was_typed_even_what_cannot_be_sent(as_alice: Client, project: Project) -> None:
    draft = save(as_alice, prompt="@nobody_yet waits", duration=7)
    assert (draft.status, draft.prompt, draft.duration) == (Job.Status.DRAFT, "@nobody_yet waits", 7)
    form = as_alice.get(f"{COMPOSER}?from={draft.uuid}").context["form"]
    assert (form["prompt"].value(), form["form_key"].value()) == ("@nobody_yet waits", str(draft.form_key))


def test_saving_again_writes_the_same_draft(as_alice: Client, project: Project) -> None:
    first = save(as_alice, prompt="one")
    assert save(as_alice, prompt="two", form_key=first.form_key).pk == first.pk
    assert list(Job.objects.values_list("prompt", flat=True)) == ["two"]


def test_generating_turns_the_draft_into_the_job(as_alice: Client, project: Project) -> None:
    draft = save(as_alice, prompt="a quay")
    as_alice.post(COMPOSER, composed(prompt="a quay at dusk", form_key=draft.form_key))
    job = Job.objects.get()
    assert (job.pk, job.status, job.prompt) == (draft.pk, Job.Status.QUEUED, "a quay at dusk")
    assert job.ledger.estimate_usd == job.estimate_usd


def test_a_draft_costs_nothing_and_waits_for_nobody(as_alice: Client, project: Project) -> None:
    draft = save(as_alice, prompt="a quay")
    assert (draft.next_step_at, hasattr(draft, "ledger")) == (None, False)


def test_what_was_sent_is_not_written_over(as_alice: Client, project: Project) -> None:
    draft = save(as_alice, prompt="a quay")
    as_alice.post(COMPOSER, composed(prompt="a quay", form_key=draft.form_key))
    page = as_alice.post(COMPOSER, composed(save="draft", prompt="x", form_key=draft.form_key), follow=True)
    assert "already submitted" in page.content.decode()
    assert Job.objects.get().prompt == "a quay"


def test_a_draft_of_another_is_copied_not_taken(as_alice: Client, bob: User, project: Project) -> None:
    other = Client()
    other.force_login(bob)
    draft = save(other, prompt="bob's idea")
    form = as_alice.get(f"{COMPOSER}?from={draft.uuid}").context["form"]
    assert form["prompt"].value() == "bob's idea"
    assert form["form_key"].value() != str(draft.form_key)


def test_drafts_are_listed_and_can_be_discarded(as_alice: Client, project: Project) -> None:
    draft = save(as_alice, prompt="a quay")
    assert list(as_alice.get("/jobs/?status=draft").context["jobs"]) == [draft]
    page = as_alice.get(draft.get_absolute_url()).content.decode()
    assert (f"?from={draft.uuid}" in page, 'id="cancel"' in page) == (True, True)
    answer = as_alice.post(f"{draft.get_absolute_url()}cancel/")
    assert answer.url == project.get_absolute_url()
    assert not Job.objects.exists()
