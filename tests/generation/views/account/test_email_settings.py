"""E-mail settings, and unsubscribing with one click."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from generation.models import MailSettings
from generation.reviews.notifications import emails
from library.models import Project
from tests.generation.views.conftest import Visit


def chosen(person: User) -> tuple[str, str]:
    person.refresh_from_db()
    return MailSettings.objects.get(user=person).when, person.email


def test_saving_the_settings(visit: Visit, vera: User) -> None:
    browser = visit("vera")
    assert browser.get("/account/mail/").context["form"].initial == {"when": "now", "email": ""}
    typed = {"when": "daily", "email": "vera@studio.example"}
    assert browser.post("/account/mail/", typed).headers["Location"] == "/account/mail/"
    assert chosen(vera) == ("daily", "vera@studio.example")
    assert browser.get("/account/mail/").context["form"].initial == typed


@pytest.mark.parametrize("wrong", [{"when": "weekly"}, {"when": "now", "email": "vera"}, {}])
def test_invalid_settings_are_not_saved(visit: Visit, vera: User, wrong: dict[str, str]) -> None:
    assert visit("vera").post("/account/mail/", wrong).status_code == 422
    assert not MailSettings.objects.exists()


def test_one_click_unsubscribes_without_session_or_cookie(vera: User) -> None:
    """Mail clients send this (RFC 8058)."""
    program = Client(enforce_csrf_checks=True)
    answer = program.post(
        f"/unsubscribe/{emails.unsubscribe_token(vera)}/", {"List-Unsubscribe": "One-Click"}
    )
    assert answer.status_code == 200
    assert MailSettings.objects.get(user=vera).when == "off"


def test_opening_the_page_changes_nothing(client: Client, vera: User) -> None:
    seen = client.get(f"/unsubscribe/{emails.unsubscribe_token(vera)}/")
    assert (seen.status_code, '<form method="post">' in seen.content.decode()) == (200, True)
    assert not MailSettings.objects.exists()


@pytest.mark.parametrize("change", ["x{}", "{}x", "nobody"])
def test_an_invalid_token_is_not_found(client: Client, vera: User, change: str) -> None:
    wrong = change.format(emails.unsubscribe_token(vera))
    assert {
        client.get(f"/unsubscribe/{wrong}/").status_code,
        client.post(f"/unsubscribe/{wrong}/").status_code,
    } == {404}
    assert not MailSettings.objects.exists()


def test_the_token_of_a_deleted_account_is_not_found(client: Client, vera: User, project: Project) -> None:
    token = emails.unsubscribe_token(vera)
    vera.delete()
    assert client.get(f"/unsubscribe/{token}/").status_code == 404
