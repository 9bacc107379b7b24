"""The whole way round: a take, a note at its frame, the next take through the sandbox, an approval, all resolved."""

from collections.abc import Callable
from itertools import islice
from pathlib import Path

import av
import pytest
from django.contrib.auth.models import User
from django.test import Client
from PIL import Image, ImageChops, ImageStat

from generation import lifecycle
from generation.composition import Settings
from generation.models import Job, JobReference, Note, Notification, Shot, Take
from generation.reviews.notes import notes
from generation.reviews.notifications import notify
from generation.reviews.verdicts import verdicts
from library import storage
from library.models import Project
from tests.generation.views.conftest import composed

pytestmark = pytest.mark.django_db
Bring = Callable[[Job, str], Job]
Status = Job.Status
FRAME = 34  # 00:01.10 at 24 frames a second


def frame_of(take: Take, number: int, folder: Path) -> Image.Image:
    """The picture as PyAV decodes it."""
    film = folder / f"{take.pk}.mp4"
    storage.download(take.key, film)
    with av.open(str(film)) as container:
        return next(islice(container.decode(video=0), number, None)).to_image()


def picture_of(reference: JobReference, folder: Path) -> Image.Image:
    """What the provider was given."""
    storage.download(reference.version.files.get().media.key, folder / "given.png")
    return Image.open(folder / "given.png")


def difference(one: Image.Image, other: Image.Image) -> float:
    """The mean difference of the channel that differs most, 0 to 255."""
    return max(ImageStat.Stat(ImageChops.difference(one.convert("RGB"), other.convert("RGB"))).mean)


def test_a_note_becomes_the_next_take_and_is_resolved_by_its_approval(
    alice: User, rita: User, project: Project, bring_to: Bring, sandbox: object, s3: None, tmp_path: Path
) -> None:
    shot = Shot.objects.create(project=project, code="020")
    asked = {"project": project, "prompt": "a lantern on the quay", "settings": Settings(duration=3)}
    take = bring_to(lifecycle.create(by=alice, shot=shot, **asked), Status.SUCCEEDED).take
    note = notes.write(take, author=rita, text="Go on from here, slower", frame=FRAME)

    browser = Client()
    browser.force_login(alice)
    opened = browser.post(f"/notes/{note.uuid}/next/", {"part": "first"}, follow=True)
    form = opened.context["form"]
    assert note.text in opened.content.decode()
    names = (
        "prompt",
        "first_frame",
        "model",
        "resolution",
        "aspect_ratio",
        "duration",
        "shot",
        "form_key",
        "answers",
        "made_from",
    )
    sent = composed(**{name: form[name].value() for name in names})
    answer = browser.post("/projects/harbour-lights/new/", sent)
    job = Job.objects.get(for_note=note)
    assert answer["Location"] == job.get_absolute_url()
    reference = job.references.get()
    assert (job.priority, job.shot, reference.role) == (Job.Priority.REVIEW, shot, "first")
    assert difference(picture_of(reference, tmp_path), frame_of(take, FRAME, tmp_path)) == 0

    following = bring_to(job, Status.SUCCEEDED).take
    assert (following.shot, following.number, following.job.made_from) == (shot, 2, take)
    assert note.get_absolute_url() in browser.get(job.get_absolute_url()).content.decode()

    notify.announce_takes()
    assert Notification.objects.filter(to=rita, take=following, kind=Notification.Kind.ANSWERED).exists()
    assert Note.objects.get(pk=note.pk).resolved_at is None
    verdicts.decide(following, decision=Take.Review.APPROVED, by=rita)
    note.refresh_from_db()
    assert (note.resolved_at is not None, note.resolved_by_take) == (True, following)
    assert "badge-ok" in browser.get(job.get_absolute_url()).content.decode()
