"""Look-up and permission in one call: a stranger gets 404, a reader who wants to change something 403."""

from typing import TypeVar
from uuid import UUID

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.middleware import HtmxDetails

from generation.models import Batch, Job, Playlist, ShareLink, Take
from generation.models.takes import TakeQuerySet
from library.models import Project

Row = TypeVar("Row", bound=Model)


class Request(HttpRequest):
    """A request of somebody who is logged in."""

    user: User
    htmx: HtmxDetails


def project_to_see(request: Request, slug: str) -> Project:
    """A project of which the user is a member."""
    return get_object_or_404(Project.objects.visible_to(request.user), slug=slug)


def project_to_edit(request: Request, slug: str) -> Project:
    """A project in which the user may make things."""
    return _allowed(project_to_see(request, slug), Project.objects.editable_by(request.user))


def project_to_own(request: Request, slug: str) -> Project:
    """A project whose team, name and budget the user may change."""
    return _allowed(project_to_see(request, slug), Project.objects.owned_by(request.user))


def link_to_edit(request: Request, uuid: UUID) -> ShareLink:
    """Return a share link into one of the user's projects; 403 for viewers."""
    links = ShareLink.objects.filter(project__in=Project.objects.visible_to(request.user))
    link = get_object_or_404(links.select_related("project"), uuid=uuid)
    if not ShareLink.objects.visible_to(request.user).filter(pk=link.pk).exists():
        raise PermissionDenied
    return link


def job_to_see(request: Request, uuid: UUID) -> Job:
    """A job of a project of the user's, with what its page shows."""
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
    """A job of a project in which the user may make things."""
    return _allowed(job_to_see(request, uuid), Job.objects.editable_by(request.user))


def takes_to_see(request: Request) -> TakeQuerySet:
    """The takes of the user's projects, with their jobs, their shots and what counts as approved."""
    # Each table more that is joined lets PostgreSQL plan for half a millisecond.
    return Take.objects.visible_to(request.user).select_related("job", "shot", "project__production")


def take_to_see(request: Request, uuid: UUID) -> Take:
    """A take of a project of the user's."""
    return get_object_or_404(takes_to_see(request), uuid=uuid)


def take_to_edit(request: Request, uuid: UUID) -> Take:
    """A take of a project in which the user may make things."""
    return _allowed(take_to_see(request, uuid), Take.objects.editable_by(request.user))


def take_to_decide(request: Request, uuid: UUID) -> Take:
    """A take of a project in which the user's verdict counts."""
    return _allowed(take_to_see(request, uuid), Take.objects.decidable_by(request.user))


def batch_to_see(request: Request, uuid: UUID) -> Batch:
    """A batch of a project of the user's."""
    batches = Batch.objects.visible_to(request.user).select_related("project", "created_by")
    return get_object_or_404(batches, uuid=uuid)


def batch_to_edit(request: Request, uuid: UUID) -> Batch:
    """A batch of a project in which the user may make things."""
    return _allowed(batch_to_see(request, uuid), Batch.objects.editable_by(request.user))


def playlist_to_see(request: Request, uuid: UUID) -> Playlist:
    """A playlist of a project of the user's."""
    playlists = Playlist.objects.visible_to(request.user).select_related("project", "created_by")
    return get_object_or_404(playlists, uuid=uuid)


def playlist_to_edit(request: Request, uuid: UUID) -> Playlist:
    """A playlist of a project in which the user makes or decides."""
    return _allowed(playlist_to_see(request, uuid), Playlist.objects.editable_by(request.user))


def uuid_in(text: str) -> UUID | None:
    """The key that an address or a form names; None when it names none."""
    try:
        return UUID(text)
    except ValueError:
        return None


def staff_only(request: Request) -> None:
    """Raises PermissionDenied for everyone else."""
    if not request.user.is_staff:
        raise PermissionDenied("This is for administrators.")


def came_from(request: HttpRequest, *, otherwise: str) -> str:
    """The page that the form stood on, if it is one of ours."""
    referrer = request.META.get("HTTP_REFERER", "")
    ours = url_has_allowed_host_and_scheme(referrer, {request.get_host()}, require_https=request.is_secure())
    # `redirect` interprets anything that is not a full URL as a view name.
    return referrer if ours and referrer.startswith(("http://", "https://")) else otherwise


def _allowed(found: Row, permitted: QuerySet[Row]) -> Row:
    if not permitted.filter(pk=found.pk).exists():
        raise PermissionDenied
    return found
