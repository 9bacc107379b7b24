"""Batches: several jobs that were queued together."""

from typing import Self
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from library.models import Project
from library.models.projects import MAKERS, AnyUser, in_projects_of


class BatchQuerySet(models.QuerySet["Batch"]):
    """Look-up and permission in one call."""

    def visible_to(self, user: AnyUser) -> Self:
        """Filter batches of projects that the user may see."""
        return self.filter(in_projects_of(user))

    def editable_by(self, user: AnyUser) -> Self:
        """Filter batches of projects in which the user may create and change jobs."""
        return self.filter(in_projects_of(user, MAKERS))


class Batch(models.Model):
    """Jobs with one total, one confirmation and one budget check; each runs and ends independently."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    form_key = models.UUIDField(
        default=uuid4,
        unique=True,
        editable=False,
        help_text="one per form, so that a form submitted twice creates one batch",
    )
    project = models.ForeignKey(Project, models.PROTECT, related_name="batches")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("batch")
        verbose_name_plural = _("batches")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"Batch {str(self.uuid)[:8]}"

    def get_absolute_url(self) -> str:
        return reverse("generation:batch", args=[self.uuid])
