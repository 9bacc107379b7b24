"""Fill an empty database with one of everything, by the code of the version that is checked out: see README.md.

It is run inside a checkout of that version with Backlot's usual environment, and talks to its own domain functions, a
real local S3 server and a real sandbox. Two renders are in flight when it ends, one is rendered and not stored yet, one
was being sent when its worker died, and one waits.
"""

# ruff: noqa: E402 - the models are there once Django is set up

import asyncio
import tempfile
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import django

django.setup()

from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.utils import timezone
from django_q.models import OrmQ

from generation import api_tokens, lifecycle, promotion
from generation.composition import Roles, Settings, TakeRequest
from generation.lifecycle.poll import sweep
from generation.models import (
    ApiToken,
    Batch,
    Callback,
    Guest,
    IdempotencyKey,
    Job,
    LedgerEntry,
    MailSettings,
    Shot,
    Take,
)
from generation.reviews.notes import notes
from generation.reviews.notifications import notify
from generation.reviews.playlists import playlists
from generation.reviews.sharing import guests, share_links, voting
from generation.reviews.verdicts import verdicts
from generation.sandbox.server import SandboxServer
from generation.supervision.processes.schedules import ensure_schedule
from library import ingest, storage
from library.models import Asset, Collection, Favourite, Membership, ProjectAsset, Role, SavedView
from tests import factories
from tests.killable import s3_service
from tests.library import files

Status = Job.Status
FAST = Settings(duration=3)
# The token of alice that the tests send; its hash alone is in the database.
TOKEN = "bl_of-a-fixture-that-opens-nothing-else"
OUTLINE = {"tool": "box", "color": "red", "width": 0.01, "points": [[0.1, 0.1], [0.4, 0.5]]}


def main() -> None:
    """Make the tables and fill them."""
    call_command("migrate", verbosity=0)
    sandbox = SandboxServer(
        settings.VAR_DIR / "sandbox",
        port=settings.EMBEDDED["sandbox_port"],
        api_key=settings.SKYREELS_API_KEY,
        speed=0,
    )
    s3 = s3_service()
    s3.start()
    try:
        storage.ensure_bucket()
        with sandbox:
            Filling(sandbox).fill()
    finally:
        s3.stop()
    # Messages are only wake-ups, signed with a key that the next house does not have.
    OrmQ.objects.all().delete()


class Filling:
    """One of everything, made in the order in which people would."""

    def __init__(self, sandbox: SandboxServer) -> None:
        self.sandbox = sandbox
        self.alice, self.bob, self.rita, self.vera = map(factories.person, ("alice", "bob", "rita", "vera"))
        User.objects.create_superuser("admin", "admin@example.com", factories.PASSWORD)
        User.objects.filter(username="bob").update(email="bob@example.com")
        self.project = factories.project(
            self.alice, name="Harbour Lights", slug="harbour-lights", budget_usd=50
        )
        for user, role in ((self.bob, Role.EDITOR), (self.rita, Role.REVIEWER), (self.vera, Role.VIEWER)):
            factories.join(self.project, user, role)
        self.own = factories.project(self.bob, name="Bob's own", slug="bobs-own")
        self.shot = Shot.objects.create(project=self.project, code="010", title="The harbour")

    def fill(self) -> None:
        self._library()
        first, second, third = self._takes()
        self._ends()
        self._review(first, second, third)
        self._links(first, second)
        token, _ = api_tokens.make(user=self.alice, name="renders", project=self.project)
        ApiToken.objects.filter(pk=token.pk).update(sha256=api_tokens.hash_of(TOKEN))
        api_tokens.make(user=self.bob, name="reading", can_write=False)
        MailSettings.objects.create(user=self.bob, when=MailSettings.When.DAILY)
        ensure_schedule()
        notify.announce_takes()
        self._in_flight()

    def _library(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            clip = ingest.add_media(files.video(Path(folder) / "clip.mp4", seconds=2))
            voice = ingest.add_media(SimpleUploadedFile("voice.wav", files.sound(2)))
        pictures = [ingest.add_media(factories.upload()) for _ in range(4)]
        self.mara = self._asset("Mara", Asset.Kind.CHARACTER, [*pictures[:2], voice], tags=["lead", "day"])
        ingest.add_version(self.mara, by=self.bob, media=[pictures[2], voice], note="New coat")
        quay = self._asset("Quay", Asset.Kind.IMAGE, pictures[3:], title="The quay at dusk")
        self._asset("Waves", Asset.Kind.VIDEO, [clip], is_shared=True)
        self._asset("Foghorn", Asset.Kind.AUDIO, [voice], is_shared=True)
        old = self._asset("Sketch", Asset.Kind.IMAGE, pictures[:1], project=self.own)
        ingest.archive(old)
        quay = Asset.objects.get(pk=quay.pk)
        ingest.rename(quay, handle="Harbour", revision=quay.revision)
        ingest.link_asset(Asset.objects.get(handle="Waves"), self.own)
        pinned = ProjectAsset.objects.filter(asset=self.mara).first()
        if pinned is not None:
            ingest.pin(pinned, self.mara.versions.get(number=1))
        ours = Collection.objects.create(name="Leads", owner=self.bob, project=self.project)
        Collection.objects.create(name="Mine", owner=self.vera)
        ours.assets.add(self.mara)
        SavedView.objects.create(name="Pictures", user=self.vera, query="kind=image")
        Favourite.objects.create(user=self.rita, asset=self.mara)

    def _asset(self, handle: str, kind: str, media: list, **fields: object) -> Asset:
        values = {"project": self.project, "is_shared": False, **fields}
        return ingest.create_asset(by=self.alice, handle=handle, kind=kind, media=media, **values)

    def _queued(self, prompt: str, *, by: User | None = None, **fields: object) -> Job:
        values = {"project": self.project, "settings": FAST, **fields}
        return lifecycle.create(by=by or self.alice, prompt=prompt, **values)

    def _sent(self, prompt: str, **fields: object) -> Job:
        job = self._queued(prompt, **fields)
        lifecycle.submit_job(job.pk)
        job.refresh_from_db()
        assert job.status == Status.RUNNING, (job.status, job.error_message, job.held_reason)
        return job

    def _rendered(self, *jobs: Job) -> None:
        """Wait until the sandbox has drawn these, and ask for them."""
        ids = [job.task_id for job in jobs]

        async def drawn() -> None:
            while any(task["status"] == "processing" for task in self.sandbox.tasks() if task["id"] in ids):
                await asyncio.sleep(0.1)
            await asyncio.sleep(0.5)

        for _ in range(60):
            asyncio.run(drawn())
            Job.objects.filter(pk__in=[job.pk for job in jobs], status=Status.RUNNING).update(
                next_step_at=timezone.now()
            )
            with asyncio.Runner() as runner:
                poller = sweep.Poller(runner)
                poller.run_once()
                poller.close()
            if not Job.objects.filter(pk__in=[job.pk for job in jobs], status=Status.RUNNING).exists():
                return
        raise AssertionError("the sandbox does not come to an end")

    def _takes(self) -> list[Take]:
        mara = "@Mara walks along @Harbour"
        one = self._sent(mara, shot=self.shot)
        two = self._sent("@Mara turns round", shot=self.shot, by=self.bob)
        own = self._sent("Waves at night", project=self.own, by=self.bob)
        self._rendered(one, two, own)
        for job in (one, two, own):
            lifecycle.store_job(job.pk)
            job.refresh_from_db()
            assert job.status == Status.SUCCEEDED, job.status
        takes = [Take.objects.get(job=job) for job in (one, two, own)]
        promotion.promote(takes[0], by=self.alice, handle="Dusk", at=1)
        return takes

    def _ends(self) -> None:
        """A job in each state that needs nobody, and in each that needs somebody."""
        lifecycle.save_draft(
            by=self.bob, project=self.project, prompt="@Mara sleeps", settings=FAST, form_key=uuid4()
        )
        lifecycle.cancel(self._queued("Cancelled before it was sent"), by=self.alice)
        self.sandbox.add_fault("submit", "fail_task", match="Fails")
        failed = self._sent("Fails while it renders")
        self._rendered(failed)
        self.sandbox.clear_faults()
        self.sandbox.add_fault("submit", "status", status=422, match="Refused")
        refused = self._queued("Refused at once")
        lifecycle.submit_job(refused.pk)
        self.sandbox.clear_faults()
        lifecycle.create_batch(
            by=self.alice,
            project=self.project,
            take_requests=[
                TakeRequest(prompt=f"Gull {number}", settings=FAST, roles=Roles()) for number in (1, 2)
            ],
            form_key=uuid4(),
        )
        for job in Batch.objects.get().jobs.all():
            lifecycle.cancel(job, by=self.alice)
        held = self._queued("Perhaps sent")
        Job.objects.filter(pk=held.pk).update(
            status=Status.HELD,
            next_step_at=None,
            hold_code="submit_unclear",
            hold_data={"message": "Gateway time-out."},
        )
        LedgerEntry.objects.filter(job=held).update(state=LedgerEntry.State.UNCERTAIN)

    def _review(self, first: Take, second: Take, third: Take) -> None:
        note = notes.write(first, text="Softer light, @rita", author=self.alice, frame=10, drawing=[OUTLINE])
        notes.write(first, text="Yes, and slower", author=self.rita, parent=note)
        done = notes.write(second, text="Too loud", author=self.rita, frame=5, end_frame=12)
        notes.resolve(done, by=self.bob)
        gone = notes.write(second, text="Never mind", author=self.bob)
        notes.delete(gone)
        verdicts.decide(first, decision="approved", by=self.rita)
        verdicts.decide(second, decision="changes", by=self.alice, reason="Too fast")
        verdicts.decide(second, decision="rejected", by=self.rita, reason="Wrong coat")
        verdicts.withdraw(second, by=self.rita)
        self.playlist = playlists.create(
            by=self.alice, project=self.project, name="Dailies", takes=[first, second]
        )
        playlists.create(by=self.bob, project=self.own, name="Mine", takes=[third])

    def _links(self, first: Take, second: Take) -> None:
        later = timezone.now() + timedelta(days=3650)
        open_terms = share_links.Terms(verdicts=True, download=True)
        made = [
            share_links.share(first, by=self.alice, terms=open_terms, expires_at=later, label="Client"),
            share_links.share(
                self.playlist, by=self.bob, terms=share_links.Terms(watermark=True), expires_at=later
            ),
            share_links.share(
                self.project,
                by=self.alice,
                terms=share_links.Terms(),
                expires_at=later,
                password="lighthouse",
            ),
            share_links.share(
                self.shot, by=self.alice, terms=share_links.Terms(blind=True), expires_at=later
            ),
        ]
        revoked = share_links.share(second, by=self.alice, terms=share_links.Terms(), expires_at=later)
        share_links.revoke(revoked)
        guest = guests.add_guest(made[0], name="Paula")
        notes.write(first, text="Lovely", guest=guest, frame=20)
        verdicts.decide(first, decision="approved", guest=guest)
        for name, take in (("Ann", first), ("Ben", second)):
            voting.vote(made[3], guest=guests.add_guest(made[3], name=name), take=take)
        assert Guest.objects.count() == 3

    def _in_flight(self) -> None:
        """What goes on after the upgrade. No render has references, so that no signed address runs out meanwhile."""
        storing = self._sent("Rendered, not stored")
        self._rendered(storing)
        # Sent after the last question, which is asked about everything that runs.
        running = [self._sent(f"In flight {number}", shot=self.shot) for number in (1, 2)]
        dying = self._sent("Being sent when its worker died")
        self._queued("Waits for its turn", by=self.bob)
        long_ago = timezone.now() - timedelta(days=3)
        # The provider has it, the row does not know that yet; its key is too old to be sent once more.
        Job.objects.filter(pk=dying.pk).update(
            status=Status.SUBMITTING, task_id="", frozen_at=long_ago, submitted_at=None, next_step_at=long_ago
        )
        IdempotencyKey.objects.create(
            user=self.alice,
            endpoint="generations",
            key="harbour-1",
            body_sha256="0" * 64,
            form_key=running[0].form_key,
        )
        Callback.objects.create(job=running[1], base_url="http://127.0.0.1:9/hook", next_try_at=None)
        assert Membership.objects.count() == 5


if __name__ == "__main__":
    main()
