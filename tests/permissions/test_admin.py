"""The admin: staff see and change what their permissions name, and never what the domain forbids."""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import Group, Permission, User
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from library.models import Asset, AssetVersion, Collection, MediaFile, Project
from tests import factories
from tests.permissions import changes
from tests.permissions.world import World

TABLES = sorted(admin.site._registry, key=lambda model: model._meta.label)
MADE_ELSEWHERE = {"Asset", "AssetVersion", "MediaFile", "HandleAlias", "Favourite"}
SURE = {"post": "yes"}
PASSWORDS = {"password1": "lamplight-4712", "password2": "lamplight-4712"}


@pytest.fixture
def world(db: None, s3: None) -> World:
    return World()


def staff(*apps: str, codenames: tuple[str, ...] = ()) -> Client:
    """The browser of a new member of staff with all permissions of these apps, and these."""
    person = factories.person("sten", is_staff=True)
    granted = Permission.objects.filter(content_type__app_label__in=apps)
    person.user_permissions.set(granted | Permission.objects.filter(codename__in=codenames))
    browser = Client()
    browser.force_login(person)
    return browser


def address(model: type[Model], page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def statuses(browser: Client, model: type[Model]) -> dict[str, int]:
    """What the pages of a table answer: the list, the page of one row, the question before it is deleted."""
    seen = {"list": browser.get(address(model, "changelist")).status_code}
    if row := model._default_manager.first():
        seen |= {page: browser.get(address(model, page, row.pk)).status_code for page in ("change", "delete")}
        seen["deleted"] = browser.post(address(model, "delete", row.pk), SURE).status_code
    return seen | {"add": browser.get(address(model, "add")).status_code}


@pytest.mark.usefixtures("world")
def test_staff_without_permissions_see_an_empty_index_and_no_table() -> None:
    browser = staff()
    before = changes.snapshot()
    index = browser.get(reverse("admin:index"))
    assert (index.status_code, index.context["app_list"]) == (200, [])
    seen = {model._meta.label: set(statuses(browser, model).values()) for model in TABLES}
    assert seen == {model._meta.label: {403} for model in TABLES}
    asked = {"app_label": "library", "model_name": "projectasset", "field_name": "asset", "term": "k"}
    assert browser.get(reverse("admin:autocomplete"), asked).status_code == 403
    assert changes.told(before, changes.snapshot()) == ""


@pytest.mark.usefixtures("world")
def test_the_library_s_permissions_open_the_library_alone() -> None:
    browser = staff("library")
    seen = {model.__name__: statuses(browser, model) for model in TABLES}
    for model in TABLES:
        told = seen[model.__name__]
        if model._meta.app_label != "library":
            assert set(told.values()) == {403}, model
            continue
        assert told["list"] == 200, model
        assert told.get("change", 200) == 200, model
        assert told["add"] == (403 if model.__name__ in MADE_ELSEWHERE else 200), model


@pytest.mark.parametrize("model", [Asset, AssetVersion, MediaFile], ids=lambda model: model.__name__)
@pytest.mark.parametrize("who", ["staff", "administrator"])
def test_what_jobs_stand_on_is_not_deleted_from_here(world: World, model: type[Model], who: str) -> None:
    """What nothing uses is deleted on its page, where `ingest` asks what uses it."""
    browser = staff("library", "generation")
    if who == "administrator":
        browser.force_login(world.people["admin"])
    before = changes.snapshot()
    rows = list(model._default_manager.values_list("pk", flat=True))
    for pk in rows:
        assert browser.post(address(model, "delete", pk), SURE).status_code == 403
    browser.post(
        address(model, "changelist"), {"action": "delete_selected", ACTION_CHECKBOX_NAME: rows} | SURE
    )
    assert changes.told(before, changes.snapshot()) == ""


def test_a_project_with_assets_or_jobs_is_not_deleted(world: World) -> None:
    """Deleting its home would be a way around: everything that stands on it is protected."""
    browser = staff("library", "generation")
    for slug in ("harbour-lights", "far-shore"):
        project = Project.objects.get(slug=slug)
        answer = browser.post(address(Project, "delete", project.pk), SURE)
        assert (answer.status_code, bool(answer.context["protected"])) == (200, True)
    assert Asset.objects.count() == len(["Kept", "Old", "Shared", "Loose", "Far", "Bobs"])


def test_a_collection_deleted_here_leaves_its_assets(world: World) -> None:
    browser = staff("library")
    before = changes.snapshot()
    answer = browser.post(address(Collection, "delete", world.ids["team_collection"]), SURE)
    assert answer.status_code == 302
    assert changes.told(before, changes.snapshot()) == "-Collection -Collection_assets"


# People


def test_staff_who_look_after_people_make_no_administrator(world: World) -> None:
    browser, vera = staff("auth"), world.vera
    page = address(User, "change", vera.pk)
    form = browser.get(page).context["adminform"].form
    assert {"is_superuser", "is_staff", "groups", "user_permissions"} & set(form.fields) == set()
    sent = {"username": vera.username, "is_active": "on", "is_superuser": "on", "is_staff": "on"}
    joined = {"date_joined_0": "2026-01-01", "date_joined_1": "00:00:00", "first_name": "New"}
    assert browser.post(page, sent | joined).status_code == 302
    vera.refresh_from_db()
    assert (vera.first_name, vera.is_superuser, vera.is_staff) == ("New", False, False)
    assert (
        browser.post(reverse("admin:auth_user_password_change", args=[vera.pk]), PASSWORDS).status_code == 302
    )


def accounts_above(world: World) -> list[User]:
    """An administrator, one who is no staff, another member of staff, and sten himself."""
    hidden = factories.person("hidden", is_superuser=True)
    other = factories.person("olga", is_staff=True)
    other.user_permissions.set(Permission.objects.filter(codename="delete_project"))
    return [world.people["admin"], hidden, other, User.objects.get(username="sten")]


def test_staff_touch_no_account_of_staff_or_administrators(world: World) -> None:
    """Not the password, not the e-mail address, not whether it is active, not by deleting it: neither one by one nor
    among others."""
    browser = staff("auth")
    above = accounts_above(world)
    before = changes.snapshot()
    for person in above:
        page = address(User, "change", person.pk)
        sent = {"username": "taken", "email": "mine@studio.example"}
        assert browser.post(page, sent).status_code == 403, person
        assert (
            browser.post(reverse("admin:auth_user_password_change", args=[person.pk]), PASSWORDS).status_code
            == 403
        )
        assert browser.post(address(User, "delete", person.pk), SURE).status_code == 403
        chosen = {ACTION_CHECKBOX_NAME: [person.pk, world.vera.pk]}
        browser.post(address(User, "changelist"), {"action": "delete_selected"} | chosen | SURE)
    assert changes.told(before, changes.snapshot()) == ""


def test_an_administrator_manages_every_account(world: World) -> None:
    browser = staff("auth")
    browser.force_login(world.people["admin"])
    for person in accounts_above(world)[1:]:
        assert browser.get(address(User, "change", person.pk)).status_code == 200
        changed = browser.post(reverse("admin:auth_user_password_change", args=[person.pk]), PASSWORDS)
        assert changed.status_code == 302


def test_staff_change_no_group(world: World) -> None:
    """A group is what staff get their permissions by."""
    browser = staff("auth")
    group = Group.objects.create(name="Wardrobe")
    before = changes.snapshot()
    everything = [permission.pk for permission in Permission.objects.all()]
    sent = {"name": "Props", "permissions": everything}
    assert browser.post(address(Group, "change", group.pk), sent).status_code == 403
    assert browser.post(address(Group, "add"), sent).status_code == 403
    assert browser.post(address(Group, "delete", group.pk), SURE).status_code == 403
    chosen = {ACTION_CHECKBOX_NAME: [group.pk]}
    browser.post(address(Group, "changelist"), {"action": "delete_selected"} | chosen | SURE)
    assert changes.told(before, changes.snapshot()) == ""
