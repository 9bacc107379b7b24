"""Removed members and deactivated accounts: nothing of a project is reachable for having been made by them."""

from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.urls import reverse

from generation import api_tokens, lifecycle, promotion
from generation.composition import handle_resolution
from generation.lifecycle.webhooks import client_webhooks
from generation.models import Callback, IdempotencyKey, Job, JobEvent, Note, Notification, Promotion
from generation.reviews.notifications import email_delivery
from library import catalog, ingest
from library.catalog import suggestions
from library.models import Asset, Favourite, HandleAlias, MediaFile, Membership, Project, Rights
from tests import factories
from tests.generation.views.conftest import make_take
from tests.receiver import receiving

pytestmark = [pytest.mark.usefixtures("s3"), pytest.mark.django_db]


@pytest.fixture
def kept(bob: User, project: Project) -> Asset:
    """An asset that bob, an editor, created and that is kept to the project, with an earlier name."""
    rights = Rights(consent_note="signed by Ferrywoman", rights_end_on=date(2999, 1, 1))
    made = factories.asset(bob, handle="Ferrywoman", project=project, is_shared=False, rights=rights)
    HandleAlias.objects.create(name="Ferryman", asset=made)
    Favourite.objects.create(user=bob, asset=made)
    return made


@pytest.fixture
def client(bob: User) -> Client:
    browser = Client()
    browser.force_login(bob)
    return browser


def leave(user: User, project: Project) -> None:
    Membership.objects.filter(project=project, user=user).delete()


ADDRESSES = (
    "/library/@Ferrywoman/",
    "/library/@Ferryman/",
    "/library/@Ferrywoman/edit/",
    "/library/@Ferrywoman/versions/1/",
    "/library/@Ferrywoman/versions/2/",
    "/library/@Ferrywoman/versions/compare/",
    "/library/@Ferrywoman/used/",
    "/library/@Ferrywoman/continuity/",
)


def test_the_creator_of_a_kept_asset_loses_its_pages_on_leaving(
    bob: User, alice: User, project: Project, kept: Asset, client: Client
) -> None:
    """Versions that others add later included."""
    before = [client.get(address, follow=True).status_code for address in ADDRESSES if "/2/" not in address]
    assert set(before) == {200}
    leave(bob, project)
    ingest.add_version(kept, by=alice, media=[factories.media()])
    assert {client.get(address).status_code for address in ADDRESSES} == {404}


def test_the_creator_finds_it_by_no_list_and_no_name(
    bob: User, project: Project, kept: Asset, client: Client
) -> None:
    other = factories.project(bob)
    leave(bob, project)
    assert catalog.find_assets(bob, q="ferry").items == []
    assert catalog.find_assets(bob, favourite=True).items == []
    assert catalog.find_assets(bob, owner="bob").items == []
    assert list(suggestions.suggest_handles(bob, "fer")) == []
    assert (
        handle_resolution.resolve_handles(user=bob, project=other, names=["Ferrywoman", "Ferryman"]).assets
        == {}
    )
    for address in ("/library/?q=ferry", "/library/?favourite=1", "/library/handles/?q=fer", "/library/"):
        assert "Ferrywoman" not in client.get(address).content.decode().replace(address, "")
    packed = client.post("/library/export/", {"handle": "Ferrywoman"})
    assert packed.status_code == 422


def test_the_creator_gets_it_by_no_api(bob: User, project: Project, kept: Asset) -> None:
    _, secret = api_tokens.make(user=bob, name="program")
    _, limited = api_tokens.make(user=bob, name="limited", project=project)
    leave(bob, project)
    for token in (secret, limited):
        headers = {"Authorization": f"Bearer {token}"}
        assert Client().get("/api/v1/assets/Ferrywoman", headers=headers).status_code == 404
        assert Client().get("/api/v1/assets", headers=headers).json()["items"] == []
        assert Client().get("/api/v1/projects", headers=headers).json()["items"] == []


@pytest.mark.parametrize("leaves", [True, False])
def test_a_files_token_from_the_form_of_a_version_makes_no_asset_of_ones_own(
    bob: User, project: Project, kept: Asset, client: Client, leaves: bool
) -> None:
    """The form holds the present files for a day."""
    (token,) = (one.token for one in client.get("/library/@Ferrywoman/versions/").context["form"].kept)
    if leaves:
        leave(bob, project)
    client.post("/library/new/", {"handle": "Mine", "kind": "character", "kept": token, "is_shared": "on"})
    assert Asset.objects.filter(handle="Mine").exists() is not leaves


def test_a_request_sent_again_with_its_key_tells_a_removed_member_nothing(
    bob: User, project: Project
) -> None:
    _, secret = api_tokens.make(user=bob, name="program")
    headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": "one"}
    body = {"model": "skyreels-v4-fast", "prompt": "a harbour", "project": project.slug}

    def send() -> Any:
        return Client().post("/api/v1/jobs", body, content_type="application/json", headers=headers)

    assert send().status_code == 201
    assert IdempotencyKey.objects.count() == 1
    leave(bob, project)
    again = send()
    assert again.status_code in (404, 409)
    assert "harbour" not in again.content.decode()


def test_an_asset_of_a_take_is_not_handed_to_who_may_not_see_it(
    bob: User, alice: User, project: Project
) -> None:
    """It was moved to another project since: its handle asked for again is taken, and says no more."""
    take = make_take(bob, project)
    far = factories.project(alice)
    film = MediaFile.objects.create(
        sha256=take.sha256, key=take.key, thumbnail_key=take.poster_key, kind=MediaFile.Kind.VIDEO, mime="video/mp4",
        size=take.size, width=take.width, height=take.height, seconds=take.seconds, fps=take.fps,
    )  # fmt: skip
    made = ingest.create_asset(
        by=alice, handle="Pier", kind=Asset.Kind.VIDEO, media=[film], project=far, is_shared=False
    )
    Promotion.objects.create(take=take, asset=made, by=alice)
    with pytest.raises(ingest.HandleTaken):
        promotion.promote(take, by=bob, handle="Pier")


@pytest.mark.parametrize("is_removed", [True, False])
def test_nobody_calls_the_program_of_who_has_left(bob: User, project: Project, is_removed: bool) -> None:
    with receiving() as heard:
        job = factories.job(bob, project, status=Job.Status.FAILED, error_code="moderation")
        client_webhooks.expect(job, f"{heard.url}?secret=s3cr3t")
        if is_removed:
            leave(bob, project)
        else:
            User.objects.filter(pk=bob.pk).update(is_active=False)
        lifecycle.send_webhooks()
        assert heard.heard == []
    callback = Callback.objects.get()
    assert (callback.next_try_at, "s3cr3t" in callback.base_url) == (None, False)
    assert JobEvent.objects.filter(job=job, code="webhook_withheld").count() == 1


def test_a_deactivated_account_has_no_session_no_token_and_no_mail(
    bob: User, alice: User, project: Project, client: Client
) -> None:
    bob.email = "bob@example.com"
    bob.save()
    _, secret = api_tokens.make(user=bob, name="program")
    take = make_take(bob, project)
    note = Note.objects.create(take=take, author=alice, text="@bob?")
    Notification.objects.create(to=bob, kind="mention", project=project, take=take, note=note, by=alice)
    assert client.get("/inbox/").status_code == 200
    User.objects.filter(pk=bob.pk).update(is_active=False)
    assert client.get("/inbox/")["Location"].startswith("/login/")
    assert client.get(reverse("generation:take", args=[take.uuid]))["Location"].startswith("/login/")
    answer = Client().get("/api/v1/jobs", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 401
    email_delivery.send_due()
    assert mail.outbox == []


def test_authorship_gives_no_right_to_a_kept_asset(bob: User, project: Project, kept: Asset) -> None:
    leave(bob, project)
    assert not Asset.objects.visible_to(bob).exists()
    assert not Asset.objects.editable_by(bob).exists()
    assert not Asset.objects.extendable_by(bob).exists()
