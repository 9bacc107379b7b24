"""Playlists: ordered sets of takes for review, such as dailies."""

from typing import Self
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from generation.models.takes import Take
from library.models import Project
from library.models.projects import COMMENTERS, AnyUser, in_projects_of, makes_in


class PlaylistQuerySet(models.QuerySet["Playlist"]):
    """Look-up and permission in one call."""

    def visible_to(self, user: AnyUser) -> Self:
        """Return the playlists of the projects that the user may see."""
        return self.filter(in_projects_of(user))

    def editable_by(self, user: AnyUser) -> Self:
        """Return the playlists of the projects in which the user may write notes."""
        return self.filter(in_projects_of(user, COMMENTERS))


class Playlist(models.Model):
    """An ordered set of takes for review, owned by one project.

    It may contain takes of other projects; each user sees only the takes that they may see.
    """

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="playlists")
    name = models.CharField(max_length=120)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PlaylistQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("generation:playlist", args=[self.uuid])


class PlaylistItemQuerySet(models.QuerySet["PlaylistItem"]):
    """Select the items that guests may see."""

    def vouched_for(self) -> Self:
        """Return the items whose takes the user who added them may share now."""
        return self.filter(Q(is_attributed=False) | makes_in(user="added_by", project="take__project"))


class PlaylistItem(models.Model):
    """A take's position in a playlist, and the user who added it.

    Guests see it only while that user may share it. `is_attributed` is false for rows from before the user was
    recorded; for them only the permissions of the link's creator count. If the user was deleted, `is_attributed` stays
    true, so that guests do not see the take until another user approves it.
    """

    playlist = models.ForeignKey(Playlist, models.CASCADE, related_name="items")
    take = models.ForeignKey(Take, models.CASCADE, related_name="+")
    position = models.PositiveIntegerField()
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    is_attributed = models.BooleanField(
        default=False, db_default=False, help_text="no: added before it was recorded by whom"
    )

    objects = PlaylistItemQuerySet.as_manager()

    class Meta:
        ordering = ["playlist", "position", "pk"]
        constraints = [models.UniqueConstraint(fields=["playlist", "take"], name="a_take_once_in_a_playlist")]

    def __str__(self) -> str:
        return f"{self.position}. {self.take} in {self.playlist}"
