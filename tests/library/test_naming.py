"""Renaming: one namespace for handles and earlier names, drafts that follow, jobs that do not."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from generation import lifecycle
from generation.composition import Settings, compose
from generation.models import Job
from library import catalog, ingest
from library.models import Asset, HandleAlias, Project
from tests import factories

pytestmark = [pytest.mark.usefixtures("s3"), pytest.mark.django_db]


@pytest.fixture
def mara(alice: User, project: Project) -> Asset:
    return factories.asset(alice, handle="Mara", title="Mara Voss", project=project)


@pytest.fixture
def browser(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def rename(asset: Asset, handle: str) -> Asset:
    asset.refresh_from_db()
    return ingest.rename(asset, handle=handle, revision=asset.revision)[0]


def test_the_old_name_goes_on_meaning_the_asset(mara: Asset) -> None:
    renamed = rename(mara, "Marlene")
    assert (renamed.handle, renamed.revision) == ("Marlene", 2)
    assert [list(Asset.objects.named(name)) for name in ("@mara", "MARLENE", "Mar")] == [[mara], [mara], []]
    assert [alias.name for alias in mara.aliases.all()] == ["Mara"]


def test_a_name_that_was_released_means_nothing_and_is_free(mara: Asset, bob: User) -> None:
    rename(mara, "Marlene")
    assert (ingest.release_name(mara, "MARA"), ingest.release_name(mara, "Mara")) == (True, False)
    assert list(Asset.objects.named("Mara")) == []
    assert factories.asset(bob, handle="mara").handle == "mara"


@pytest.mark.parametrize("wanted", ["Mara", "MARA", "Marlene", "marlene"])
def test_neither_a_handle_nor_an_earlier_name_can_be_taken(mara: Asset, bob: User, wanted: str) -> None:
    rename(mara, "Marlene")
    other = factories.asset(bob, handle="Tomas")
    with pytest.raises(ingest.HandleTaken) as at_rename:
        rename(other, wanted)
    with pytest.raises(ingest.HandleTaken) as at_birth:
        factories.asset(bob, handle=wanted)
    assert (at_rename.value.asset, at_birth.value.asset) == (mara, mara)
    assert sorted(Asset.objects.values_list("handle", flat=True)) == ["Marlene", "Tomas"]


def test_an_asset_may_go_back_to_a_name_it_had(mara: Asset) -> None:
    rename(mara, "Marlene")
    rename(mara, "mara")
    mara.refresh_from_db()
    assert (mara.handle, [alias.name for alias in mara.aliases.all()]) == ("mara", ["Marlene"])


def test_another_spelling_of_the_same_name_leaves_no_alias(mara: Asset) -> None:
    assert rename(mara, "MARA").handle == "MARA"
    assert not HandleAlias.objects.exists()


@pytest.mark.parametrize("wanted", ["1st", "a", "with blank", "", "x" * 33, "Ünal"])
def test_what_is_no_handle_is_refused(mara: Asset, wanted: str) -> None:
    with pytest.raises(ValueError, match="starts with a letter"):
        rename(mara, wanted)


def test_an_old_revision_renames_nothing(mara: Asset) -> None:
    first = mara.revision
    rename(mara, "Marlene")
    with pytest.raises(ingest.StaleEdit) as stale:
        ingest.rename(mara, handle="Marta", revision=first)
    assert stale.value.current.handle == "Marlene"


def test_the_search_finds_the_new_name(mara: Asset, alice: User) -> None:
    rename(mara, "Lighthouse")
    assert [found.handle for found in catalog.find_assets(alice, q="lighth").items] == ["Lighthouse"]


def test_the_search_finds_an_earlier_name_until_it_is_released(mara: Asset, alice: User) -> None:
    for name in ("Marlene", "Leni"):
        rename(mara, name)
    assert [catalog.find_assets(alice, q=name).items for name in ("@Marlene", "leni")] == [[mara], [mara]]
    assert catalog.suggest_handles(alice, "marl") == [mara]
    ingest.release_name(mara, "marlene")
    assert catalog.find_assets(alice, q="marlene").items == []
    rename(mara, "Marlene")
    assert [catalog.find_assets(alice, q=name).items for name in ("marlene", "leni")] == [[mara], [mara]]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_want_a_name_at_once_one_gets_it(alice: User) -> None:
    one, other = factories.asset(alice, handle="One"), factories.asset(alice, handle="Other")
    media = ingest.add_media(factories.upload())

    def take(way: str) -> bool:
        try:
            if way == "new":
                ingest.create_asset(by=alice, handle="WANTED", kind="image", media=[media])
            else:
                ingest.rename({"one": one, "other": other}[way], handle="wanted", revision=1)
        except ingest.HandleTaken:
            return False
        else:
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(take, ["new", "one", "other"])) == [False, False, True]
    assert Asset.objects.named("wanted").count() == 1


def test_drafts_are_rewritten_and_history_is_not(mara: Asset, alice: User, project: Project) -> None:
    text = "@mara, @Mara! but not @Mara2 or a@Mara"
    draft, done = (
        factories.job(alice, project, prompt=text, status=status)
        for status in (Job.Status.DRAFT, Job.Status.SUCCEEDED)
    )
    assert lifecycle.rewrite_drafts("Mara", "Marlene") == 1
    draft.refresh_from_db()
    done.refresh_from_db()
    assert draft.prompt == "@Marlene, @Marlene! but not @Mara2 or a@Mara"
    assert done.prompt == text


def test_an_earlier_name_in_a_prompt_is_sent_as_the_present_one(
    mara: Asset, alice: User, project: Project
) -> None:
    rename(mara, "Marlene")
    composed = compose(user=alice, project=project, prompt="@mara meets @MARLENE", settings=Settings())
    request = composed.preview()
    assert composed.ok
    assert request["prompt"] == "@Marlene meets @Marlene"
    assert [subject["tag"] for subject in request["ref_images"]] == ["@Marlene"]


def test_a_job_means_the_same_after_the_name_was_released(mara: Asset, alice: User, project: Project) -> None:
    rename(mara, "Marlene")
    job = lifecycle.create(by=alice, project=project, prompt="@Mara waits", settings=Settings())
    ingest.release_name(mara, "Mara")
    factories.asset(alice, handle="Mara")
    assert [(found.handle, found.asset) for found in job.references.all()] == [("Marlene", mara)]
    assert job.prompt == "@Marlene waits"


def test_an_earlier_name_of_what_i_may_not_see_stays_unknown(alice: User, charlie: User) -> None:
    hidden = factories.asset(charlie, handle="Plot", project=factories.project(charlie), is_shared=False)
    rename(hidden, "Twist")
    mine = factories.project(alice)
    composed = compose(user=alice, project=mine, prompt="@Plot", settings=Settings())
    assert "Twist" not in str(composed.problems)
    assert not composed.ok


# The pages


def test_the_page_renames_and_rewrites(browser: Client, mara: Asset, alice: User, project: Project) -> None:
    draft = factories.job(alice, project, prompt="@Mara runs", status=Job.Status.DRAFT)
    answer = browser.post("/library/@Mara/rename/", {"handle": "@Marlene", "revision": 1}, follow=True)
    draft.refresh_from_db()
    assert answer.redirect_chain == [("/library/@Marlene/", 302)]
    assert draft.prompt == "@Marlene runs"
    assert "@Marlene, also in 1 draft" in answer.content.decode()


def test_pages_of_an_earlier_name_lead_to_the_present_one(browser: Client, mara: Asset) -> None:
    rename(mara, "Marlene")
    assert browser.get("/library/@mara/").url == "/library/@Marlene/"
    assert browser.get("/library/@Mara/edit/").status_code == 200
    browser.post("/library/@Marlene/names/Mara/release/")
    assert browser.get("/library/@Mara/").status_code == 404


def test_a_stale_rename_shows_both_and_can_be_pressed_again(browser: Client, mara: Asset) -> None:
    rename(mara, "Marlene")
    stale = browser.post("/library/@Mara/rename/", {"handle": "Marta", "revision": 1})
    assert stale.status_code == 409
    page = stale.content.decode()
    assert ("@Marlene" in page, "@Marta" in page) == (True, True)
    assert Asset.objects.get().handle == "Marlene"
    again = {"handle": "Marta", "revision": stale.context["form"]["revision"].value()}
    assert browser.post("/library/@Mara/rename/", again).url == "/library/@Marta/"


@pytest.mark.parametrize(
    ("typed", "mentioned"),
    [
        ("Mara", ""),
        ("tomas", "@tomas"),
        ("Tom", "@Tomas"),
        ("Plot", "@Plot"),
        ("Mara Voss", "Mara_Voss"),
    ],
)
def test_an_invalid_or_taken_handle_is_refused(
    browser: Client, mara: Asset, alice: User, charlie: User, typed: str, mentioned: str
) -> None:
    rename(factories.asset(alice, handle="Tom"), "Tomas")
    factories.asset(charlie, handle="Plot", project=factories.project(charlie), is_shared=False)
    answer = browser.post("/library/@Mara/rename/", {"handle": typed, "revision": 1})
    assert answer.status_code == 422
    [message] = answer.context["form"].errors["handle"]
    assert mentioned in message


def test_near_clashes_are_pointed_out_and_allowed(browser: Client, mara: Asset, alice: User) -> None:
    factories.asset(alice, handle="Tomas")
    answer = browser.post("/library/@Tomas/rename/", {"handle": "mar", "revision": 1}, follow=True)
    assert "@mar and @Mara" in answer.content.decode()
    new = {"kind": "image", "handle": "Marathon", "is_shared": "on", "files": [factories.upload()]}
    page = browser.post("/library/new/", new, follow=True).content.decode()
    assert "@Mara and @Marathon; @mar and @Marathon" in page


def test_a_free_handle_is_suggested(browser: Client, mara: Asset, alice: User) -> None:
    assert ingest.free_suggestion("Mara") == "Mara_2"
    assert "Mara_Voss" in browser.get("/library/@Mara/rename/").content.decode()
    new = {"kind": "image", "handle": "", "is_shared": "on", "files": [factories.upload("Old Pier.png")]}
    form = browser.post("/library/new/", new).context["form"]
    assert form.errors["handle"] == ["This field is required.", "Suggestion: Old_Pier"]
