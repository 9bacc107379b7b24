"""What guests may do: download, write notes and give verdicts, where the link allows it."""

from django.contrib.auth.models import User
from django.test import Client

from generation.models import (
    Guest,
    Note,
    Notification,
    Take,
    Verdict,
)
from library.models import Project
from tests.generation.views.conftest import make_take
from tests.generation.views.guests.conftest import PASSWORD, Share, enter, page_of, text_of


def test_a_download_is_offered_only_if_allowed(take: Take, share: Share) -> None:
    for allowed in (True, False):
        link = share(take, download=allowed)
        told = text_of(enter(link).get(link.get_absolute_url()))
        assert ("attachment" in told) is allowed


def test_actions_that_the_link_does_not_allow_are_404(take: Take, share: Share) -> None:
    link = share(take, notes=False)
    browser = enter(link)
    told = text_of(browser.get(link.get_absolute_url()))
    assert ("notes-head" in told, "verdict" in told) == (False, False)
    assert browser.post(f"{page_of(link, take)}notes/", {"text": "hello"}).status_code == 404
    assert browser.post(f"{page_of(link, take)}verdict/", {"decision": "approved"}).status_code == 404
    assert browser.post(f"{link.get_absolute_url()}vote/", {"choice": "A"}).status_code == 404
    assert (Note.objects.count(), Verdict.objects.count()) == (0, 0)


def test_a_take_of_another_link_accepts_no_note(
    alice: User, project: Project, take: Take, share: Share
) -> None:
    other = make_take(alice, project)
    link = share(take, verdicts=True)
    browser = enter(link)
    assert browser.post(f"{page_of(link, other)}notes/", {"text": "hello"}).status_code == 404
    assert browser.post(f"{page_of(link, other)}verdict/", {"decision": "approved"}).status_code == 404
    assert (Note.objects.count(), Verdict.objects.count()) == (0, 0)


def test_a_guests_verdict_is_advisory(take: Take, share: Share, bob: User) -> None:
    link = share(take, verdicts=True)
    browser = enter(link)
    answer = browser.post(f"{page_of(link, take)}verdict/", {"decision": "approved", "reason": ""})
    assert answer.status_code == 302
    assert browser.get(link.get_absolute_url()).context["given"].decision == "approved"
    take.refresh_from_db()
    assert take.review == Take.Review.WAITING
    assert Notification.objects.filter(to=bob, kind="guest").count() == 1
    for nonsense in (
        {"decision": "maybe"},
        {},
        {"decision": "\0"},
        {"decision": "approved", "reason": "x" * 2001},
    ):
        assert browser.post(f"{page_of(link, take)}verdict/", nonsense).status_code == 422
    assert Verdict.objects.count() == 1


def test_cross_site_forms_are_refused(take: Take, share: Share) -> None:
    link = share(take, verdicts=True)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies["guest"] = enter(link).cookies["guest"].value
    for path, typed in {
        "enter/": {"name": "Eve"},
        f"takes/{take.uuid}/notes/": {"text": "forged", "parent": "key-of-a-thread"},
        f"takes/{take.uuid}/verdict/": {"decision": "approved"},
        "vote/": {"choice": "mark-of-a-film"},
    }.items():
        answer = strict.post(link.get_absolute_url() + path, typed)
        assert answer.status_code == 403
        told = text_of(answer)
        # Nobody typed these.
        assert [one for one in ("/login/", "key-of-a-thread", "mark-of-a-film") if one in told] == []
    assert (Note.objects.count(), Verdict.objects.count(), Guest.objects.count()) == (0, 0, 1)


def test_input_that_no_database_accepts_is_refused(take: Take, share: Share) -> None:
    link = share(take, password=PASSWORD, verdicts=True)
    entry = f"{link.get_absolute_url()}enter/"
    assert Client().post(entry, {"name": "G\0", "password": PASSWORD}).status_code == 422
    assert Client().post(entry, {"name": "Greta", "password": "\0" * 9}).status_code == 422
    browser = enter(link, password=PASSWORD)
    notes_at = f"{page_of(link, take)}notes/"
    assert browser.post(notes_at, {"text": "a\0b"}).status_code == 422
    assert browser.post(notes_at, {"text": "hello", "parent": "\0"}).status_code == 422
    assert browser.post(notes_at, {"text": "hello", "at": "9" * 12}).status_code == 422
    assert browser.get(f"{link.get_absolute_url()}?page=%00").status_code == 200
    verdict = {"decision": "rejected", "reason": "too\0dark"}
    assert browser.post(f"{page_of(link, take)}verdict/", verdict).status_code in (302, 422)
