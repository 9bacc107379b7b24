"""Notes: comments on a take, usually at a frame."""

from typing import Self
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from generation.models.takes import Take
from library.models.projects import AnyUser, in_projects_of


class NoteQuerySet(models.QuerySet["Note"]):
    """Look-up and permission in one call."""

    def visible_to(self, user: AnyUser) -> Self:
        """Return the notes on takes of the projects that the user may see, without deleted ones."""
        return self.filter(in_projects_of(user, project="take__project"), deleted_at__isnull=True)

    def roots(self) -> Self:
        """Return the first notes of threads."""
        return self.filter(parent__isnull=True)

    def open(self) -> Self:
        """Return the first notes of unresolved threads."""
        return self.roots().filter(resolved_at__isnull=True, deleted_at__isnull=True)


class Note(models.Model):
    """A comment on a take at a frame, over a range of frames, or on the whole take; or a reply to one.

    Frames count from 0 as PyAV decodes them. A drawing is a list of strokes in fractions (0..1) of the frame's width
    and height. Only the first note of a thread can be resolved. A deleted note keeps its row, emptied, as long as it
    has replies. Only `generation.reviews` writes this table.
    """

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    take = models.ForeignKey(Take, models.CASCADE, related_name="notes")
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="replies")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="notes"
    )
    guest = models.ForeignKey(
        "generation.Guest", models.SET_NULL, null=True, blank=True, related_name="notes"
    )
    text = models.TextField(blank=True)
    frame = models.PositiveIntegerField(null=True, blank=True, help_text="empty: the whole take")
    end_frame = models.PositiveIntegerField(null=True, blank=True, help_text="the last one of a range")
    drawing = models.JSONField(null=True, blank=True, help_text="strokes, 0..1 of width and height")
    mentions: models.ManyToManyField = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="mentioned_in", blank=True
    )
    created_at = models.DateTimeField(auto_now_add=True)
    edited_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    resolved_by_take = models.ForeignKey(
        Take,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="resolves",
        help_text="its answer, approved",
    )

    objects = NoteQuerySet.as_manager()

    class Meta:
        ordering = ["take", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(end_frame__isnull=True) | Q(frame__isnull=False, end_frame__gte=F("frame")),
                name="note_ranges_run_forward",
            ),
            models.CheckConstraint(
                condition=Q(author__isnull=True) | Q(guest__isnull=True), name="notes_have_one_author"
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | Q(resolved_at__isnull=True),
                name="threads_are_resolved_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60] or _("Note")

    def get_absolute_url(self) -> str:
        """Return the URL of the take's page at this note."""
        return f"{reverse('generation:take', args=[self.take.uuid])}?note={self.uuid}#note-{self.uuid}"
