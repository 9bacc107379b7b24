"""Who calls, and what that token opens: never more than its person may see and do."""

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

REQUESTS, WINDOW = 600, 60  # so many requests of one token in so many seconds


@dataclass(frozen=True)
class Caller:
    """A token and its person. Look-up and permission are one call: a stranger's thing is not found, a reader's write
    is forbidden."""

    token: ApiToken

    @property
    def user(self) -> User:
        """In whose name it happens."""
        return self.token.user

    @property
    def projects(self) -> ProjectQuerySet:
        """Those of the person, or the one that the token is limited to; `may_edit` tells where things may be made."""
        found = Project.objects.visible_to(self.user)
        if self.token.project_id:
            found = found.filter(pk=self.token.project_id)
        editable = Project.objects.editable_by(self.user).filter(pk=OuterRef("pk"))
        return found.annotate(may_edit=Exists(editable))

    @property
    def assets(self) -> AssetQuerySet:
        """What may be used: with a limited token, in its project."""
        found = Asset.objects.visible_to(self.user)
        return found.usable_in(self.token.project) if self.token.project else found

    @property
    def jobs(self) -> JobQuerySet:
        """Everything that was queued; drafts are a matter of the pages."""
        found = Job.objects.visible_to(self.user).exclude(status=Job.Status.DRAFT)
        return found.filter(project=self.token.project_id) if self.token.project_id else found

    @property
    def takes(self) -> TakeQuerySet:
        """What was brought home."""
        found = Take.objects.visible_to(self.user)
        return found.filter(project=self.token.project_id) if self.token.project_id else found

    def project(self, slug: str) -> Project:
        """A project to look at. Raises NotFound."""
        found = self.projects.filter(slug=slug).first()
        if found is None:
            raise NotFound("project")
        return found

    def project_to_edit(self, slug: str) -> Project:
        """A project to make things in. Raises NotFound, Forbidden."""
        return self.to_edit(self.project(slug))

    def to_edit(self, project: Project) -> Project:
        """The same project (one of `projects`), if things may be made in it. Raises Forbidden."""
        if not getattr(project, "may_edit", False):
            raise Forbidden(f"In {project.slug} you may look, not make things.")
        return project

    def asset(self, handle: str) -> Asset:
        """An asset by its handle or an earlier one. Raises NotFound."""
        if not handles.is_handle(handle):
            raise NotFound("asset")
        found = self.assets.named(handle).for_cards().select_related("created_by").first()
        if found is None:
            raise NotFound("asset")
        return found

    def asset_to_edit(self, handle: str) -> Asset:
        """An asset to change: one of a project in which things may be made, or one's own without a home; with a limited
        token, one of its project. Raises NotFound, Forbidden."""
        asset = self.asset(handle)
        if self.token.project_id and asset.home_project_id != self.token.project_id:
            raise Forbidden(f"{asset} does not belong to the project that this token is for.")
        if not self.may_edit(asset):
            raise Forbidden(f"{asset} may be used, not changed: it belongs to others.")
        return asset

    def may_edit(self, asset: Asset) -> bool:
        """Return whether the user may edit the asset and the token has access to it."""
        if self.token.project_id and asset.home_project_id != self.token.project_id:
            return False
        return Asset.objects.editable_by(self.user).filter(pk=asset.pk).exists()

    def job(self, uuid: UUID) -> Job:
        """A job to look at. Raises NotFound."""
        rows = self.jobs.select_related("project", "shot", "created_by", "take", "batch")
        found = rows.filter(uuid=uuid).first()
        if found is None:
            raise NotFound("job")
        return found

    def job_to_edit(self, uuid: UUID) -> Job:
        """A job to do something about. Raises NotFound, Forbidden."""
        job = self.job(uuid)
        if not Job.objects.editable_by(self.user).filter(pk=job.pk).exists():
            raise Forbidden("In the project of this job you may look, not make things.")
        return job

    def take(self, uuid: UUID) -> Take:
        """A take. Raises NotFound."""
        found = self.takes.select_related("job", "project", "shot").filter(uuid=uuid).first()
        if found is None:
            raise NotFound("take")
        return found

    def take_to_comment(self, uuid: UUID) -> Take:
        """A take to write notes on. Raises NotFound, Forbidden."""
        take = self.take(uuid)
        if not Take.objects.commented_by(self.user).filter(pk=take.pk).exists():
            raise Forbidden("In the project of this take you may look, not write notes.")
        return take

    def take_to_decide(self, uuid: UUID) -> Take:
        """A take to give a verdict on. Raises NotFound, Forbidden."""
        take = self.take(uuid)
        if not Take.objects.decidable_by(self.user).filter(pk=take.pk).exists():
            raise Forbidden("In the project of this take owners and reviewers decide.")
        return take


class ApiRequest(HttpRequest):
    """A request that a token opened."""

    auth: Caller


class BearerToken(HttpBearer):
    """`Authorization: Bearer <token>`, and nothing else: no cookie opens the APIs."""

    openapi_description = "An API token, made on the page `/account/tokens/` or by `manage.py apitoken`."

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
    """A token that may write, for the calls that change something."""

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:
        """Raises ApiError for a token that may only read."""
        caller = super().authenticate(request, token)
        if caller and not caller.token.can_write:
            raise ApiError(403, "read_only_token", "This token may read only. Make one that may write.")
        return caller


class TokenThrottle(BaseThrottle):
    """At most 600 requests of one token in each minute of the clock, counted in the cache. One object serves all
    threads, so nothing about a request is kept on it."""

    def allow_request(self, request: HttpRequest) -> bool:
        """Counts the request. While Redis is away nobody is refused for what cannot be counted."""
        caller: Caller = request.auth  # type: ignore[attr-defined]  # set by ninja once the token opened
        key = f"api-requests-{caller.token.pk}-{int(time.time() // WINDOW)}"
        try:
            return bool(cache.add(key, 1, timeout=2 * WINDOW) or cache.incr(key) <= REQUESTS)
        except RedisError as error:
            log.warning("Redis does not answer, so requests are not counted: %s", type(error).__name__)
            return True

    def wait(self) -> float:
        """Seconds to the next minute."""
        return WINDOW - time.time() % WINDOW


reading, writing, throttle = BearerToken(), WritingToken(), TokenThrottle()
