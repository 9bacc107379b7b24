"""API tokens: made once, shown once, found by their hash, and never more powerful than their person."""

import re
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from generation import api_tokens
from generation.models import ApiToken
from library.models import Project

ADDRESS = "/account/tokens/"


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_token_is_found_by_its_secret_which_is_not_kept(alice: User) -> None:
    made, secret = api_tokens.make(user=alice, name="nightly")
    assert secret.startswith("bl_")
    assert secret not in str(vars(ApiToken.objects.get()))
    assert (api_tokens.find(secret), api_tokens.find(secret + "x"), api_tokens.find("")) == (made, None, None)


def test_one_query_finds_token_person_and_project(
    alice: User, project: Project, django_assert_num_queries: object
) -> None:
    _, secret = api_tokens.make(user=alice, name="nightly", project=project)
    with django_assert_num_queries(1):
        found = api_tokens.find(secret)
        assert (found.user, found.project) == (alice, project)


def test_a_revoked_token_and_that_of_a_blocked_person_open_nothing(alice: User, bob: User) -> None:
    revoked, first = api_tokens.make(user=alice, name="old")
    _, second = api_tokens.make(user=bob, name="nightly")
    api_tokens.revoke(revoked)
    User.objects.filter(pk=bob.pk).update(is_active=False)
    assert (api_tokens.find(first), api_tokens.find(second)) == (None, None)


def test_its_use_is_noted_once_a_minute(alice: User, django_assert_num_queries: object) -> None:
    made, _ = api_tokens.make(user=alice, name="nightly")
    api_tokens.note_use(made)
    made.refresh_from_db()
    assert timezone.now() - made.last_used_at < timedelta(seconds=5)
    with django_assert_num_queries(0):
        api_tokens.note_use(made)


def test_the_page_shows_a_new_token_once(alice: User, project: Project) -> None:
    client = browser(alice)
    sent = {"name": "nightly dailies", "access": "read", "project": project.pk}
    answer = client.post(ADDRESS, sent)
    secret = re.search(r"bl_[\w-]{43}", answer.content.decode())[0]
    made = api_tokens.find(secret)
    assert (answer.status_code, made.name, made.can_write, made.project) == (
        201,
        "nightly dailies",
        False,
        project,
    )
    assert "no-store" in answer["Cache-Control"]
    later = client.get(ADDRESS).content.decode()
    assert ("nightly dailies" in later, secret in later) == (True, False)


@pytest.mark.parametrize(
    "sent", [{"name": ""}, {"access": "all"}, {"name": "x" * 81}, {"project": "1000000"}]
)
def test_an_invalid_form_creates_no_token(alice: User, sent: dict[str, str]) -> None:
    answer = browser(alice).post(ADDRESS, {"name": "nightly", "access": "write"} | sent)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == list(sent)
    assert not ApiToken.objects.exists()


def test_a_stranger_s_project_is_not_offered(charlie: User, project: Project) -> None:
    sent = {"name": "nightly", "access": "write", "project": project.pk}
    assert browser(charlie).post(ADDRESS, sent).status_code == 422


def test_revoking_is_for_one_s_own_tokens(alice: User, bob: User) -> None:
    made, secret = api_tokens.make(user=alice, name="nightly")
    address = reverse("generation:token_revoke", args=[made.pk])
    assert browser(bob).post(address).status_code == 404
    assert api_tokens.find(secret)
    assert browser(alice).get(address).status_code == 405
    assert browser(alice).post(address).status_code == 302
    assert api_tokens.find(secret) is None
    assert list(browser(alice).get(ADDRESS).context["revoked"]) == [made]


def test_the_page_shows_when_a_token_was_used(alice: User) -> None:
    made, _ = api_tokens.make(user=alice, name="nightly")
    api_tokens.note_use(made)
    page = browser(alice).get(ADDRESS).content.decode()
    made.refresh_from_db()
    assert f'datetime="{made.last_used_at.isoformat()}"' in page


def test_the_menu_leads_to_the_page(alice: User) -> None:
    assert f'href="{ADDRESS}"' in browser(alice).get("/").content.decode()


def printed(*words: str) -> tuple[str, str]:
    out, told = StringIO(), StringIO()
    call_command("apitoken", *words, stdout=out, stderr=told)
    return out.getvalue(), told.getvalue()


@pytest.mark.django_db
def test_the_command_prints_the_token_alone_and_makes_the_person() -> None:
    out, told = printed("zoe", "--superuser")
    made = api_tokens.find(out.strip())
    assert out == out.strip() + "\n"
    assert (made.user.username, made.user.is_superuser, made.can_write) == ("zoe", True, True)
    assert made.user.has_usable_password() is False
    assert "changepassword zoe" in told


def test_the_command_limits_a_token(alice: User, project: Project) -> None:
    out, _ = printed("alice", "--read-only", "--project", "harbour-lights", "--name", "wall display")
    made = api_tokens.find(out.strip())
    assert (made.user, made.can_write, made.project, made.name) == (alice, False, project, "wall display")


def test_the_command_says_what_it_cannot_do(alice: User, charlie: User, project: Project) -> None:
    User.objects.filter(pk=alice.pk).update(is_active=False)
    for words, sentence in [
        (("charlie", "--project", "harbour-lights"), "no project harbour-lights"),
        (("no such/name",), "cannot be the name"),
        (("alice",), "may not log in"),
        (("charlie", "--name", "x" * 81), "1 to 80 letters"),
    ]:
        with pytest.raises(CommandError, match=sentence):
            printed(*words)
    assert not ApiToken.objects.exists()
    assert not User.objects.filter(username="no such/name").exists()


def test_the_admin_shows_no_hash_and_can_revoke(alice: User, admin_client: Client) -> None:
    made, secret = api_tokens.make(user=alice, name="nightly")
    page = admin_client.get(reverse("admin:generation_apitoken_change", args=[made.pk])).content.decode()
    assert (made.sha256 in page, made.hint in page) == (False, True)
    chosen = {"action": "revoke", "_selected_action": made.pk}
    assert admin_client.post(reverse("admin:generation_apitoken_changelist"), chosen).status_code == 302
    assert api_tokens.find(secret) is None
