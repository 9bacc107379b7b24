"""The inbox, the unread count in the top bar, and takes to review at home."""

import re

import pytest
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from generation.models import Notification, Production, Shot, Take
from generation.reviews.notes import notes
from generation.reviews.notifications import notify
from generation.reviews.verdicts import verdicts
from library.models import Membership, Project
from tests.generation.views.conftest import Visit, make_take


@pytest.fixture
def take(bob: User, project: Project) -> Take:
    return make_take(bob, project, shot=Shot.objects.create(project=project, code="010"))


def page(client: Client, address: str = "/inbox/") -> str:
    return client.get(address).content.decode()


def rows(client: Client, address: str = "/inbox/") -> dict[str, list[str]]:
    """Return the kinds of the notifications in each section of the inbox, with the user who caused them."""
    sections = page(client, address).split('<section class="panel" aria-labelledby="')[1:]
    links = {
        section.split("-head")[0]: re.findall(r'class="inbox-link" href="/inbox/(\d+)/"', section)
        for section in sections
    }
    return {
        key: [f"{one.kind} by {one.by}" for one in (Notification.objects.get(pk=pk) for pk in keys)]
        for key, keys in links.items()
    }


def unread(client: Client) -> str:
    """Return the label of the inbox in the top bar."""
    found = re.search(r'class="topbar-inbox"[^>]*aria-label="([^"]+)"', page(client, "/library/"))
    assert found is not None
    return found[1]


def test_mentions_and_activity(take: Take, visit: Visit, rita: User, charlie: User) -> None:
    notes.write(take, text="@vera look", author=rita, frame=58)
    verdicts.decide(take, decision="changes", by=rita, reason="The coat.")
    assert rows(visit("vera")) == {"mentions": ["mention by rita"], "changes": []}
    assert rows(visit("bob")) == {
        "mentions": [],
        "changes": ["verdict by rita", "note by rita"],
    }
    assert rows(visit("charlie")) == {"mentions": [], "changes": []}


def test_opening_a_notification_leads_to_the_note_and_marks_it_read(
    take: Take, visit: Visit, rita: User
) -> None:
    note = notes.write(take, text="@vera look", author=rita, frame=58)
    vera = visit("vera")
    assert unread(vera) == "Inbox, 1 unread"
    told = Notification.objects.get(to__username="vera")
    assert f'href="/inbox/{told.pk}/"' in page(vera)
    answer = vera.get(f"/inbox/{told.pk}/")
    assert answer.headers["Location"] == f"/takes/{take.uuid}/?note={note.uuid}#note-{note.uuid}"
    assert unread(vera) == "Inbox"


def test_the_link_of_an_old_e_mail_leads_to_the_inbox(take: Take, visit: Visit, rita: User) -> None:
    note = notes.write(take, text="@vera look", author=rita)
    told = Notification.objects.get(to__username="vera")
    notes.delete(note)
    vera = visit("vera")
    answer = vera.get(f"/inbox/{told.pk}/")
    assert answer.headers["Location"] == "/inbox/"
    assert len(list(get_messages(answer.wsgi_request))) == 1


def test_read_and_unread_one_by_one_and_all(take: Take, visit: Visit, rita: User) -> None:
    for word in ("one", "two", "three"):
        notes.write(take, text=f"@vera {word}", author=rita)
    vera, one = visit("vera"), Notification.objects.filter(to__username="vera").first()
    assert one is not None
    assert (
        vera.post("/inbox/read/", {"one": one.pk, "show": "mentions"}).headers["Location"]
        == "/inbox/?show=mentions"
    )
    assert unread(vera) == "Inbox, 2 unread"
    vera.post("/inbox/read/", {"one": one.pk, "unread": "1"})
    assert unread(vera) == "Inbox, 3 unread"
    vera.post("/inbox/read/", {"one": "\0"})
    answer = vera.post("/inbox/read/")
    assert answer.headers["Location"] == "/inbox/"
    assert re.search(r"\b3\b", str(*get_messages(answer.wsgi_request)))
    assert (unread(vera), "Mark all as read" in page(vera)) == ("Inbox", False)


def test_a_section_has_pages(take: Take, visit: Visit, rita: User) -> None:
    for number in range(45):
        notes.write(take, text=f"@vera {number}", author=rita)
    vera = visit("vera")
    assert len(rows(vera)["mentions"]) == 8
    assert 'href="?show=mentions"' in page(vera)
    first = page(vera, "/inbox/?show=mentions")
    older = re.search(r'<a class="button" href="([^"]+)">Show older', first)
    assert older is not None
    counts = [
        len(rows(vera, f"/inbox/{more}")["mentions"])
        for more in ("?show=mentions", older[1].replace("&amp;", "&"))
    ]
    assert counts == [40, 5]
    assert list(rows(vera, "/inbox/?show=nothing")) == ["mentions", "changes"]


def test_a_former_member_sees_no_notifications_of_the_project(
    take: Take, visit: Visit, rita: User, vera: User
) -> None:
    notes.write(take, text="@vera look", author=rita)
    Membership.objects.filter(user=vera).delete()
    browser = visit("vera")
    assert (unread(browser), rows(browser)["mentions"]) == ("Inbox", [])


def test_takes_to_review_are_in_the_inbox_and_at_home(take: Take, visit: Visit, alice: User) -> None:
    notify.announce_takes()
    seen = {
        name: [take.get_absolute_url() in part for part in waiting(visit(name))]
        for name in ("alice", "bob", "rita", "vera")
    }
    assert seen == {
        "alice": [True, True],
        "bob": [False, False],
        "rita": [True, True],
        "vera": [False, False],
    }
    assert rows(visit("rita"))["changes"] == ["take by bob"]
    verdicts.decide(take, decision="approved", by=alice)
    assert [take.get_absolute_url() in part for part in waiting(visit("rita"))] == [False, False]


def test_takes_to_review_have_pages_without_decided_ones(
    take: Take, visit: Visit, alice: User, rita: User
) -> None:
    Production.objects.create(project=take.project, approvals_needed=2)
    mine = [take, *(make_take(alice, take.project) for _ in range(44))]
    decided = make_take(alice, take.project)
    verdicts.decide(decided, decision="approved", by=rita)
    ritas = visit("rita")
    assert 'href="?show=waiting"' in page(ritas)
    pages = [page(ritas, "/inbox/?show=waiting")]
    older = re.search(r'<a class="button" href="([^"]+)">Show older', pages[0])
    assert older is not None
    pages.append(page(ritas, f"/inbox/{older[1].replace('&amp;', '&')}"))
    seen = [[one for one in (*mine, decided) if one.get_absolute_url() in text] for text in pages]
    assert ([len(part) for part in seen], decided in seen[0]) == ([40, 5], False)
    assert "card-grid" not in page(visit("vera"), "/inbox/?show=waiting")


def waiting(client: Client) -> list[str]:
    """Return the section with takes to review in the inbox and at home, or empty strings."""
    parts = [page(client, address).partition('id="waiting-head"')[2] for address in ("/inbox/", "/")]
    return [part.partition("</section>")[0] for part in parts]


def test_the_number_of_queries_does_not_depend_on_the_number_of_notifications(
    take: Take, visit: Visit, bob: User, rita: User
) -> None:
    ritas, counts = visit("rita"), []
    for number in (1, 6):
        for _ in range(number):
            shot = Shot.objects.create(project=take.project, code=f"{Shot.objects.count():03}")
            root = notes.write(make_take(bob, take.project, shot=shot), text="Look", author=rita, frame=3)
            notes.write(root.take, text="@rita where?", author=bob, parent=root)
            notes.resolve(root, by=bob)
        notify.announce_takes()
        with CaptureQueriesContext(connection) as seen:
            assert ritas.get("/inbox/").status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 8
