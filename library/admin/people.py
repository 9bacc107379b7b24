"""People, their groups, and the productions that they work on."""

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from library.admin.links import LinkInline
from library.models import Membership, Project

admin.site.unregister(User)
admin.site.unregister(Group)


POWERS = ("is_staff", "is_superuser", "groups", "user_permissions")


@admin.register(User)
class PersonAdmin(UserAdmin, ModelAdmin):
    """People. Staff who look after them make no administrator of anybody, nor take an administrator's place by a new
    password: what people may do is given by administrators alone."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        fields = tuple(super().get_readonly_fields(request, obj))
        return fields if _is_administrator(request) else (*fields, *POWERS)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_change_permission(request, obj) and _is_within_reach(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_delete_permission(request, obj) and _is_within_reach(request, obj)


@admin.register(Group)
class PeopleGroupAdmin(GroupAdmin, ModelAdmin):
    """Groups of people; what a group may do is given by administrators alone."""

    def get_readonly_fields(self, request: HttpRequest, obj: Group | None = None) -> tuple[str, ...]:
        fields = tuple(super().get_readonly_fields(request, obj))
        return fields if _is_administrator(request) else (*fields, "permissions")


class MembershipInline(TabularInline):
    model = Membership
    autocomplete_fields = ("user",)
    extra = 0


@admin.register(Project)
class ProjectAdmin(ModelAdmin):
    """Productions with their teams."""

    list_display = ("name", "slug", "people", "budget_usd", "created_at")
    search_fields = ("name", "slug", "description")
    ordering = ("name", "pk")
    prepopulated_fields = {"slug": ("name",)}
    date_hierarchy = "created_at"
    inlines = (MembershipInline, LinkInline)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Project]:
        return super().get_queryset(request).annotate(people=Count("members"))

    @display(description="members", ordering="people")
    def people(self, project: Project) -> int:
        return project.people  # type: ignore[attr-defined]  # annotated above


def _is_administrator(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_superuser", False))


def _is_within_reach(request: HttpRequest, person: User | None) -> bool:
    return person is None or not person.is_superuser or _is_administrator(request)
