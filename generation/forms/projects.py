"""Forms of a project, its team and its budget."""

import hashlib
import json
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils.text import format_lazy, slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from generation.ledger.budgets import WARN_AT
from generation.models import Production
from generation.reviews.verdicts import verdicts
from library.forms.text import VisibleCharField
from library.models import Membership, Project, Role

# Left empty, these keep their value.
NUMBERS = ("warn_at", "approvals_needed")

ONLY_ADMINISTRATORS_OPEN = _(
    "Only administrators can create projects. Ask one to create it and make you its owner."
)

# `/projects/new/` is the page that creates projects.
RESERVED_SLUGS = {"new"}


class StaleProject(Exception):
    """The project was saved after the form was opened. Show both versions and let the user choose."""

    def __init__(self, current: Project) -> None:
        super().__init__(f"{current} was changed concurrently")
        self.current = current


class ProjectForm(forms.ModelForm):
    """Name, description, budget, budget warning and number of approvals of a project.

    `seen` is a digest of the values that were saved when the form was opened.
    """

    budget_usd = forms.DecimalField(
        label=_("Budget in US dollars"),
        required=False,
        min_value=0,
        max_digits=12,
        decimal_places=2,
        error_messages={
            "invalid": _("Enter the budget as an amount, such as 60 or 12.50."),
            "min_value": _("The budget cannot be negative."),
        },
        help_text=_("Takes that would exceed it are refused. Leave empty for no limit."),
    )
    warn_at = forms.IntegerField(
        label=_("Budget warning at (%)"),
        required=False,
        min_value=1,
        max_value=100,
        help_text=format_lazy(_("Owners are alerted past this point. Default {percent}."), percent=WARN_AT),
    )

    approvals_needed = forms.IntegerField(
        label=_("Required approvals"),
        required=False,
        min_value=1,
        max_value=20,
        help_text=_("Number of approvals that a take needs. Changing it recalculates all takes."),
    )
    own_budget = forms.BooleanField(
        label=_("Give the project its own budget"),
        required=False,
        help_text=_(
            "It is no longer charged to the personal budget, and its owners can set its budget. Administrators only."
        ),
    )
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    class Meta:
        model = Project
        fields = ["name", "description", "budget_usd"]
        labels = {"name": _("Name"), "description": _("Description")}
        field_classes = {"name": VisibleCharField}
        widgets = {"description": forms.Textarea(attrs={"rows": 4})}
        error_messages = {"name": {"required": _("Enter a name for the project.")}}

    def __init__(self, *args: Any, by: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not (self.instance.charged_to_id and by and by.is_superuser):
            del self.fields["own_budget"]
        saved = _saved_values(self.instance)
        self.initial.update(saved, seen=_digest(saved))

    @transaction.atomic
    def change(self, by: User) -> Project:
        """Save the form; empty numbers keep their value. Raise StaleProject if the project was saved after the form was
        opened; nothing is changed then."""
        saved = Project.objects.select_for_update().get(pk=self.instance.pk)
        if self.cleaned_data["seen"] not in {"", _digest(_saved_values(saved))}:
            raise StaleProject(saved)
        project: Project = self.save(commit=False)
        changed = list(self.Meta.fields)
        if self.cleaned_data.get("own_budget"):
            project.charged_to = None
            changed.append("charged_to")
        # Only these fields: `charged_to` may have been changed concurrently.
        project.save(update_fields=changed)
        self._keep_numbers(project, by)
        return project

    def differences(self, current: Project) -> list[tuple[str, str, str]]:
        """Return (label, saved value, typed value) of the fields that differ."""
        typed = {**self.cleaned_data, "budget_usd": _money(self.cleaned_data["budget_usd"])}
        none = gettext("none")
        rows = [
            (str(self[name].label), str(saved) or none, str(typed[name]) or none)
            for name, saved in _saved_values(current).items()
            if not (name in NUMBERS and typed[name] is None)
        ]
        return [row for row in rows if row[1] != row[2]]

    def take_over(self, current: Project) -> None:
        """Let the next submission overwrite the version that is shown."""
        self.data = {**self.data.dict(), self.add_prefix("seen"): _digest(_saved_values(current))}  # type: ignore[attr-defined]

    @transaction.atomic
    def create(self, owner: User) -> Project:
        """Create the project with a URL derived from its name. Its creator becomes its owner, and it is charged to the
        creator's personal budget unless the creator is an administrator."""
        project: Project = self.save(commit=False)
        project.charged_to = None if owner.is_superuser else owner
        save_with_free_slug(project, project.name)
        Membership.objects.create(project=project, user=owner, role=Role.OWNER)
        self._keep_numbers(project, owner)
        return project

    def _keep_numbers(self, project: Project, by: User) -> None:
        warn_at, approvals = self.cleaned_data["warn_at"], self.cleaned_data["approvals_needed"]
        if warn_at and warn_at != self.initial["warn_at"]:
            Production.objects.update_or_create(project=project, defaults={"warn_at": warn_at})
        if approvals and approvals != self.initial["approvals_needed"]:
            verdicts.set_approvals_needed(project, approvals=approvals, by=by)


class LimitField(forms.DecimalField):
    """The amount that a member may spend per calendar month, in US dollars; empty for no limit."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=_("Monthly limit in US dollars"),
            required=False,
            min_value=0,
            max_digits=12,
            decimal_places=2,
            error_messages={
                "invalid": _("Enter the monthly limit as an amount, such as 20 or 12.50."),
                "min_value": _("The monthly limit cannot be negative."),
            },
            help_text=_(
                "What this member may spend in this project per calendar month. Leave empty for no limit."
            ),
            **kwargs,
        )


class MemberForm(forms.Form):
    """Adds a member to a project's team."""

    username = forms.CharField(
        label=_("Username"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.EDITOR)
    monthly_limit_usd = LimitField()

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.project = project

    def clean_username(self) -> User:
        """Return the active user with that name, who must not be a member yet."""
        name = self.cleaned_data["username"]
        user = User.objects.filter(username__iexact=name, is_active=True).first()
        if user is None:
            text = gettext("There is no user named %(name)s. An administrator can create the account.")
            raise forms.ValidationError(text % {"name": name})
        if self.project.memberships.filter(user=user).exists():
            text = gettext("%(name)s is already a member. Change the role in the list.")
            raise forms.ValidationError(text % {"name": user})
        return user


class RoleForm(forms.Form):
    """Changes a member's role, and the monthly limit where one is sent."""

    role = forms.ChoiceField(choices=Role.choices)
    monthly_limit_usd = LimitField()

    @property
    def limit(self) -> dict[str, Any]:
        """Return the limit's column if it was sent; clients that only send roles leave it unchanged."""
        name = "monthly_limit_usd"
        return {name: self.cleaned_data[name]} if name in self.data else {}


def _saved_values(project: Project) -> dict[str, Any]:
    """Return the saved values of the form's fields."""
    production = Production.objects.filter(project=project.pk).first()
    return {
        "name": project.name,
        "description": project.description,
        "budget_usd": _money(project.budget_usd),
        "warn_at": production.warn_at if production else WARN_AT,
        "approvals_needed": production.approvals_needed if production else 1,
    }


def _money(budget: Decimal | None) -> str:
    return "" if budget is None else f"{budget:.2f}"


def _digest(values: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


def save_with_free_slug(project: Project, name: str) -> None:
    """Insert a project with an unused URL derived from its name.

    Between the look-up and the insert, another project may take the slug. The database then refuses the insert, and the
    next number is tried. Each refusal means that another insert succeeded, so the loop terminates.
    """
    while True:
        project.slug = free_slug(name)
        try:
            # A savepoint, so that a refused insert does not abort the outer transaction.
            with transaction.atomic():
                return project.save(force_insert=True)
        except IntegrityError:
            if not Project.objects.filter(slug=project.slug).exists():
                raise


def free_slug(name: str) -> str:
    """Return an unused slug; a name without ASCII letters and digits gives `project`."""
    stem = slugify(name)[:50].strip("-") or "project"
    taken = {*Project.objects.filter(slug__startswith=stem).values_list("slug", flat=True), *RESERVED_SLUGS}
    number, slug = 1, stem
    while slug in taken:
        number += 1
        slug = f"{stem}-{number}"
    return slug
