"""An asset whose rights have ended comes back into use by an owner alone, whichever way the change is asked for."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from library import ingest
from library.models import Asset, Project, Rights
from tests import factories

pytestmark = [pytest.mark.usefixtures("s3"), pytest.mark.django_db]
LATER = date(2999, 1, 1)


def ended(by: User, project: Project | None = None) -> Asset:
    yesterday = timezone.localdate() - timedelta(1)
    return factories.asset(by, handle="Inez", project=project, rights=Rights(rights_end_on=yesterday))


def edit(asset: Asset, *, by: User, last_day: date | None, project: Project | None) -> Asset:
    """The edit as a caller of the domain asks for it, with nothing changed but these two."""
    said = {"title": asset.title, "description": "", "tags": [], "is_shared": True, "is_grid": False}
    rights = Rights(rights_end_on=last_day)
    return ingest.edit_asset(asset, by=by, revision=asset.revision, project=project, rights=rights, **said)


@pytest.mark.parametrize("last_day", [LATER, None])
def test_the_domain_lets_an_owner_extend_and_no_editor(
    alice: User, bob: User, project: Project, last_day: date | None
) -> None:
    inez = ended(bob, project)
    with pytest.raises(ingest.OwnerNeeded, match="Harbour Lights") as refused:
        edit(inez, by=bob, last_day=last_day, project=project)
    inez.refresh_from_db()
    assert (refused.value.field, inez.rights_state, inez.revision) == ("rights_end_on", "expired", 1)
    assert edit(inez, by=alice, last_day=last_day, project=project).rights_state == ""


def test_the_domain_lets_no_editor_move_what_has_ended(alice: User, bob: User, project: Project) -> None:
    inez, own = ended(alice, project), factories.project(bob)
    with pytest.raises(ingest.OwnerNeeded, match="Harbour Lights") as refused:
        edit(inez, by=bob, last_day=inez.rights_end_on, project=own)
    inez.refresh_from_db()
    assert (refused.value.field, inez.home_project, inez.revision) == ("home_project", project, 1)


def test_a_stale_copy_of_the_asset_does_not_count(alice: User, bob: User, project: Project) -> None:
    """Who read the asset before it moved into the project is asked about the project where it is now."""
    inez = ended(bob)
    assert Asset.objects.extendable_by(bob).filter(pk=inez.pk).exists()
    Asset.objects.filter(pk=inez.pk).update(home_project=project)
    with pytest.raises(ingest.OwnerNeeded):
        edit(inez, by=bob, last_day=LATER, project=project)


def test_an_editor_may_bring_the_end_forward(bob: User, project: Project) -> None:
    inez = ended(bob, project)
    earlier = timezone.localdate() - timedelta(9)
    assert edit(inez, by=bob, last_day=earlier, project=project).rights_end_on == earlier


@pytest.mark.parametrize(("role", "status"), [("staff", 200), ("owner", 302), ("administrator", 302)])
@pytest.mark.parametrize("wished", ["", "2999-01-01"])
def test_the_admin_s_form_keeps_the_rule(
    alice: User, charlie: User, admin_user: User, project: Project, role: str, status: int, wished: str
) -> None:
    person = {"staff": charlie, "owner": alice, "administrator": admin_user}[role]
    User.objects.filter(pk=person.pk).update(is_staff=True)
    person.user_permissions.set(Permission.objects.filter(codename__in=["view_asset", "change_asset"]))
    inez, client = ended(alice, project), Client()
    client.force_login(person)
    typed = {"title": "Inez Blau", "rights_end_on": wished, "revision": inez.revision}
    inline = {"versions-TOTAL_FORMS": "0", "versions-INITIAL_FORMS": "0"}
    answer = client.post(reverse("admin:library_asset_change", args=[inez.pk]), typed | inline)
    inez.refresh_from_db()
    extended = status == 302
    assert (answer.status_code, inez.rights_state == "", inez.title == "Inez Blau") == (
        status,
        extended,
        extended,
    )
    if not extended:
        (sentence,) = answer.context["adminform"].form.errors["rights_end_on"]
        assert "Harbour Lights" in sentence
