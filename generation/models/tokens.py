"""API tokens, and the personal projects for jobs that name no project."""

from typing import Self

from django.conf import settings
from django.db import models

from library.models import Project


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def active(self) -> Self:
        """Return the tokens that are not revoked and whose user is active."""
        return self.filter(revoked_at__isnull=True, user__is_active=True)


class ApiToken(models.Model):
    """A user's token for API clients. It is shown once, when it is created; only its hash is stored."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80, help_text="what it is for")
    hint = models.CharField(max_length=12, help_text="how the token begins, to tell tokens apart")
    sha256 = models.CharField(max_length=64, unique=True)
    can_write = models.BooleanField(default=True)
    project = models.ForeignKey(
        Project, models.CASCADE, null=True, blank=True, help_text="the only one that it opens; empty: all"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = "API token"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.name} of {self.user}"


class PersonalProject(models.Model):
    """A user's personal project, to which jobs belong if the API request names no project."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="personal_project")
    project = models.OneToOneField(Project, models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return str(self.project)
