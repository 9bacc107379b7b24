"""The small world that the permission table speaks of: one of everything, made once for all its rows.

alice owns harbour-lights, bob edits in it, rita reviews, vera looks, mick looks too and is about to be changed; dave
is in no team, and charlie is a stranger with a project of his own, `far-shore`.

| asset     | home           | may be used by           |
|-----------|----------------|--------------------------|
| `@Kept`   | harbour-lights | its home alone           |
| `@Old`    | harbour-lights | its home alone, archived |
| `@Shared` | harbour-lights | everyone                 |
| `@Loose`  | none, bob's    | everyone                 |
| `@Far`    | far-shore      | its home alone           |
| `@Bobs`   | bobs-bay       | its home alone: bob's    |
"""

from typing import Any
from uuid import uuid4

from django.contrib.auth.models import User
from django.utils import timezone

from generation import api_tokens, lifecycle
from generation.composition import Settings
from generation.gateway_task import task_id_of
from generation.models import Batch, Job, JobReference, Note, Notification, ShareLink, Shot, Take
from generation.reviews.notifications import emails
from generation.reviews.playlists import playlists
from generation.reviews.verdicts import verdicts
from library import ingest
from library.ingest import bundle_export
from library.models import Asset, Collection, HandleAlias, MediaFile, Project, Role, SavedView
from tests import factories
from tests.generation.views.conftest import make_take

NAMES = ("alice", "bob", "rita", "vera", "charlie", "mick", "dave")


class World:
    """Everything by its name. `ids` holds the keys that stand in addresses: `{kept}`, `{job}`, `{team_collection}`."""

    def __init__(self) -> None:
        self.people = {name: factories.person(name) for name in NAMES}
        self.people["admin"] = User.objects.create_superuser("admin", password=factories.PASSWORD)
        self.alice, self.bob, self.vera, self.charlie = (
            self.people[name] for name in ("alice", "bob", "vera", "charlie")
        )
        self.picture = factories.picture()
        self.ids: dict[str, Any] = {}
        self.project = self._projects()
        self.bundle = self._packed()
        self._assets()
        self._shelves()
        self._jobs()
        self._notes(Take.objects.get(uuid=self.ids["take"]))
        self._shares(Take.objects.get(uuid=self.ids["take"]))
        self._verdicts()
        self._tokens()
        self._playlists()

    def _projects(self) -> Project:
        project = factories.project(self.alice, name="Harbour Lights", slug="harbour-lights")
        roles = {"bob": Role.EDITOR, "rita": Role.REVIEWER, "vera": Role.VIEWER, "mick": Role.VIEWER}
        for name, role in roles.items():
            self.ids[name] = factories.join(project, self.people[name], role).pk
        far = factories.project(self.charlie, name="Far Shore", slug="far-shore")
        factories.project(self.bob, name="Bob's Bay", slug="bobs-bay")
        self.ids |= {"project": project.pk, "far_project": far.pk}
        return project

    def _packed(self) -> bytes:
        """An exported zip with one asset, `@Trunk`, that is not there any more; its file is."""
        trunk = self._asset("Trunk", self.alice, home=self.project, is_shared=True)
        packed = b"".join(bundle_export.export_zip([trunk], by=self.alice))
        ingest.delete_asset(trunk)
        return packed

    def _assets(self) -> None:
        far, bay = Project.objects.get(slug="far-shore"), Project.objects.get(slug="bobs-bay")
        kept = self._asset("Kept", self.alice, home=self.project, is_shared=False)
        old = self._asset("Old", self.alice, home=self.project, is_shared=False)
        self._asset("Shared", self.alice, home=self.project, is_shared=True)
        self._asset("Loose", self.bob, home=None, is_shared=True)
        self._asset("Far", self.charlie, home=far, is_shared=False)
        self._asset("Bobs", self.bob, home=bay, is_shared=False)
        self.media = kept.cover
        Asset.objects.filter(pk=old.pk).update(archived_at=timezone.now())
        HandleAlias.objects.create(name="Quay", asset=kept)
        other = factories.media()
        for handle in ("Kept", "Shared"):
            asset = Asset.objects.get(handle=handle)
            ingest.add_version(asset, by=asset.created_by, media=[other])

    def _asset(self, handle: str, by: User, *, home: Project | None, is_shared: bool) -> Asset:
        made = ingest.create_asset(
            by=by,
            handle=handle,
            kind=Asset.Kind.IMAGE,
            media=[ingest.add_media(factories.upload(content=self.picture))],
            project=home,
            is_shared=is_shared,
        )
        self.ids[handle.lower()] = made.pk
        return made

    def _shelves(self) -> None:
        team = Collection.objects.create(name="Leads", owner=self.bob, project=self.project)
        own = Collection.objects.create(name="Mine", owner=self.vera)
        view = SavedView.objects.create(name="Pictures", user=self.vera, query="kind=image")
        for collection in (team, own):
            collection.assets.add(Asset.objects.get(handle="Shared"))
        self.ids |= {"team_collection": team.pk, "veras_collection": own.pk, "veras_view": view.pk}

    def _jobs(self) -> None:
        shared, status = Asset.objects.get(handle="Shared"), Job.Status
        shot = Shot.objects.create(project=self.project, code="010")
        take = make_take(self.alice, self.project, shot=shot)
        JobReference.objects.create(
            job=take.job, handle="Shared", asset=shared, version=shared.current_version, position=0
        )
        # The library knows the take's bytes, so that no test waits for the storage.
        MediaFile.objects.create(
            sha256=take.sha256, key=take.key, thumbnail_key=take.poster_key, kind=MediaFile.Kind.VIDEO,
            mime="video/mp4", size=take.size, width=take.width, height=take.height, seconds=take.seconds, fps=take.fps,
        )  # fmt: skip
        batch = Batch.objects.create(project=self.project, created_by=self.alice)
        factories.job(self.alice, self.project, status=status.QUEUED, batch=batch)
        waiting = factories.job(self.alice, self.project, status=status.QUEUED)
        failed = factories.job(self.alice, self.project, status=status.FAILED)
        self.ids["hook"] = "of-a-job-that-renders"
        factories.job(self.alice, self.project, status=status.RUNNING, hook_token=self.ids["hook"])
        draft = lifecycle.save_draft(
            by=self.bob, project=self.project, prompt="@Kept waits", settings=Settings(), form_key=uuid4()
        )
        self.ids |= {"batch": batch.uuid, "take": take.uuid, "done": take.job.uuid, "waiting": waiting.uuid}
        held = factories.job(
            self.alice,
            self.project,
            status=status.HELD,
            hold_code="crashed_before_submit",
            hold_data={"workers": 3},
        )
        self.ids["running"] = factories.job(self.alice, self.project, status=status.RUNNING).uuid
        self.ids |= {
            "held": held.uuid,
            "task": task_id_of(take.job),
            "failed": failed.uuid,
            "draft": draft.uuid,
        }

    def _playlists(self) -> None:
        """alice's `Dailies` with the take; there is another take that could be put in."""
        take = Take.objects.get(uuid=self.ids["take"])
        dailies = playlists.create(by=self.alice, project=self.project, name="Dailies", takes=[take])
        other = make_take(self.alice, self.project)
        self.ids |= {"playlist": dailies.uuid, "place": dailies.items.get().pk, "other_take": other.uuid}

    def _notes(self, take: Take) -> None:
        """Nobody was told of them."""
        box = {"tool": "box", "color": "red", "width": 0.01, "points": [[0.1, 0.1], [0.4, 0.5]]}
        bobs = Note.objects.create(take=take, author=self.bob, text="Her coat", frame=24, drawing=[box])
        micks = Note.objects.create(take=take, author=self.people["mick"], text="Warmer")
        resolved = Note.objects.create(
            take=take, author=self.bob, text="Done", resolved_at=timezone.now(), resolved_by=self.alice
        )
        self.ids |= {"note": bobs.uuid, "micks_note": micks.uuid, "resolved_note": resolved.uuid}

    def _shares(self, take: Take) -> None:
        """Links that allow all that can be allowed: to a take, to a blind vote, one that was taken back, and one that
        is paused, since dave made it, as its owners know."""
        for name, fields in {
            "share": {"kind": "take", "take": take, "allows_verdicts": True, "allows_download": True},
            "ballot": {"kind": "shot", "shot": take.shot, "is_blind": True},
            "over": {"kind": "project", "revoked_at": timezone.now()},
            "paused": {
                "kind": "take",
                "take": take,
                "created_by": self.people["dave"],
                "owners_notified_at": timezone.now(),
            },
        }.items():
            fields = {"created_by": self.alice, **fields}
            link = ShareLink.objects.create(project=self.project, **fields)
            self.ids |= {name: link.uuid, f"{name}_token": link.token}

    def _verdicts(self) -> None:
        """On takes of dave's, who is in no team, so that nobody is told. vera was named once."""
        dave, rita, vera = (self.people[name] for name in ("dave", "rita", "vera"))
        undecided, decided = (make_take(dave, self.project) for _ in range(2))
        verdicts.decide(decided, decision="approved", by=rita)
        word = Notification.objects.create(to=vera, kind="mention", project=self.project, take=undecided)
        self.ids |= {"undecided": undecided.uuid, "decided": decided.uuid, "veras_word": word.pk}
        self.ids["veras_way_out"] = emails.unsubscribe_token(vera)

    def _tokens(self) -> None:
        """One for each person: `secrets` holds what their programs send."""
        made = {name: api_tokens.make(user=person, name="program") for name, person in self.people.items()}
        self.secrets = {name: secret for name, (_, secret) in made.items()}
        self.ids["alices_token"] = made["alice"][0].pk
