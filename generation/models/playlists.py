"""Playlists: the dailies."""

from typing import Self
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.urls import reverse

from generation.models.takes import Take
from library.models import Project
from library.models.projects import COMMENTERS, AnyUser, in_projects_of


class PlaylistQuerySet(models.QuerySet["Playlist"]):
    """Look-up and permission in one call."""

    def visible_to(self, user: AnyUser) -> Self:
        """The playlists of the projects that the user may see."""
        return self.filter(in_projects_of(user))

    def editable_by(self, user: AnyUser) -> Self:
        """The playlists of the projects in which the user makes or decides."""
        return self.filter(in_projects_of(user, COMMENTERS))


class Playlist(models.Model):
    """An ordered set of takes put up for review, at home in one project.

    It may hold takes of other projects; each person is shown those that they may see.
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


class PlaylistItem(models.Model):
    """A take's place in a playlist."""

    playlist = models.ForeignKey(Playlist, models.CASCADE, related_name="items")
    take = models.ForeignKey(Take, models.CASCADE, related_name="+")
    position = models.PositiveIntegerField()

    class Meta:
        ordering = ["playlist", "position", "pk"]
        constraints = [models.UniqueConstraint(fields=["playlist", "take"], name="a_take_once_in_a_playlist")]

    def __str__(self) -> str:
        return f"{self.position}. {self.take} in {self.playlist}"
