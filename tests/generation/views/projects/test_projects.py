"""Projects: made by anybody, changed by owners, never left without one."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains

from generation.models import Shot
from generation.views.projects import projects
from library import ingest
from library.models import Membership, Project, Role
from tests import factories
from tests.generation.views.conftest import make_take


def test_who_opens_a_project_owns_it(as_alice: Client, alice: User) -> None:
    answer = as_alice.post(
        "/projects/new/", {"name": "Dune Walk", "description": "sand", "budget_usd": "12.50"}
    )
    made = Project.objects.get(slug="dune-walk")
    assert answer.headers["Location"] == "/projects/dune-walk/"
    assert (str(made.budget_usd), made.description) == ("12.5000", "sand")
    assert list(made.memberships.values_list("user", "role")) == [(alice.pk, Role.OWNER)]


@pytest.mark.parametrize(
    ("name", "slug"),
    [("Harbour Lights", "harbour-lights-2"), ("new", "new-2"), ("港の灯", "project"), ("--", "project")],
)
def test_every_project_gets_an_address_of_its_own(
    as_alice: Client, project: Project, name: str, slug: str
) -> None:
    assert as_alice.post("/projects/new/", {"name": name}).headers["Location"] == f"/projects/{slug}/"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"budget_usd": "-1"}, "budget_usd"),
        ({"budget_usd": "lots"}, "budget_usd"),
    ],
)
def test_a_refused_form_keeps_what_was_typed(as_alice: Client, changes: dict[str, str], field: str) -> None:
    typed = {"name": "Dune Walk", "description": "a long text", "budget_usd": "5"} | changes
    page = as_alice.post("/projects/new/", typed)
    form = page.context["form"]
    assert (page.status_code, list(form.errors), Project.objects.count()) == (422, [field], 1)
    assert {name: form[name].value() for name in typed} == typed


def test_an_owner_changes_name_and_budget(as_alice: Client, project: Project) -> None:
    as_alice.post(
        "/projects/harbour-lights/edit/", {"name": "Night Lights", "description": "", "budget_usd": ""}
    )
    project.refresh_from_db()
    assert (project.name, project.slug, project.budget_usd) == ("Night Lights", "harbour-lights", None)


def test_a_stale_form_shows_both_texts_and_overwrites_nothing(as_alice: Client, project: Project) -> None:
    address = "/projects/harbour-lights/edit/"
    seen = as_alice.get(address).context["form"]["seen"].value()
    typed = {"description": "", "budget_usd": "12.5", "warn_at": "", "seen": seen}
    as_alice.post(address, {**typed, "name": "Harbour, hers", "approvals_needed": "2"})
    answer = as_alice.post(address, {**typed, "name": "Harbour, mine", "approvals_needed": "1"})
    project.refresh_from_db()
    assert (answer.status_code, project.name) == (409, "Harbour, hers")
    assert answer.context["differences"] == [
        ("Name", "Harbour, hers", "Harbour, mine"),
        ("Required approvals", "2", "1"),
    ]
    page = answer.content.decode()
    assert 'value="Harbour, mine"' in page
    chosen = re.search(r'name="seen" value="(\w+)"', page)[1]
    again = {**typed, "name": "Harbour, mine", "approvals_needed": "1", "seen": chosen}
    assert as_alice.post(address, again).status_code == 302
    project.refresh_from_db()
    assert (project.name, project.production.approvals_needed) == ("Harbour, mine", 1)


def test_a_refused_team_form_leaves_the_project_s_own_form_fresh(as_alice: Client, project: Project) -> None:
    page = as_alice.post("/projects/harbour-lights/members/", {"username": "nobody", "role": "editor"})
    seen = page.context["form"]["seen"].value()
    typed = {"name": "Night Lights", "description": "", "budget_usd": "", "seen": seen}
    assert as_alice.post("/projects/harbour-lights/edit/", typed).status_code == 302


def test_the_team_grows_and_shrinks(as_alice: Client, project: Project, charlie: User) -> None:
    as_alice.post("/projects/harbour-lights/members/", {"username": "Charlie", "role": "editor"})
    member = project.memberships.get(user=charlie)
    assert member.role == Role.EDITOR
    as_alice.post(f"/projects/harbour-lights/members/{member.pk}/", {"role": "viewer"})
    member.refresh_from_db()
    assert member.role == Role.VIEWER
    as_alice.post(f"/projects/harbour-lights/members/{member.pk}/remove/")
    assert not project.memberships.filter(user=charlie).exists()


@pytest.mark.parametrize("username", ["nobody", "bob", ""])
def test_nobody_is_added_twice_or_out_of_nowhere(as_alice: Client, project: Project, username: str) -> None:
    page = as_alice.post("/projects/harbour-lights/members/", {"username": username, "role": "editor"})
    assert (page.status_code, project.memberships.count()) == (422, 4)
    assert list(page.context["member_form"].errors) == ["username"]


@pytest.mark.parametrize(("action", "data"), [("", {"role": "viewer"}), ("remove/", {})])
def test_the_only_owner_stays(
    as_alice: Client, project: Project, alice: User, action: str, data: dict
) -> None:
    member = project.memberships.get(user=alice)
    page = as_alice.post(f"/projects/harbour-lights/members/{member.pk}/{action}", data, follow=True)
    assert Membership.objects.get(pk=member.pk).role == Role.OWNER
    assert "alice is the only owner" in page.content.decode()


def test_an_owner_may_step_down_beside_another(
    as_alice: Client, project: Project, alice: User, bob: User
) -> None:
    project.memberships.filter(user=bob).update(role=Role.OWNER)
    member = project.memberships.get(user=alice)
    answer = as_alice.post(f"/projects/harbour-lights/members/{member.pk}/remove/")
    assert (answer.headers["Location"], project.memberships.count()) == ("/projects/", 3)


def test_a_member_of_another_project_cannot_be_changed_from_here(as_alice: Client, charlie: User) -> None:
    other = factories.project(charlie).memberships.get()
    assert as_alice.post(f"/projects/harbour-lights/members/{other.pk}/remove/").status_code == 404


def test_the_page_says_what_is_left_of_the_budget(as_alice: Client, alice: User, project: Project) -> None:
    Project.objects.update(budget_usd=1)
    make_take(alice, project)
    seen = as_alice.get("/projects/harbour-lights/").content.decode()
    assert ("$0.32" in seen, "$0.68 left" in seen) == (True, True)


@pytest.mark.usefixtures("s3")
def test_an_asset_is_linked_by_its_handle_and_taken_out_again(
    as_alice: Client, project: Project, bob: User
) -> None:
    asset = factories.asset(bob, handle="Tom")
    for _ in range(2):
        as_alice.post("/projects/harbour-lights/assets/", {"handle": " @tom "})
    assert list(project.links.values_list("asset", flat=True)) == [asset.pk]
    assert list(as_alice.get("/projects/harbour-lights/").context["assets"]) == [asset]
    as_alice.post(f"/projects/harbour-lights/assets/{asset.pk}/remove/")
    assert (project.links.count(), type(asset).objects.count()) == (0, 1)


@pytest.mark.usefixtures("s3")
@pytest.mark.parametrize("handle", ["nobody", "secret", "", "a\0b"])
def test_what_cannot_be_seen_cannot_be_linked(
    as_alice: Client, project: Project, charlie: User, handle: str
) -> None:
    factories.asset(charlie, handle="secret", is_shared=False, project=factories.project(charlie))
    page = as_alice.post("/projects/harbour-lights/assets/", {"handle": handle}, follow=True)
    assert (project.links.count(), "is not in the library" in page.content.decode()) == (0, True)


@pytest.mark.usefixtures("s3")
def test_a_project_shows_all_its_shots_and_assets_in_pages(
    as_alice: Client, alice: User, project: Project, monkeypatch
) -> None:
    monkeypatch.setattr(projects, "SHOTS", 2)
    monkeypatch.setattr(projects, "ASSETS", 2)
    for code in ("010", "020", "030"):
        Shot.objects.create(project=project, code=code)
    for handle in ("Ana", "Bea", "Cleo"):
        ingest.link_asset(factories.asset(alice, handle=handle), project)

    page = as_alice.get("/projects/harbour-lights/")
    assert shown(page) == (["010", "020"], ["Cleo", "Bea"])
    more = "assets=" + str(page.context["more_assets"])
    assertContains(page, f"?{more}#assets-head")
    assertContains(page, "?shots=020#shots-head")

    later = as_alice.get(f"/projects/harbour-lights/?{more}&shots=020")
    assert shown(later) == (["030"], ["Ana"])
    assertNotContains(later, "Show older assets")
    assertNotContains(later, "Show more shots")
    for garbled in ("?assets=x&shots=%00", "?assets=%C2%B2"):
        assert shown(as_alice.get(f"/projects/harbour-lights/{garbled}")) == shown(page)


def shown(page: Any) -> tuple[list[str], list[str]]:
    """The codes of the shots and the handles of the assets on a project's page."""
    return [shot.code for shot in page.context["shots"]], [asset.handle for asset in page.context["assets"]]


@pytest.mark.usefixtures("s3")
def test_who_pins_an_asset_comes_back_to_its_page_of_the_list(
    as_alice: Client, alice: User, project: Project
) -> None:
    asset = factories.asset(alice)
    ingest.link_asset(asset, project)
    here = "http://testserver/projects/harbour-lights/?assets=7"
    for act in ("pin", "remove"):
        path = f"/projects/harbour-lights/assets/{asset.pk}/{act}/"
        answer = as_alice.post(path, {"version": "1"}, headers={"referer": here})
        assert answer.headers["Location"] == here
