"""Look-up and permission in one call: 404 for non-members, 403 for members without the required role."""

from typing import TypeVar
from uuid import UUID

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django_htmx.middleware import HtmxDetails

from generation.models import Batch, Job, Playlist, ShareLink, Take
from generation.models.takes import TakeQuerySet
from library.models import Project

Row = TypeVar("Row", bound=Model)


class Request(HttpRequest):
    """A request of an authenticated user."""

    user: User
    htmx: HtmxDetails


def project_to_see(request: Request, slug: str) -> Project:
    """Return a project of which the user is a member."""
    return get_object_or_404(Project.objects.visible_to(request.user), slug=slug)


def project_to_edit(request: Request, slug: str) -> Project:
    """Return a project in which the user may create takes."""
    return _require(project_to_see(request, slug), Project.objects.editable_by(request.user))


def project_to_own(request: Request, slug: str) -> Project:
    """Return a project whose team, name and budget the user may change."""
    return _require(project_to_see(request, slug), Project.objects.owned_by(request.user))


def link_to_edit(request: Request, uuid: UUID) -> ShareLink:
    """Return a share link into one of the user's projects; 403 for viewers."""
    links = ShareLink.objects.filter(project__in=Project.objects.visible_to(request.user))
    link = get_object_or_404(links.select_related("project"), uuid=uuid)
    if not ShareLink.objects.visible_to(request.user).filter(pk=link.pk).exists():
        raise PermissionDenied
    return link


def job_to_see(request: Request, uuid: UUID) -> Job:
    """Return a job of the user's projects, with the rows that its page shows."""
    jobs = Job.objects.visible_to(request.user)
    return get_object_or_404(
        jobs.select_related(
            "project",
            "shot",
            "created_by",
            "take",
            "ledger",
            "batch",
            "made_from__shot",
            "for_note__take",
            "for_note__author",
            "for_note__guest",
        ),
        uuid=uuid,
    )


def job_to_edit(request: Request, uuid: UUID) -> Job:
    """Return a job that the user may change."""
    return _require(job_to_see(request, uuid), Job.objects.editable_by(request.user))


def takes_to_see(request: Request) -> TakeQuerySet:
    """Return the takes of the user's projects, with job, shot and the project's number of approvals."""
    # Each further join costs PostgreSQL half a millisecond of planning.
    return Take.objects.visible_to(request.user).select_related("job", "shot", "project__production")


def take_to_see(request: Request, uuid: UUID) -> Take:
    """Return a take of the user's projects."""
    return get_object_or_404(takes_to_see(request), uuid=uuid)


def take_to_edit(request: Request, uuid: UUID) -> Take:
    """Return a take that the user may change."""
    return _require(take_to_see(request, uuid), Take.objects.editable_by(request.user))


def take_to_decide(request: Request, uuid: UUID) -> Take:
    """Return a take for which the user's verdict counts."""
    return _require(take_to_see(request, uuid), Take.objects.decidable_by(request.user))


def batch_to_see(request: Request, uuid: UUID) -> Batch:
    """Return a batch of the user's projects."""
    batches = Batch.objects.visible_to(request.user).select_related("project", "created_by")
    return get_object_or_404(batches, uuid=uuid)


def batch_to_edit(request: Request, uuid: UUID) -> Batch:
    """Return a batch that the user may change."""
    return _require(batch_to_see(request, uuid), Batch.objects.editable_by(request.user))


def playlist_to_see(request: Request, uuid: UUID) -> Playlist:
    """Return a playlist of the user's projects."""
    playlists = Playlist.objects.visible_to(request.user).select_related("project", "created_by")
    return get_object_or_404(playlists, uuid=uuid)


def playlist_to_edit(request: Request, uuid: UUID) -> Playlist:
    """Return a playlist that the user may change."""
    return _require(playlist_to_see(request, uuid), Playlist.objects.editable_by(request.user))


def uuid_in(text: str) -> UUID | None:
    """Return the UUID in a URL or form, or None if it is invalid."""
    try:
        return UUID(text)
    except ValueError:
        return None


def staff_only(request: Request) -> None:
    """Raise PermissionDenied unless the user is an administrator."""
    if not request.user.is_staff:
        raise PermissionDenied(_("This page is only for administrators."))


def came_from(request: HttpRequest, *, otherwise: str) -> str:
    """Return the URL of the page that contained the form, if it is one of ours."""
    referrer = request.META.get("HTTP_REFERER", "")
    ours = url_has_allowed_host_and_scheme(referrer, {request.get_host()}, require_https=request.is_secure())
    # `redirect` interprets anything that is not a full URL as a view name.
    return referrer if ours and referrer.startswith(("http://", "https://")) else otherwise


def _require(found: Row, permitted: QuerySet[Row]) -> Row:
    if not permitted.filter(pk=found.pk).exists():
        raise PermissionDenied
    return found
