"""API tokens, and the objects that their callers may see and change: never more than their user may."""

import logging
import time
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.models import User
from django.core.cache import cache
from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from ninja.security import HttpBearer
from ninja.throttling import BaseThrottle
from redis.exceptions import RedisError

from generation import api_tokens
from generation.api.errors import ApiError, Forbidden, NotFound
from generation.models import ApiToken, Job, Take
from generation.models.jobs import JobQuerySet
from generation.models.takes import TakeQuerySet
from library import handles
from library.client_address import client_of
from library.models import Asset, Project
from library.models.assets import AssetQuerySet
from library.models.projects import ProjectQuerySet
from library.throttling import UNKNOWN_SECRETS

log = logging.getLogger("backlot.api")

REQUESTS, WINDOW = 600, 60  # requests of one token within this number of seconds


@dataclass(frozen=True)
class Caller:
    """A token and its user. Each method looks up and checks permission: NotFound for what the user may not see,
    Forbidden for what the user may only read."""

    token: ApiToken

    @property
    def user(self) -> User:
        """The user on whose behalf the request is made."""
        return self.token.user

    @property
    def projects(self) -> ProjectQuerySet:
        """The user's projects, or the one that the token is limited to, annotated with `may_edit`."""
        found = Project.objects.visible_to(self.user)
        if self.token.project_id:
            found = found.filter(pk=self.token.project_id)
        editable = Project.objects.editable_by(self.user).filter(pk=OuterRef("pk"))
        return found.annotate(may_edit=Exists(editable))

    @property
    def assets(self) -> AssetQuerySet:
        """Assets that may be used; for a limited token, in its project."""
        found = Asset.objects.visible_to(self.user)
        return found.usable_in(self.token.project) if self.token.project else found

    @property
    def jobs(self) -> JobQuerySet:
        """All queued jobs, without drafts, which only the pages have."""
        found = Job.objects.visible_to(self.user).exclude(status=Job.Status.DRAFT)
        return found.filter(project=self.token.project_id) if self.token.project_id else found

    @property
    def takes(self) -> TakeQuerySet:
        """The takes that may be seen."""
        found = Take.objects.visible_to(self.user)
        return found.filter(project=self.token.project_id) if self.token.project_id else found

    def project(self, slug: str) -> Project:
        """Return a project. Raise NotFound."""
        found = self.projects.filter(slug=slug).first()
        if found is None:
            raise NotFound("project")
        return found

    def project_to_edit(self, slug: str) -> Project:
        """Return a project that the user may edit. Raise NotFound, Forbidden."""
        return self.to_edit(self.project(slug))

    def to_edit(self, project: Project) -> Project:
        """Return the project (one of `projects`) if the user may edit it. Raise Forbidden."""
        if not getattr(project, "may_edit", False):
            raise Forbidden(f"You have read-only access to {project.slug}.")
        return project

    def asset(self, handle: str) -> Asset:
        """Return an asset by its handle or an earlier one. Raise NotFound."""
        if not handles.is_handle(handle):
            raise NotFound("asset")
        found = self.assets.named(handle).for_cards().select_related("created_by").first()
        if found is None:
            raise NotFound("asset")
        return found

    def asset_to_edit(self, handle: str) -> Asset:
        """Return an asset that may be edited: one of an editable project, or the user's own without a home project; for
        a limited token, one of its project. Raise NotFound, Forbidden."""
        asset = self.asset(handle)
        if self.token.project_id and asset.home_project_id != self.token.project_id:
            raise Forbidden(f"{asset} does not belong to the project that this token is limited to.")
        if not self.may_edit(asset):
            raise Forbidden(f"You may use {asset}, but not change it.")
        return asset

    def may_edit(self, asset: Asset) -> bool:
        """Return whether the user may edit the asset and the token has access to it."""
        if self.token.project_id and asset.home_project_id != self.token.project_id:
            return False
        return Asset.objects.editable_by(self.user).filter(pk=asset.pk).exists()

    def job(self, uuid: UUID) -> Job:
        """Return a job. Raise NotFound."""
        rows = self.jobs.select_related("project", "shot", "created_by", "take", "batch")
        found = rows.filter(uuid=uuid).first()
        if found is None:
            raise NotFound("job")
        return found

    def job_to_edit(self, uuid: UUID) -> Job:
        """Return a job that the user may change. Raise NotFound, Forbidden."""
        job = self.job(uuid)
        if not Job.objects.editable_by(self.user).filter(pk=job.pk).exists():
            raise Forbidden("You have read-only access to the project of this job.")
        return job

    def take(self, uuid: UUID) -> Take:
        """Return a take. Raise NotFound."""
        found = self.takes.select_related("job", "project", "shot").filter(uuid=uuid).first()
        if found is None:
            raise NotFound("take")
        return found

    def take_to_comment(self, uuid: UUID) -> Take:
        """Return a take on which the user may write notes. Raise NotFound, Forbidden."""
        take = self.take(uuid)
        if not Take.objects.commented_by(self.user).filter(pk=take.pk).exists():
            raise Forbidden("You may not write notes in the project of this take.")
        return take

    def take_to_decide(self, uuid: UUID) -> Take:
        """Return a take on which the user may decide. Raise NotFound, Forbidden."""
        take = self.take(uuid)
        if not Take.objects.decidable_by(self.user).filter(pk=take.pk).exists():
            raise Forbidden("Only owners and reviewers may decide on takes of this project.")
        return take


class ApiRequest(HttpRequest):
    """A request with a valid token."""

    auth: Caller


class BearerToken(HttpBearer):
    """Authenticate by `Authorization: Bearer <token>` only; the APIs accept no cookies."""

    openapi_description = "An API token, created on the page `/account/tokens/` or by `manage.py apitoken`."

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:
        """Authenticate the caller with one query. Count invalid tokens; raise TooManyAttempts after too many of them.

        A valid token is always accepted, so that a broken script behind the same IP address affects no other client.
        """
        found = api_tokens.find(token.strip())
        if found is None:
            UNKNOWN_SECRETS.spend("api-token", client_of(request).network)
            return None
        api_tokens.note_use(found)
        return Caller(found)


class WritingToken(BearerToken):
    """Authenticate calls that change something, which need a token with write access."""

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:
        """Authenticate the caller. Raise ApiError for a read-only token."""
        caller = super().authenticate(request, token)
        if caller and not caller.token.can_write:
            raise ApiError(403, "read_only_token", "This token is read-only. Create one with write access.")
        return caller


class TokenThrottle(BaseThrottle):
    """At most 600 requests of one token in each minute, counted in the cache. All threads share one object, so it
    stores nothing about a request."""

    def allow_request(self, request: HttpRequest) -> bool:
        """Count the request. Requests are allowed while Redis is unavailable."""
        caller: Caller = request.auth  # type: ignore[attr-defined]  # set by ninja after authentication
        key = f"api-requests-{caller.token.pk}-{int(time.time() // WINDOW)}"
        try:
            return bool(cache.add(key, 1, timeout=2 * WINDOW) or cache.incr(key) <= REQUESTS)
        except RedisError as error:
            log.warning("Redis is unavailable, so requests are not counted: %s", type(error).__name__)
            return True

    def wait(self) -> float:
        """Return the seconds until the next minute."""
        return WINDOW - time.time() % WINDOW


reading, writing, throttle = BearerToken(), WritingToken(), TokenThrottle()
