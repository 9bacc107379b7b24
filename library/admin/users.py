"""Users, groups, and projects with their teams in the admin."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Count, QuerySet
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from library import teams
from library.admin.links import LinkInline
from library.models import Membership, Project, Role

admin.site.unregister(User)
admin.site.unregister(Group)


BUDGET_FIELDS = ("budget_usd", "charged_to")


class AccountForm(UserChangeForm):
    """An account. It is not deactivated while a project with other members has no other owner."""

    def clean_is_active(self) -> bool:
        """Raise ValidationError. The projects stay locked until the account is saved."""
        is_active: bool = self.cleaned_data["is_active"]
        if not is_active and self.instance.pk:
            try:
                teams.check_departure([self.instance])
            except teams.LastOwner as refusal:
                raise ValidationError(str(refusal)) from refusal
        return is_active


PERMISSION_FIELDS = ("is_staff", "is_superuser", "groups", "user_permissions")


@admin.register(User)
class AccountAdmin(UserAdmin, ModelAdmin):
    """Users. Staff can manage only accounts of members. Only administrators can manage accounts of staff and
    administrators (passwords, e-mail addresses, activity, deletion), and permissions."""

    form = AccountForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        fields = tuple(super().get_readonly_fields(request, obj))
        return fields if _is_administrator(request) else (*fields, *PERMISSION_FIELDS)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_change_permission(request, obj) and _may_manage(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_delete_permission(request, obj) and _may_manage(request, obj)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, Any, Any, Any]:
        """Add the projects that would be left without an owner to the objects that prevent deletion."""
        listed, counts, missing, protected = super().get_deleted_objects(objs, request)
        orphaned = [
            _("%(project)s, which would be left without an owner") % {"project": project}
            for project in teams.orphaned_by(objs)
        ]
        return listed, counts, missing, [*protected, *orphaned]

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        self.delete_queryset(request, User.objects.filter(pk=obj.pk))

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Raise PermissionDenied if one of them has become the last owner of a project since the check."""
        try:
            teams.check_departure(queryset)
        except teams.LastOwner as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        super().delete_queryset(request, queryset)


@admin.register(Group)
class PermissionGroupAdmin(GroupAdmin, ModelAdmin):
    """Groups. Only administrators can change them, since staff get their permissions through them."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and _is_administrator(request)

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return super().has_change_permission(request, obj) and _is_administrator(request)

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return super().has_delete_permission(request, obj) and _is_administrator(request)


class TeamFormSet(BaseInlineFormSet):
    """The rows of a team, which must keep an owner after all changes of the form."""

    def clean(self) -> None:
        """Raise ValidationError. The project stays locked until the rows are saved."""
        super().clean()
        if any(self.errors) or not self.instance.pk:
            return
        teams.hold(self.instance)
        try:
            teams.check_owners_after(self.instance, self._owners())
        except teams.LastOwner as refusal:
            raise ValidationError(str(refusal)) from refusal

    def _owners(self) -> list[int]:
        """Return the keys of the users who will be owners after saving; rows that were not changed here are read from
        the database."""
        saved = Membership.objects.filter(project=self.instance).values_list("pk", "user_id", "role")
        team: dict[int | str, tuple[int, str]] = {pk: (user, role) for pk, user, role in saved}
        deleted = self.deleted_forms
        for form in self.forms:
            if form in deleted:
                team.pop(form.instance.pk, None)
            elif form.has_changed():
                team[form.instance.pk or f"{form.prefix}"] = (form.instance.user_id, form.instance.role)
        return [user for user, role in team.values() if role == Role.OWNER]


class MembershipInline(TabularInline):
    """The team, with the monthly limits of its members."""

    model = Membership
    formset = TeamFormSet
    autocomplete_fields = ("user",)
    extra = 0


@admin.register(Project)
class ProjectAdmin(ModelAdmin):
    """Projects with their teams. Only administrators can give a project its own budget; projects that other staff
    create here are charged to their personal budget, as everywhere."""

    list_display = ("name", "slug", "member_count", "budget_usd", "charged_to", "created_at")
    list_select_related = ("charged_to",)
    autocomplete_fields = ("charged_to",)
    search_fields = ("name", "slug", "description")
    ordering = ("name", "pk")
    prepopulated_fields = {"slug": ("name",)}
    date_hierarchy = "created_at"
    inlines = (MembershipInline, LinkInline)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Project]:
        return super().get_queryset(request).annotate(member_count=Count("members"))

    def get_readonly_fields(self, request: HttpRequest, obj: Project | None = None) -> tuple[str, ...]:
        fields = tuple(super().get_readonly_fields(request, obj))
        return fields if _is_administrator(request) else (*fields, *BUDGET_FIELDS)

    def save_model(self, request: HttpRequest, obj: Project, form: Any, change: bool) -> None:
        if not change and not _is_administrator(request):
            obj.charged_to_id = request.user.pk
        super().save_model(request, obj, form, change)

    @display(description=gettext_lazy("members"), ordering="member_count")
    def member_count(self, project: Project) -> int:
        return project.member_count  # type: ignore[attr-defined]  # annotated above


def _is_administrator(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_superuser", False))


def _may_manage(request: HttpRequest, account: User | None) -> bool:
    return account is None or not (account.is_staff or account.is_superuser) or _is_administrator(request)
