"""Versions: seen, compared, restored, with a word beforehand on what that reaches; links that follow or are pinned."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from generation.models import Job, JobReference
from generation.reviews.verdicts import verdicts
from library import ingest, storage
from library.ingest import bulk
from library.models import Asset, Project, ProjectAsset
from tests import factories
from tests.generation.views.conftest import make_take

pytestmark = [pytest.mark.usefixtures("s3"), pytest.mark.django_db]


@pytest.fixture
def mara(alice: User, project: Project) -> Asset:
    """@Mara of Harbour Lights, with two versions."""
    made = factories.asset(alice, handle="Mara", project=project)
    ingest.add_version(made, by=alice, media=[factories.media()], note="new coat")
    made.refresh_from_db()
    return made


@pytest.fixture
def browser(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def use(asset: Asset, job: Job, number: int) -> None:
    version = asset.versions.get(number=number)
    JobReference.objects.create(job=job, handle=asset.handle, asset=asset, version=version, position=0)


def files(asset: Asset, number: int) -> list[str]:
    return [media.sha256 for media in ingest.files_of(asset.versions.get(number=number))]


def test_restoring_makes_a_new_version_with_the_old_files(mara: Asset, bob: User) -> None:
    made = ingest.restore_version(mara.versions.get(number=1), by=bob)
    mara.refresh_from_db()
    assert (made.number, made.note, made.created_by, mara.current_version) == (
        3,
        "restored from v1",
        bob,
        made,
    )
    assert files(mara, 3) == files(mara, 1) != files(mara, 2)
    assert mara.cover.sha256 == files(mara, 1)[0]


def test_what_is_current_is_not_restored(mara: Asset, bob: User) -> None:
    with pytest.raises(ingest.WrongFiles):
        ingest.restore_version(mara.versions.get(number=2), by=bob)
    assert mara.versions.count() == 2


def test_the_impact_counts_everything_and_names_what_i_may_see(
    mara: Asset, alice: User, charlie: User, project: Project
) -> None:
    ferry, secret = factories.project(alice, name="Ferry"), factories.project(charlie, name="Secret")
    ingest.pin(ingest.link_asset(mara, ferry), mara.versions.get(number=1))
    ingest.link_asset(mara, secret)
    use(mara, factories.job(alice, ferry), 1)
    use(mara, make_take(alice, project).job, 2)
    approved = make_take(alice, project)
    verdicts.decide(approved, by=alice, decision="approved")
    use(mara, approved.job, 2)
    impact = ingest.impact_of(mara, alice)
    assert [str(link.project) for link in impact.following] == ["Harbour Lights"]
    assert [(str(link.project), link.pinned_version.number) for link in impact.pinned] == [("Ferry", 1)]
    assert (impact.hidden_following, impact.hidden_pinned) == (1, 0)
    assert (impact.jobs, impact.takes, impact.approved) == (3, 2, 1)


@pytest.mark.parametrize("address", ["versions/", "versions/1/restore/"])
def test_the_impact_is_told_before_anything_is_saved(
    browser: Client, mara: Asset, alice: User, charlie: User, project: Project, address: str
) -> None:
    ingest.link_asset(mara, factories.project(charlie, name="Secret"))
    take = make_take(alice, project)
    use(mara, take.job, 2)
    verdicts.decide(take, by=alice, decision="approved")
    page = browser.get(f"/library/@Mara/{address}").content.decode()
    assert "1 job keeps the version that it used (takes: 1, approved: 1)." in page
    assert "1 project that you cannot see" in page
    assert ("Harbour Lights" in page, "Secret" in page) == (True, False)


def test_two_versions_stand_side_by_side(browser: Client, mara: Asset) -> None:
    page = browser.get("/library/@Mara/versions/compare/?a=1&b=2").content.decode()
    for number in (1, 2):
        address = storage.signed_url(ingest.files_of(mara.versions.get(number=number))[0].key)
        assert address.replace("&", "&amp;") in page
    last_two = browser.get("/library/@Mara/versions/compare/").context["sides"]
    assert [version.number for version in last_two] == [1, 2]


@pytest.mark.parametrize("query", ["?a=9", "?a=x", "?b=-1", "?a=99999999999999999999", "?a=%00", "?a=²"])
def test_a_version_that_is_not_there_is_not_found(browser: Client, mara: Asset, query: str) -> None:
    assert browser.get(f"/library/@Mara/versions/compare/{query}").status_code == 404


def test_a_version_is_restored_from_its_page(browser: Client, mara: Asset) -> None:
    assert "/versions/1/restore/" in browser.get("/library/@Mara/versions/1/").content.decode()
    assert browser.post("/library/@Mara/versions/1/restore/").url == "/library/@Mara/"
    assert files(mara, 3) == files(mara, 1)
    twice = browser.post("/library/@Mara/versions/1/restore/", follow=True)
    assert "Nothing was changed." in twice.content.decode()
    assert mara.versions.count() == 3


# Links


def link_of(asset: Asset, project: Project) -> ProjectAsset:
    return ProjectAsset.objects.get(asset=asset, project=project)


def test_two_who_choose_files_at_once_do_not_replace_one_another(browser: Client, mara: Asset) -> None:
    """The second one is shown the version of the first, and may save the files that the form has kept all the same."""
    opened = browser.get("/library/@Mara/versions/").context["form"]
    sent = {"kept": [one.token for one in opened.kept], "after": opened["after"].value(), "note": "mine"}
    theirs = ingest.add_version(mara, by=mara.created_by, media=[factories.media()])
    answer = browser.post("/library/@Mara/versions/", sent | {"files": [factories.upload("hat.png")]})
    page = answer.content.decode()
    assert (answer.status_code, mara.versions.count()) == (409, 3)
    assert "Version 3 was created while you were choosing files" in page
    assert storage.signed_url(theirs.files.get().media.key).replace("&", "&amp;") in page
    form = answer.context["form"]
    again = {"kept": [one.token for one in form.kept], "after": form["after"].value(), "note": "mine"}
    assert browser.post("/library/@Mara/versions/", again).status_code == 302
    assert len(files(mara, 4)) == 2
    assert files(mara, 4)[0] == files(mara, 2)[0]


def test_a_version_is_not_restored_over_one_that_nobody_looked_at(browser: Client, mara: Asset) -> None:
    address = "/library/@Mara/versions/1/restore/"
    opened = re.search(r'name="after" value="(\d+)"', browser.get(address).content.decode())[1]
    ingest.add_version(mara, by=mara.created_by, media=[factories.media()])
    answer = browser.post(address, {"after": opened})
    assert (answer.status_code, mara.versions.count()) == (409, 3)
    assert "Version 3 was created in the meantime." in answer.content.decode()
    assert browser.post(address, {"after": "3"}).status_code == 302
    assert files(mara, 4) == files(mara, 1)


def test_a_project_is_pinned_told_of_newer_ones_and_follows_again(
    browser: Client, mara: Asset, project: Project
) -> None:
    pin = f"/projects/harbour-lights/assets/{mara.pk}/pin/"
    page = browser.post(pin, {"version": "1"}, follow=True).content.decode()
    assert link_of(mara, project).pinned_version.number == 1
    assert ("pinned to v1" in page, "newer version: v2" in page) == (True, True)
    assert "newer version" not in browser.post(pin, {"version": "2"}, follow=True).content.decode()
    page = browser.post(pin, {"follow": "", "version": "2"}, follow=True).content.decode()
    assert link_of(mara, project).pinned_version is None
    assert "latest, v2" in page


@pytest.mark.parametrize("number", ["", "0", "3", "-1", "1.5", "x", "²", "9" * 30])
def test_a_version_that_is_not_there_is_not_pinned(
    browser: Client, mara: Asset, project: Project, number: str
) -> None:
    answer = browser.post(f"/projects/harbour-lights/assets/{mara.pk}/pin/", {"version": number}, follow=True)
    assert "@Mara has no such version" in answer.content.decode()
    assert link_of(mara, project).pinned_version is None


def test_what_is_kept_at_home_is_linked_nowhere_else(browser: Client, alice: User, project: Project) -> None:
    hidden = factories.asset(alice, handle="Plot", project=project, is_shared=False)
    ferry = factories.project(alice, name="Ferry", slug="ferry")
    answer = browser.post("/projects/ferry/assets/", {"handle": "Plot"}, follow=True)
    assert "@Plot is restricted to Harbour Lights." in answer.content.decode()
    assert not ferry.links.exists()
    assert ingest.link_asset(hidden, project) == link_of(hidden, project)


def test_an_earlier_name_links_too(browser: Client, mara: Asset, alice: User) -> None:
    ferry = factories.project(alice, slug="ferry")
    ingest.rename(mara, handle="Marlene", revision=mara.revision)
    browser.post("/projects/ferry/assets/", {"handle": "@mara"})
    assert ferry.links.get().asset == mara


def about(asset: Asset, **changes: object) -> dict[str, object]:
    home = asset.home_project_id or ""
    return {
        "title": "",
        "description": "",
        "tags": "",
        "revision": asset.revision,
        "home_project": home,
    } | changes


def test_a_move_is_asked_about_before_it_is_done(browser: Client, mara: Asset, project: Project) -> None:
    asked = browser.post("/library/@Mara/edit/", about(mara))
    assert (asked.status_code, Asset.objects.get().is_shared) == (422, True)
    assert "only Harbour Lights can use it" in asked.content.decode()
    assert browser.post("/library/@Mara/edit/", about(mara, move="on")).status_code == 302
    mara.refresh_from_db()
    assert (mara.is_shared, link_of(mara, project).asset) == (False, mara)
    assert browser.post("/library/@Mara/edit/", about(mara, is_shared="on", move="on")).status_code == 302
    assert Asset.objects.get().is_shared


def test_a_move_is_refused_while_others_link_it(
    browser: Client, mara: Asset, alice: User, charlie: User
) -> None:
    for owner, name in ((alice, "Ferry"), (charlie, "Secret")):
        ingest.link_asset(mara, factories.project(owner, name=name))
    refused = browser.post("/library/@Mara/edit/", about(mara, move="on", title="Mara V."))
    assert refused.status_code == 422
    [message] = refused.context["form"].errors["is_shared"]
    assert "Linked to Ferry and 1 more project." in message
    mara.refresh_from_db()
    assert (mara.is_shared, mara.title, mara.links.count()) == (True, "", 3)


def test_moving_home_takes_the_link_along(browser: Client, alice: User, project: Project) -> None:
    plot = factories.asset(alice, handle="Plot", project=project, is_shared=False)
    ferry = factories.project(alice, name="Ferry")
    browser.post("/library/@Plot/edit/", about(plot, home_project=ferry.pk, move="on"))
    assert [link.project for link in plot.links.all()] == [ferry]


def test_many_at_once_are_linked_but_for_those_kept_elsewhere(
    mara: Asset, alice: User, project: Project
) -> None:
    plot = factories.asset(alice, handle="Plot", project=project, is_shared=False)
    ferry = factories.project(alice, name="Ferry")
    assert bulk.link_many([mara, plot], ferry) == 1
    assert [link.asset for link in ferry.links.all()] == [mara]
