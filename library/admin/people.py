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


@admin.register(User)
class PersonAdmin(UserAdmin, ModelAdmin):
    """People."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm


@admin.register(Group)
class PeopleGroupAdmin(GroupAdmin, ModelAdmin):
    """Groups of people."""


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
