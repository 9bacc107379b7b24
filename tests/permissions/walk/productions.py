"""Two productions with one of everything, each marked by a word of its own, and those who come to visit."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import User
from django.utils import timezone

from generation import api_tokens, lifecycle
from generation.composition import Settings
from generation.gateway_task import task_id_of
from generation.models import Batch, Job, Note, Notification, ShareLink, Shot, Voter
from generation.reviews.notifications import emails
from generation.reviews.playlists import playlists
from generation.reviews.sharing import ballots, guests
from generation.reviews.verdicts import verdicts
from library import ingest
from library.models import Asset, Collection, HandleAlias, ProjectAsset, Role, SavedView
from tests import factories
from tests.generation.views.conftest import make_take

OURS, THEIRS = "Qqown", "Zzforeign"


class Production:
    """A project whose every text holds `mark`; `ids` are the values for the places in URLs, by URL name."""

    def __init__(self, slug: str, mark: str, makers: dict[Role, User], author: User) -> None:
        """`author` made the assets, jobs and playlists; notes are the editor's."""
        self.slug, self.mark, self.author, self.writer = slug, mark, author, makers[Role.EDITOR]
        owner = makers[Role.OWNER]
        self.project = factories.project(owner, name=f"{mark} project", slug=slug, description=mark)
        self.memberships = {
            role: factories.join(self.project, user, role)
            for role, user in makers.items()
            if role != Role.OWNER
        }
        self._assets()
        self._jobs()
        self._reviews()
        self._links()
        self._personal(makers[Role.EDITOR])

    def _assets(self) -> None:
        self.asset = factories.asset(
            self.author, handle=f"Kept{self.slug}", project=self.project, is_shared=False, title=self.mark,
            kind=Asset.Kind.IMAGE, description=self.mark,
        )  # fmt: skip
        ingest.add_version(self.asset, by=self.author, media=[factories.media()])
        HandleAlias.objects.create(name=f"Old{self.slug}", asset=self.asset)
        ProjectAsset.objects.get_or_create(project=self.project, asset=self.asset)
        self.collection = Collection.objects.create(name=self.mark, owner=self.author, project=self.project)
        self.collection.assets.add(self.asset)

    def _jobs(self) -> None:
        project, by, status = self.project, self.author, Job.Status
        self.shot = Shot.objects.create(project=project, code=f"S-{self.slug}", title=self.mark)
        self.take = make_take(by, project, shot=self.shot, prompt=self.mark)
        self.other_take = make_take(by, project, shot=self.shot, prompt=self.mark)
        self.batch = Batch.objects.create(project=project, created_by=by)
        factories.job(by, project, status=status.QUEUED, batch=self.batch, prompt=self.mark)
        self.jobs = {
            state: factories.job(by, project, status=state, prompt=self.mark)
            for state in (status.QUEUED, status.FAILED, status.HELD, status.RUNNING)
        }
        lifecycle.save_draft(by=by, project=project, prompt=self.mark, settings=Settings(), form_key=uuid4())

    def _reviews(self) -> None:
        self.note = Note.objects.create(take=self.take, author=self.writer, text=self.mark, frame=3)
        self.resolved = Note.objects.create(
            take=self.take,
            author=self.writer,
            text=self.mark,
            resolved_at=timezone.now(),
            resolved_by=self.author,
        )
        self.playlist = playlists.create(
            by=self.author, project=self.project, name=self.mark, takes=[self.take]
        )
        owner = self.project.memberships.get(role=Role.OWNER).user
        verdicts.decide(self.other_take, decision="changes", by=owner, reason=self.mark)

    def _links(self) -> None:
        """Of links made by the owner: of a take with all that can be allowed, and a vote by invitation."""
        owner = self.project.memberships.get(role=Role.OWNER).user
        common: dict[str, Any] = {"project": self.project, "created_by": owner, "label": self.mark}
        allowed = {"allows_verdicts": True, "allows_download": True}
        self.link = ShareLink.objects.create(**common, kind="take", take=self.take, **allowed)
        self.vote = ShareLink.objects.create(
            **common, kind="shot", shot=self.shot, is_blind=True, by_invitation=True
        )
        self.voter = Voter.objects.create(link=self.vote, name=self.mark)
        self.guest = guests.add_guest(self.link, name=self.mark)

    def _personal(self, person: User) -> None:
        self.person = person
        self.view = SavedView.objects.create(name=self.mark, user=person, query="kind=image")
        self.word = Notification.objects.create(
            to=person, kind="mention", project=self.project, take=self.take
        )
        self.token = api_tokens.make(user=person, name=self.mark)[0]

    def values(self, name: str) -> dict[str, Any]:
        """What stands in the places of the URL of this name."""
        link = (
            self.vote
            if name.endswith(("share_close", "ballots", "voters_invite", "voter_revoke"))
            else self.link
        )
        return {
            "slug": self.slug,
            "handle": self.asset.handle,
            "name": f"Old{self.slug}",
            "number": 1,
            "frame": 3,
            "kind": "otio",
            "uuid": str(self._uuid(name, link)),
            "key": str(self.voter.key),
            "proof": ballots.path_of(self.voter).rstrip("/").rpartition("/")[2] if "voter" in name else "x",
            "pk": self._pk(name),
            "token": emails.unsubscribe_token(self.person) if "unsubscribe" in name else self._token(name),
            "rest": f"{self.link.token}/nothing",
            "task_id": task_id_of(self.take.job),
            "language": "en",
            "version": "0123456789ab",
        }

    def _token(self, name: str) -> str:
        return self.vote.token if name.endswith(("shared_vote", "shared_voter")) else self.link.token

    def _uuid(self, name: str, link: ShareLink) -> Any:
        status = Job.Status
        states = {
            "cancel": status.QUEUED,
            "priority": status.QUEUED,
            "retry": status.FAILED,
            "resolve": status.HELD,
        }
        action = name.rsplit("_", 1)[-1].rstrip("/").rsplit("/", 1)[-1]
        if "batch" in name:
            return self.batch.uuid
        if "job" in name:
            return self.jobs[states.get(action, status.RUNNING)].uuid
        if "playlist" in name:
            return self.playlist.uuid
        if name.startswith("generation:note_") and name != "generation:note_marks":
            return (self.resolved if action == "reopen" else self.note).uuid
        if "share_" in name or name.startswith(("generation:ballots", "generation:voter")):
            return link.uuid
        return self.take.uuid

    def _pk(self, name: str) -> int:
        if "member" in name:
            return int(self.memberships[Role.VIEWER].pk)
        if "asset" in name:
            return int(self.asset.pk)
        kinds = {"collection": self.collection, "view": self.view, "inbox": self.word, "token": self.token}
        return int(next((row.pk for word, row in kinds.items() if word in name), 0))

    def fields(self) -> dict[str, Any]:
        """What forms and queries call things by, all of this production."""
        return {
            "project": self.slug, "home_project": self.project.pk, "what": f"take:{self.take.uuid}",
            "take": str(self.take.uuid), "a": str(self.take.uuid), "b": str(self.other_take.uuid),
            "shot": self.shot.code, "playlist": str(self.playlist.uuid), "handle": self.asset.handle,
            "asset": self.asset.pk, "collection": self.collection.pk, "one": self.word.pk, "ballot": "1",
            "person": self.author.username, "username": self.author.username, "role": "viewer", "name": "Renamed",
            "text": "A note", "decision": "approved", "reason": "why", "do": "count", "names": "Greta",
            "note": str(self.note.uuid), "parent": str(self.note.uuid), "from": str(self.take.uuid),
            "job": str(self.jobs[Job.Status.FAILED].uuid), "bundle_project": self.project.pk, "show": "all",
            "prompt": f"@{self.asset.handle} waits", "metadata": {"project": self.slug}, "action": "archive",
            "watermark_text": "mine", "answers": str(self.note.uuid), "version": "1", "take_over": "1",
        }  # fmt: skip


@dataclass(frozen=True)
class Visitor:
    """Somebody at the door: `role` in our production; `secret` is the API token, `cookies` the browser's."""

    name: str
    user: User | None = None
    role: str = ""
    secret: str = ""
    can_write: bool = True
    is_admin: bool = False
    is_ours: bool = True

    @property
    def is_active(self) -> bool:
        return self.user is not None and self.user.is_active


def account(name: str, **fields: Any) -> User:
    return factories.person(name, **fields)


def api_token(user: User, **fields: Any) -> str:
    return api_tokens.make(user=user, name="walk", **fields)[1]
