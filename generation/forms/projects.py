"""Forms of a project, its team and its budget."""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.db import transaction
from django.utils.text import slugify

from generation.ledger.budgets import WARN_AT
from generation.models import Production
from library.models import Membership, Project, Role

# `/projects/new/` is a page of its own.
RESERVED_SLUGS = {"new"}


class ProjectForm(forms.ModelForm):
    """A project's name, description and budget, and from when on its owners are warned of the budget's end."""

    budget_usd = forms.DecimalField(
        label="Budget in US dollars",
        required=False,
        min_value=0,
        max_digits=12,
        decimal_places=2,
        help_text="A take that would pass it is refused. Empty means no limit.",
    )
    warn_at = forms.IntegerField(
        label="Warn at, per cent of the budget",
        required=False,
        min_value=1,
        max_value=100,
        help_text=f"From there on its pages and its owners' home say so. {WARN_AT} unless you choose.",
    )

    class Meta:
        model = Project
        fields = ["name", "description", "budget_usd"]
        widgets = {"description": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.budget_usd is not None:
            self.initial["budget_usd"] = f"{self.instance.budget_usd:.2f}"
        known = Production.objects.filter(project=self.instance.pk).values_list("warn_at", flat=True)
        self.initial["warn_at"] = known.first() or WARN_AT

    @transaction.atomic
    def change(self) -> Project:
        """Save what was typed; a threshold that was left empty stays as it is."""
        project: Project = self.save()
        self._keep_warning(project)
        return project

    @transaction.atomic
    def create(self, owner: Any) -> Project:
        """A new project with an address made from its name; its creator owns it."""
        project: Project = self.save(commit=False)
        project.slug = free_slug(project.name)
        project.save()
        Membership.objects.create(project=project, user=owner, role=Role.OWNER)
        self._keep_warning(project)
        return project

    def _keep_warning(self, project: Project) -> None:
        warn_at = self.cleaned_data["warn_at"]
        if warn_at and warn_at != self.initial["warn_at"]:
            Production.objects.update_or_create(project=project, defaults={"warn_at": warn_at})


class MemberForm(forms.Form):
    """Adds somebody to a project's team."""

    username = forms.CharField(max_length=150, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    role = forms.ChoiceField(choices=Role.choices, initial=Role.EDITOR)

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.project = project

    def clean_username(self) -> User:
        """The person with that name. Raises ValidationError for a stranger or one who is in the team."""
        name = self.cleaned_data["username"]
        person = User.objects.filter(username__iexact=name, is_active=True).first()
        if person is None:
            raise forms.ValidationError(
                f"Nobody here is called {name}. An administrator can make the account."
            )
        if self.project.memberships.filter(user=person).exists():
            raise forms.ValidationError(f"{person} is in the team already; change the role in the list.")
        return person


class RoleForm(forms.Form):
    """Changes a member's role."""

    role = forms.ChoiceField(choices=Role.choices)


def free_slug(name: str) -> str:
    """An address for a project that no other one has; a name without Latin letters gives `project`."""
    stem = slugify(name)[:50].strip("-") or "project"
    taken = {*Project.objects.filter(slug__startswith=stem).values_list("slug", flat=True), *RESERVED_SLUGS}
    number, slug = 1, stem
    while slug in taken:
        number += 1
        slug = f"{stem}-{number}"
    return slug
