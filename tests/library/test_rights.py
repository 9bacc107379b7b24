"""Rights: kept with an asset, shown when they end, and extended by owners alone once they have."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.formats import date_format

from library import ingest
from library.models import Asset, Membership, Project, Rights, Role
from library.models.rights import notice_on, state_on
from tests import factories
from tests.library import files

pytestmark = [pytest.mark.usefixtures("s3"), pytest.mark.django_db]
TODAY = date(2026, 11, 22)


def in_days(days: int) -> date:
    return timezone.localdate() + timedelta(days)


def with_rights(by: User, last_day: date | None, **fields: object) -> Asset:
    return factories.asset(by, handle="Inez", rights=Rights(rights_end_on=last_day), **fields)


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def save(user: User, asset: Asset, **typed: object) -> HttpResponse:
    """Sends the edit form as this person would, with these fields typed anew."""
    client = as_(user)
    form = client.get(f"/library/{asset}/edit/").context["form"]
    values = {name: form[name].value() for name in form.fields}
    shown = {name: value for name, value in values.items() if value not in (None, False)}
    if shown.get("home_project"):
        shown["home_project"] = asset.home_project_id
    return client.post(f"/library/{asset}/edit/", shown | typed)


@pytest.mark.parametrize(
    ("last_day", "state", "told"),
    [
        (None, "", ""),
        (TODAY + timedelta(31), "", ""),
        (TODAY + timedelta(30), "ending", "rights expire in 30 days"),
        (TODAY + timedelta(1), "ending", "rights expire in 1 day"),
        (TODAY, "ending", "rights expire today"),
        (TODAY - timedelta(1), "expired", "rights expired 1 day ago"),
        (TODAY - timedelta(3), "expired", "rights expired 3 days ago"),
    ],
)
def test_the_last_day_counts(last_day: date | None, state: str, told: str) -> None:
    assert (state_on(TODAY, last_day), notice_on(TODAY, last_day)) == (state, told)


def test_rights_are_typed_with_a_new_asset_and_shown_on_its_page(alice: User) -> None:
    client = as_(alice)
    typed = {
        "kind": "image",
        "handle": "Inez",
        "is_shared": "on",
        "files": [factories.upload()],
        "licence": "CC BY 4.0",
        "source": "Shoot of 3 May",
        "consent_note": "Inez Blau, in writing",
        "rights_end_on": "2999-05-03",
    }
    assert client.post("/library/new/", typed).status_code == 302
    inez = Asset.objects.get(handle="Inez")
    assert (inez.licence, inez.rights_end_on, inez.rights_state) == ("CC BY 4.0", date(2999, 5, 3), "")
    page = client.get("/library/@Inez/").content.decode()
    last_day = date_format(date(2999, 5, 3))
    for text in ("CC BY 4.0", "Shoot of 3 May", "Inez Blau, in writing", last_day):
        assert text in page


def test_an_edit_keeps_and_changes_rights(alice: User, project: Project) -> None:
    inez = with_rights(alice, in_days(40), project=project)
    assert save(alice, inez, licence="House contract").status_code == 302
    inez.refresh_from_db()
    assert (inez.licence, inez.rights_end_on) == ("House contract", in_days(40))


@pytest.mark.parametrize(
    ("days", "badge", "notice"),
    [
        (-3, "rights expired 3 days ago", "cannot be used in new takes"),
        (5, "rights expire in 5 days", "can be used in new takes until"),
        (400, None, None),
    ],
)
def test_the_end_shows_on_card_and_page(
    alice: User, days: int, badge: str | None, notice: str | None
) -> None:
    with_rights(alice, in_days(days))
    client = as_(alice)
    cards, page = (client.get(address).content.decode() for address in ("/library/", "/library/@Inez/"))
    if badge and notice:
        assert badge in cards
        assert badge in page
        assert notice in page
    else:
        assert "rights expire" not in cards
        assert "message-error" not in page


def test_badges_cost_no_queries(alice: User) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get("/library/").status_code == 200
        return len(seen)

    client = as_(alice)
    factories.asset(alice, rights=Rights(rights_end_on=in_days(-1)))
    cost()
    one = cost()
    for days in (-5, 3, 10):
        factories.asset(alice, rights=Rights(rights_end_on=in_days(days)))
    assert cost() == one


@pytest.mark.parametrize("wished", ["", "2999-01-01"])
def test_an_editor_cannot_extend_what_has_ended(
    alice: User, bob: User, project: Project, wished: str
) -> None:
    inez = with_rights(alice, in_days(-3), project=project)
    answer = save(bob, inez, rights_end_on=wished)
    assert answer.status_code == 422
    (sentence,) = answer.context["form"].errors["rights_end_on"]
    assert "Only an owner of Harbour Lights can extend them." in sentence
    inez.refresh_from_db()
    assert inez.rights_end_on == in_days(-3)


def test_an_editor_may_still_edit_the_rest_and_bring_the_end_forward(
    alice: User, bob: User, project: Project
) -> None:
    inez = with_rights(alice, in_days(-3), project=project)
    assert save(bob, inez, title="Inez Blau", rights_end_on=in_days(-10)).status_code == 302
    inez.refresh_from_db()
    assert (inez.title, inez.rights_end_on) == ("Inez Blau", in_days(-10))


def test_an_editor_may_extend_before_the_end(alice: User, bob: User, project: Project) -> None:
    inez = with_rights(alice, in_days(0), project=project)
    assert save(bob, inez, rights_end_on=in_days(90)).status_code == 302
    inez.refresh_from_db()
    assert inez.rights_end_on == in_days(90)


def test_ended_rights_do_not_move_to_a_project_of_the_editor_s_own(
    alice: User, bob: User, project: Project
) -> None:
    own = factories.project(bob)
    inez = with_rights(alice, in_days(-3), project=project)
    for elsewhere in (own.pk, ""):
        answer = save(bob, inez, home_project=elsewhere)
        assert list(answer.context["form"].errors) == ["home_project"]
    inez.refresh_from_db()
    assert inez.home_project == project


@pytest.mark.parametrize("wished", ["", "2999-01-01"])
def test_an_owner_of_the_home_project_extends(
    alice: User, bob: User, charlie: User, project: Project, wished: str
) -> None:
    inez = with_rights(bob, in_days(-3), project=project)
    factories.join(project, charlie, Role.OWNER)
    assert save(charlie, inez, rights_end_on=wished).status_code == 302
    inez.refresh_from_db()
    assert inez.rights_state == ""


def test_without_a_project_the_maker_extends(bob: User) -> None:
    inez = with_rights(bob, in_days(-3))
    assert save(bob, inez, rights_end_on=in_days(60)).status_code == 302


def test_an_administrator_extends(alice: User, project: Project, admin_user: User) -> None:
    inez = with_rights(alice, in_days(-3), project=project)
    assert save(admin_user, inez, rights_end_on=in_days(60)).status_code == 302


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.VIEWER])
def test_readers_cannot_edit_rights_at_all(alice: User, charlie: User, project: Project, role: Role) -> None:
    with_rights(alice, in_days(-3), project=project)
    Membership.objects.create(project=project, user=charlie, role=role)
    values = {"revision": 1, "is_shared": "on", "rights_end_on": "2999-01-01"}
    assert as_(charlie).post("/library/@Inez/edit/", values).status_code == 403


def test_a_stale_edit_of_rights_shows_both_dates(alice: User, project: Project) -> None:
    inez = with_rights(alice, in_days(40), project=project)
    client = as_(alice)
    form = client.get("/library/@Inez/edit/").context["form"]
    typed = {"revision": form["revision"].value(), "is_shared": "on", "home_project": project.pk}
    assert client.post("/library/@Inez/edit/", typed | {"rights_end_on": in_days(50)}).status_code == 302
    answer = client.post("/library/@Inez/edit/", typed | {"rights_end_on": in_days(60)})
    assert answer.status_code == 409
    assert answer.context["differences"] == [("Last day of use", str(in_days(50)), str(in_days(60)))]
    inez.refresh_from_db()
    assert inez.rights_end_on == in_days(50)


def test_what_it_can_be_used_as_is_kept_with_the_asset(alice: User) -> None:
    harbour = factories.asset(alice, handle="Harbour", kind=Asset.Kind.IMAGE)
    assert harbour.usable_as == "first, mid or end frame, reference"
    assert save(alice, harbour, is_grid="on").status_code == 302
    harbour.refresh_from_db()
    assert (harbour.is_grid, harbour.usable_as) == (True, "grid reference")
    page = as_(alice).get("/library/@Harbour/").content.decode()
    assert "<dd>grid reference</dd>" in page


def test_only_a_picture_can_be_a_grid(alice: User) -> None:
    mara = factories.asset(alice, handle="Mara", is_grid=True)
    assert mara.is_grid is False
    assert save(alice, mara, is_grid="on").status_code == 302
    mara.refresh_from_db()
    assert (mara.is_grid, mara.usable_as) == (False, "reference")


def test_a_new_version_is_marked_anew(alice: User) -> None:
    mara = factories.asset(alice, handle="Mara")
    face = factories.upload("face.png")
    voice = factories.upload("voice.wav", files.sound(16.5))
    ingest.add_version(mara, by=alice, media=[ingest.add_media(face), ingest.add_media(voice)])
    mara.refresh_from_db()
    assert mara.usable_as == "reference"
    page = as_(alice).get("/library/@Mara/").content.decode()
    assert "reference; voice too long: 16.5 s, maximum 15 s" in page


def test_a_page_shows_the_facts_that_the_provider_cares_about(alice: User) -> None:
    factories.asset(alice, handle="Harbour", kind=Asset.Kind.IMAGE)
    page = as_(alice).get("/library/@Harbour/").content.decode()
    assert "320×240 · 4:3 · png · " in " ".join(page.split())
