"""Look up notes together with permissions: 404 for non-members, 403 for members who may not write."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q
from django.shortcuts import get_object_or_404

from generation.models import Note, Take
from generation.models.notes import NoteQuerySet
from generation.views.shared.access import Request
from library.models import Membership, Project
from library.models.projects import COMMENTERS


def take_to_read(request: Request, uuid: UUID) -> Take:
    """Return a take whose notes the user may read; one query."""
    return get_object_or_404(
        Take.objects.visible_to(request.user).select_related("project", "shot"), uuid=uuid
    )


def take_to_comment(request: Request, uuid: UUID) -> Take:
    """Return a take on which the user may write notes."""
    take = take_to_read(request, uuid)
    if not Take.objects.commented_by(request.user).filter(pk=take.pk).exists():
        raise PermissionDenied
    return take


def note_to_reply_to(request: Request, uuid: UUID) -> Note:
    """Return a note that the user may reply to, resolve and reopen."""
    return _permitted(request, uuid, _commented_by(request))


def note_to_edit(request: Request, uuid: UUID) -> Note:
    """Return a note that the user wrote."""
    return _permitted(request, uuid, _commented_by(request).filter(author=request.user))


def note_to_delete(request: Request, uuid: UUID) -> Note:
    """Return a note that the user may delete.

    Authors may delete their notes. Owners of the project may also delete notes by guests and by users who may no longer
    write there; administrators may delete all.
    """
    user = request.user
    own = Q(author=user, take__project__in=Project.objects.commented_by(user))
    owned = Q(take__project__in=Project.objects.owned_by(user))
    may_write = Membership.objects.filter(
        project=OuterRef("take__project"), user=OuterRef("author"), user__is_active=True, role__in=COMMENTERS
    )
    is_orphaned = Q() if user.is_superuser else Q(~Exists(may_write))
    return _permitted(request, uuid, Note.objects.filter(own | owned & is_orphaned))


def _commented_by(request: Request) -> NoteQuerySet:
    return Note.objects.filter(take__project__in=Project.objects.commented_by(request.user))


def _permitted(request: Request, uuid: UUID, permitted: NoteQuerySet) -> Note:
    notes = Note.objects.visible_to(request.user).select_related(
        "take__project", "take__shot", "author", "guest"
    )
    note = get_object_or_404(notes, uuid=uuid)
    if not permitted.filter(pk=note.pk).exists():
        raise PermissionDenied
    return note
