"""A project keeps an owner who can log in, whoever changes what at the same moment, from whichever page.

alice and bob own the project; carol edits in it.
"""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission, User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.test import Client
from django.urls import reverse

from library import teams
from library.admin.users import AccountAdmin
from library.models import Membership, Project, Role
from tests import factories
from tests.at_once import at_once

ROUNDS = 4


class Team:
    """A new project with two owners and an editor."""

    def __init__(self, suffix: str = "") -> None:
        self.alice, self.bob, self.carol = (
            factories.person(f"{name}{suffix}") for name in ("anna", "ben", "cora")
        )
        self.project = factories.project(self.alice, name="Twins")
        factories.join(self.project, self.bob, Role.OWNER)
        factories.join(self.project, self.carol, Role.EDITOR)

    def member(self, user: User) -> Membership:
        return Membership.objects.select_related("project").get(project=self.project, user=user)

    @property
    def owners(self) -> int:
        owning = Membership.objects.filter(project=self.project, role=Role.OWNER)
        return owning.filter(user__is_active=True).count()

    def demote(self, user: User) -> None:
        teams.change_role(self.member(user), Role.VIEWER)

    def remove(self, user: User) -> None:
        teams.remove(self.member(user))

    @transaction.atomic
    def deactivate(self, user: User) -> None:
        teams.check_departure([user])
        User.objects.filter(pk=user.pk).update(is_active=False)

    @transaction.atomic
    def delete(self, user: User) -> None:
        teams.check_departure([user])
        user.delete()


Change = Callable[[Team, User], None]
CHANGES: list[Change] = [Team.demote, Team.remove, Team.deactivate, Team.delete]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("first", CHANGES)
@pytest.mark.parametrize("second", CHANGES)
def test_two_owners_at_once_leave_one(first: Change, second: Change) -> None:
    """Each takes the other's place away at the same moment."""

    def refused(change: Change, team: Team, user: User) -> bool:
        try:
            change(team, user)
        except teams.LastOwner:
            return True
        return False

    for number in range(ROUNDS):
        team = Team(str(number))
        outcome = at_once(
            lambda team=team: refused(first, team, team.bob),
            lambda team=team: refused(second, team, team.alice),
        )
        assert sorted(outcome) == [False, True]
        assert team.owners == 1


@pytest.mark.django_db
@pytest.mark.parametrize("change", CHANGES)
def test_the_last_owner_who_can_log_in_stays(change: Change) -> None:
    """An owner who is deactivated is none."""
    team = Team()
    User.objects.filter(pk=team.bob.pk).update(is_active=False)
    with pytest.raises(teams.LastOwner, match="Twins would have no owner"):
        change(team, team.alice)
    assert team.owners == 1
    change(team, team.carol)


@pytest.mark.django_db
def test_a_project_of_ones_own_keeps_nobody_here() -> None:
    alone = factories.person("alone")
    factories.project(alone)
    teams.check_departure([alone])
    assert teams.orphaned_by([alone]) == []


@pytest.mark.django_db
def test_two_owners_may_not_leave_together() -> None:
    team = Team()
    with pytest.raises(teams.LastOwner):
        teams.check_departure([team.alice, team.bob])
    teams.check_departure([team.alice, team.bob, team.carol])


@pytest.fixture
def admin_page(admin_user: User) -> Client:
    browser = Client()
    browser.force_login(admin_user)
    return browser


def user_form(user: User, **changes: str) -> dict[str, str]:
    joined = user.date_joined
    return {
        "username": user.username,
        "is_active": "on",
        "date_joined_0": f"{joined:%Y-%m-%d}",
        "date_joined_1": f"{joined:%H:%M:%S}",
        **changes,
    }


@pytest.mark.django_db
def test_the_admin_deactivates_no_last_owner(admin_page: Client) -> None:
    team = Team()
    page = reverse("admin:auth_user_change", args=[team.alice.pk])
    inactive = {name: value for name, value in user_form(team.alice).items() if name != "is_active"}
    assert admin_page.post(page, inactive).status_code == 302
    team.alice.refresh_from_db()
    assert not team.alice.is_active
    page = reverse("admin:auth_user_change", args=[team.bob.pk])
    inactive = {name: value for name, value in user_form(team.bob).items() if name != "is_active"}
    answer = admin_page.post(page, inactive)
    assert answer.context["adminform"].form.errors["is_active"] == [
        "Nothing was changed: Twins would have no owner any more. Make somebody else an owner first."
    ]
    assert team.owners == 1


@pytest.mark.django_db
def test_the_admin_deletes_no_last_owner_alone_or_among_others(admin_page: Client) -> None:
    team = Team()
    team.remove(team.bob)
    single = reverse("admin:auth_user_delete", args=[team.alice.pk])
    assert "Twins, which would be left without an owner" in admin_page.get(single).content.decode()
    assert admin_page.post(single, {"post": "yes"}).status_code == 200
    chosen = {"action": "delete_selected", "_selected_action": [team.alice.pk, team.bob.pk], "post": "yes"}
    admin_page.post(reverse("admin:auth_user_changelist"), chosen)
    assert User.objects.filter(pk__in=[team.alice.pk, team.bob.pk]).count() == 2
    assert team.owners == 1


@pytest.mark.django_db
def test_a_deletion_is_checked_once_more_while_the_project_is_held() -> None:
    """The page that asks was shown before the other owner left."""
    team = Team()
    team.remove(team.bob)
    page = AccountAdmin(User, admin_site=None)
    with pytest.raises(PermissionDenied):
        page.delete_model(None, team.alice)
    assert team.owners == 1


def team_form(project: Project, *rows: dict[str, object]) -> dict[str, object]:
    sent: dict[str, object] = {
        "name": project.name,
        "slug": project.slug,
        "memberships-TOTAL_FORMS": len(rows),
        "memberships-INITIAL_FORMS": sum("id" in row for row in rows),
        "links-TOTAL_FORMS": 0,
        "links-INITIAL_FORMS": 0,
    }
    for number, row in enumerate(rows):
        sent |= {f"memberships-{number}-{name}": value for name, value in row.items()}
        sent[f"memberships-{number}-project"] = project.pk
    return sent


@pytest.mark.django_db
@pytest.mark.parametrize("is_staff_alone", [True, False])
def test_the_admins_team_keeps_an_owner(admin_page: Client, is_staff_alone: bool) -> None:
    """Demoted, deleted, or given to an account that is inactive: refused; handed over in one go: done."""
    team = Team()
    if is_staff_alone:
        staff = factories.person("staff", is_staff=True)
        staff.user_permissions.set(Permission.objects.filter(content_type__app_label="library"))
        admin_page.force_login(staff)
    page = reverse("admin:library_project_change", args=[team.project.pk])
    idle = factories.person("idle", is_active=False)

    def row(user: User, /, **changes: object) -> dict[str, object]:
        member = team.member(user)
        return {"id": member.pk, "user": user.pk, "role": member.role, **changes}

    bobs, coras = row(team.bob), row(team.carol)
    for refused in (
        [row(team.alice, role="editor"), row(team.bob, role="viewer"), coras],
        [row(team.alice, DELETE="on"), row(team.bob, DELETE="on"), coras],
        [row(team.alice, user=idle.pk), row(team.bob, role="viewer"), coras],
        [
            row(team.alice, DELETE="on"),
            row(team.bob, role="editor"),
            coras,
            {"user": idle.pk, "role": "owner"},
        ],
    ):
        answer = admin_page.post(page, team_form(team.project, *refused))
        assert answer.status_code == 200
        assert "would have no owner any more" in answer.content.decode()
        assert team.owners == 2
    handed = [row(team.alice, DELETE="on"), {**bobs, "role": "editor"}, {**coras, "role": "owner"}]
    assert admin_page.post(page, team_form(team.project, *handed)).status_code == 302
    assert team.member(team.carol).role == Role.OWNER
    assert team.owners == 1


@pytest.mark.django_db
def test_the_admins_form_counts_owners_as_they_are_by_now(admin_page: Client) -> None:
    """Its other rows were shown before somebody was demoted elsewhere, and say nothing new of them."""
    team = Team()
    rows = [
        {"id": team.member(user).pk, "user": user.pk, "role": team.member(user).role}
        for user in (team.alice, team.bob, team.carol)
    ]
    team.demote(team.bob)
    rows[0]["role"] = "editor"
    rows[1]["role"] = "viewer"
    page = reverse("admin:library_project_change", args=[team.project.pk])
    assert "would have no owner" in admin_page.post(page, team_form(team.project, *rows)).content.decode()
    assert team.owners == 1
