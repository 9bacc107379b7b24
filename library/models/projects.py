"""Projects and who may do what in them."""

from collections.abc import Iterable
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models
from django.db.models import Q
from django.urls import reverse

AnyUser = AbstractBaseUser | AnonymousUser


class Role(models.TextChoices):
    """What a member may do: an owner everything, an editor make, a reviewer decide, a viewer look."""

    OWNER = "owner", "Owner"
    EDITOR = "editor", "Editor"
    REVIEWER = "reviewer", "Reviewer"
    VIEWER = "viewer", "Viewer"


MAKERS = (Role.OWNER, Role.EDITOR)
DECIDERS = (Role.OWNER, Role.REVIEWER)
COMMENTERS = (Role.OWNER, Role.EDITOR, Role.REVIEWER)


class ProjectQuerySet(models.QuerySet["Project"]):
    """Look-up and permission in one call."""

    def visible_to(self, user: AnyUser) -> Self:
        """The projects that the user is a member of; all of them for an administrator."""
        if getattr(user, "is_superuser", False):
            return self
        return self.filter(pk__in=_projects_of(user))

    def editable_by(self, user: AnyUser) -> Self:
        """The projects in which the user may make things: as owner or editor."""
        if getattr(user, "is_superuser", False):
            return self
        return self.filter(pk__in=_projects_of(user, MAKERS))

    def decided_by(self, user: AnyUser) -> Self:
        """The projects in which the user's verdict on a take counts: as owner or reviewer."""
        if getattr(user, "is_superuser", False):
            return self
        return self.filter(pk__in=_projects_of(user, DECIDERS))

    def commented_by(self, user: AnyUser) -> Self:
        """The projects in which the user may write notes: everyone but those who only look."""
        if getattr(user, "is_superuser", False):
            return self
        return self.filter(pk__in=_projects_of(user, COMMENTERS))

    def owned_by(self, user: AnyUser) -> Self:
        """The projects whose team, name and budget the user may change."""
        if getattr(user, "is_superuser", False):
            return self
        return self.filter(pk__in=_projects_of(user, (Role.OWNER,)))


class Project(models.Model):
    """A production: members with roles, linked assets, shots, a budget in US dollars."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    budget_usd = models.DecimalField("budget (USD)", max_digits=12, decimal_places=4, null=True, blank=True)
    members: models.ManyToManyField = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="Membership", related_name="projects"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(budget_usd__isnull=True) | Q(budget_usd__gte=0),
                name="project_budget_not_negative",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("generation:project", args=[self.slug])


class Membership(models.Model):
    """One person's role in one project."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role, default=Role.EDITOR)

    class Meta:
        ordering = ["project", "pk"]
        constraints = [models.UniqueConstraint(fields=["project", "user"], name="one_role_for_each_member")]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} of {self.project}"


def _projects_of(user: AnyUser, roles: Iterable[Role] = Role) -> models.QuerySet:
    if user.pk is None:
        return Membership.objects.none()
    return Membership.objects.filter(user=user.pk, role__in=list(roles)).values("project_id")
