"""Forms of a project, its team and its budget."""

import hashlib
import json
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from generation.ledger.budgets import WARN_AT
from generation.models import Production
from generation.reviews.verdicts import verdicts
from library.forms.text import VisibleCharField
from library.models import Membership, Project, Role

NUMBERS = ("warn_at", "approvals_needed")  # left empty they stay as they are

ONLY_ADMINISTRATORS_OPEN = _(
    "Only administrators can create projects. Ask one to create it and make you its owner."
)

# `/projects/new/` is a page of its own.
RESERVED_SLUGS = {"new"}


class StaleProject(Exception):
    """Somebody saved the project after the form was opened: show both texts and let the person choose."""

    def __init__(self, current: Project) -> None:
        super().__init__(f"{current} was changed meanwhile")
        self.current = current


class ProjectForm(forms.ModelForm):
    """A project's name, description and budget, from when on its owners are warned of the budget's end, and how many
    people have to approve a take. `seen` is a mark of what was saved when the form was opened."""

    budget_usd = forms.DecimalField(
        label="Budget in US dollars",
        required=False,
        min_value=0,
        max_digits=12,
        decimal_places=2,
        error_messages={
            "invalid": "Write the budget as an amount, such as 60 or 12.50.",
            "min_value": "A budget is 0 US dollars or more.",
        },
        help_text="A take that would pass it is refused. Empty means no limit.",
    )
    warn_at = forms.IntegerField(
        label="Warn at, per cent of the budget",
        required=False,
        min_value=1,
        max_value=100,
        help_text=f"From there on its pages and its owners' home say so. {WARN_AT} unless you choose.",
    )

    approvals_needed = forms.IntegerField(
        label="Approvals that a take needs",
        required=False,
        min_value=1,
        max_value=20,
        help_text="So many owners and reviewers have to approve it. When it changes, all takes are counted anew.",
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
        field_classes = {"name": VisibleCharField}
        widgets = {"description": forms.Textarea(attrs={"rows": 4})}
        error_messages = {"name": {"required": "Give the project a name."}}

    def __init__(self, *args: Any, by: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not (self.instance.charged_to_id and by and by.is_superuser):
            del self.fields["own_budget"]
        said = _said(self.instance)
        self.initial.update(said, seen=_mark(said))

    @transaction.atomic
    def change(self, by: User) -> Project:
        """Save what was typed; a threshold or a number that was left empty stays as it is. Raises StaleProject when
        the form was opened on another text than the one that is saved; then nothing is changed."""
        saved = Project.objects.select_for_update().get(pk=self.instance.pk)
        if self.cleaned_data["seen"] not in {"", _mark(_said(saved))}:
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
        """Label, what is saved now, what was typed here; only where the two differ."""
        typed = {**self.cleaned_data, "budget_usd": _money(self.cleaned_data["budget_usd"])}
        rows = [
            (str(self[name].label), f"{now}" or "none", f"{typed[name]}" or "none")
            for name, now in _said(current).items()
            if not (name in NUMBERS and typed[name] is None)
        ]
        return [row for row in rows if row[1] != row[2]]

    def take_over(self, current: Project) -> None:
        """Lets the next press of the button save this text over the one that was just shown."""
        self.data = {**self.data.dict(), self.add_prefix("seen"): _mark(_said(current))}  # type: ignore[attr-defined]

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
    """What a member may spend in a calendar month, in US dollars; empty: no limit."""

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
    """Adds somebody to a project's team."""

    username = forms.CharField(max_length=150, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    role = forms.ChoiceField(choices=Role.choices, initial=Role.EDITOR)
    monthly_limit_usd = LimitField()

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
    """Changes a member's role, and the monthly limit where one is sent."""

    role = forms.ChoiceField(choices=Role.choices)
    monthly_limit_usd = LimitField()

    @property
    def limit(self) -> dict[str, Any]:
        """Return the limit's column if it was sent; clients that only send roles leave it unchanged."""
        name = "monthly_limit_usd"
        return {name: self.cleaned_data[name]} if name in self.data else {}


def _said(project: Project) -> dict[str, Any]:
    """What the form shows of a project as it is saved."""
    known = Production.objects.filter(project=project.pk).first()
    return {
        "name": project.name,
        "description": project.description,
        "budget_usd": _money(project.budget_usd),
        "warn_at": known.warn_at if known else WARN_AT,
        "approvals_needed": known.approvals_needed if known else 1,
    }


def _money(budget: Decimal | None) -> str:
    return "" if budget is None else f"{budget:.2f}"


def _mark(said: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


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
    """An address for a project that no other one has; a name without Latin letters gives `project`."""
    stem = slugify(name)[:50].strip("-") or "project"
    taken = {*Project.objects.filter(slug__startswith=stem).values_list("slug", flat=True), *RESERVED_SLUGS}
    number, slug = 1, stem
    while slug in taken:
        number += 1
        slug = f"{stem}-{number}"
    return slug
