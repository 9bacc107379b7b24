"""Favourites, collections and saved views."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from library.models.assets import Asset
from library.models.projects import MAKERS, AnyUser, Project, in_projects_of


class Favourite(models.Model):
    """An asset that a user has starred."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="favourites")
    asset = models.ForeignKey(Asset, models.CASCADE, related_name="favourites")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["user", "asset"], name="starred_once")]

    def __str__(self) -> str:
        return f"{self.asset} of {self.user}"


class CollectionQuerySet(models.QuerySet["Collection"]):
    """Querysets that combine look-up and permission."""

    def visible_to(self, user: AnyUser) -> Self:
        """Return the user's own collections and those of the user's projects.

        The creator of a project's collection has no special access to it, so loses it when leaving the team.
        """
        if getattr(user, "is_superuser", False):
            return self
        return self.filter(Q(owner_id=user.pk, project=None) | in_projects_of(user))

    def editable_by(self, user: AnyUser) -> Self:
        """Return the user's own collections and those of projects in which the user is an editor."""
        if getattr(user, "is_superuser", False):
            return self
        return self.filter(Q(owner_id=user.pk, project=None) | in_projects_of(user, MAKERS))


class Collection(models.Model):
    """A named set of assets of a user or a project."""

    name = models.CharField(max_length=80)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="collections")
    project = models.ForeignKey(
        Project,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="collections",
        help_text=_("empty: only mine"),
    )
    assets: models.ManyToManyField = models.ManyToManyField(Asset, related_name="collections", blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CollectionQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "project", "name"], name="collection_names_unique")
        ]

    def __str__(self) -> str:
        return self.name


class SavedView(models.Model):
    """A named search with its filters and order: the query string of the library page."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=5000, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="view_names_unique")]

    def __str__(self) -> str:
        return self.name
