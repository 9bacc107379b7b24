"""Projects, memberships and roles."""

from collections.abc import Collection
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

AnyUser = AbstractBaseUser | AnonymousUser


class Role(models.TextChoices):
    """The role of a member: owners may do everything, editors create, reviewers decide, viewers only read."""

    OWNER = "owner", _("Owner")
    EDITOR = "editor", _("Editor")
    REVIEWER = "reviewer", _("Reviewer")
    VIEWER = "viewer", _("Viewer")


OWNERS = (Role.OWNER,)
MAKERS = (Role.OWNER, Role.EDITOR)
DECIDERS = (Role.OWNER, Role.REVIEWER)
COMMENTERS = (Role.OWNER, Role.EDITOR, Role.REVIEWER)


class ProjectQuerySet(models.QuerySet["Project"]):
    """Querysets that combine look-up and permission."""

    def visible_to(self, user: AnyUser) -> Self:
        """Return the projects that the user is a member of; all of them for an administrator."""
        if getattr(user, "is_superuser", False):
            return self
        return self.filter(pk__in=_projects_of(user))

    def editable_by(self, user: AnyUser) -> Self:
        """Return the projects in which the user may create and edit content, as owner or editor."""
        if getattr(user, "is_superuser", False):
            return self
        return self.filter(pk__in=_projects_of(user, MAKERS))

    def decided_by(self, user: AnyUser) -> Self:
        """Return the projects in which the user's verdict on a take counts, as owner or reviewer."""
        if getattr(user, "is_superuser", False):
            return self
        return self.filter(pk__in=_projects_of(user, DECIDERS))

    def commented_by(self, user: AnyUser) -> Self:
        """Return the projects in which the user may write notes, in any role except viewer."""
        if getattr(user, "is_superuser", False):
            return self
        return self.filter(pk__in=_projects_of(user, COMMENTERS))

    def owned_by(self, user: AnyUser) -> Self:
        """Return the projects whose team, name and budget the user may change, as owner."""
        if getattr(user, "is_superuser", False):
            return self
        return self.filter(pk__in=_projects_of(user, OWNERS))


def may_open_projects(user: AnyUser) -> bool:
    """Return whether the user may create projects: administrators always, others if the installation allows it."""
    return user.is_active and (settings.OPEN_PROJECTS or bool(getattr(user, "is_superuser", False)))


class Project(models.Model):
    """A production: members with roles, linked assets, shots, a budget in US dollars.

    `charged_to` is the user whose personal budget pays for it, shared with all other projects charged to that user.
    Only an administrator can clear it; then the project has its own budget, or none.
    """

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    budget_usd = models.DecimalField(
        _("budget (USD)"), max_digits=12, decimal_places=4, null=True, blank=True
    )
    charged_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="charged_projects",
        help_text=_("whose personal budget pays for it; empty: it has a budget of its own"),
    )
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
    """The role of one user in one project."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role, default=Role.EDITOR)
    monthly_limit_usd = models.DecimalField(
        _("monthly limit (USD)"),
        max_digits=12,
        decimal_places=4,
        null=True,
        blank=True,
        help_text=_("what this member may spend in this project in a calendar month (UTC); empty: no limit"),
    )

    class Meta:
        ordering = ["project", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["project", "user"], name="one_role_for_each_member"),
            models.CheckConstraint(
                condition=Q(monthly_limit_usd__isnull=True) | Q(monthly_limit_usd__gte=0),
                name="member_limit_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} of {self.project}"


def in_projects_of(user: AnyUser, roles: Collection[Role] = Role, *, project: str = "project") -> Q:
    """Return the condition for rows of projects in which the user has one of these roles; every row for an
    administrator. `project` is the path from a row to its project.

    Check for administrators before using it in an OR, where the empty condition would have no effect. It queries only
    the memberships, which is cheaper to build than `project__in=Project.objects.visible_to(user)`; most pages use it
    several times.
    """
    if getattr(user, "is_superuser", False):
        return Q()
    return Q(**{f"{project}__in": _projects_of(user, roles)})


def makes_in(*, user: str, project: str, roles: Collection[Role] = MAKERS) -> Q:
    """Return the condition that the user at the path `user` of a row has an active account and one of these roles in
    the project at the path `project`, or is an administrator. It is evaluated by each query."""
    member = Membership.objects.filter(user=OuterRef(user), project=OuterRef(project), role__in=list(roles))
    return Q(**{f"{user}__is_active": True}) & (Q(**{f"{user}__is_superuser": True}) | Q(Exists(member)))


def _projects_of(user: AnyUser, roles: Collection[Role] = Role) -> models.QuerySet:
    if user.pk is None:
        return Membership.objects.none()
    found = Membership.objects.filter(user=user.pk)
    if len(roles) < len(Role):
        found = found.filter(role__in=list(roles))
    return found.order_by().values("project_id")
