"""The notes of a take: the list beside the player, and what is done with a note."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from generation.models import Guest, Note, ShareLink, Take
from generation.reviews.notes import notes
from generation.reviews.notes.threads import PAGE_SIZE
from library.models import Membership, Project, Role
from tests import factories
from tests.generation.views.conftest import Visit, make_take

STROKE = {"tool": "pen", "color": "red", "width": 0.006, "points": [[0.1, 0.2], [0.15, 0.22]]}
HTMX = {"HX-Request": "true"}


@pytest.fixture
def take(alice: User, project: Project) -> Take:
    """Five seconds at 24 frames: 120 pictures."""
    return make_take(alice, project)


@pytest.fixture
def note(take: Take, bob: User) -> Note:
    return notes.write(take, text="Her coat turns blue", author=bob, frame=58)


def address(take: Take, asked: str = "") -> str:
    return f"/takes/{take.uuid}/notes/{asked}"


def listed(client: Client, take: Take, asked: str = "") -> str:
    """The list as a page asks for it."""
    answer = client.get(address(take, asked), headers=HTMX)
    assert answer.status_code == 200
    return answer.content.decode()


def one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def typed(client: Client, take: Take, **fields: str) -> Any:
    return client.post(address(take), {"text": "Look", "at": "", "until": "", "drawing": "", **fields})


def test_a_note_is_written_without_a_script(visit: Visit, take: Take) -> None:
    answer = typed(visit("bob"), take, text="Her coat", at="00:02.10", until="00:03.00")
    note = Note.objects.get()
    assert (note.text, note.frame, note.end_frame, note.author.username) == ("Her coat", 58, 72, "bob")
    assert (answer.status_code, answer["Location"]) == (302, note.get_absolute_url())


def test_a_note_is_written_by_a_fragment(visit: Visit, take: Take) -> None:
    sent = {"text": "Her coat", "at": "2.10", "drawing": json.dumps([STROKE])}
    answer = visit("bob").post(address(take), sent, headers=HTMX)
    note = Note.objects.get()
    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'id="note-form"' in page
    assert 'hx-swap-oob="true"' in page
    assert "00:02.10" in page.split("data-status")[1].split("</p>")[0]
    assert f'data-note="{note.uuid}" data-frame="58"' in one_line(page)
    assert note.drawing == [STROKE]
    assert "Her coat" in listed(visit("rita"), take)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"text": " "}, "text"),
        ({"text": "x" * 5001}, "text"),
        ({"at": "12:xx"}, "at"),
        ({"at": "00:09.00"}, "at"),
        ({"at": "2.00", "until": "1.00"}, "until"),
        ({"at": "", "until": "1.00"}, "at"),
        ({"at": "1.00", "drawing": "{"}, "drawing"),
        ({"drawing": '[{"tool": "pen", "color": "red", "width": 0.01, "points": [[0.5, 0.5]]}]'}, "at"),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_refused_note_has_an_error_on_its_field_and_keeps_the_input(
    visit: Visit, take: Take, fields: dict[str, str], field: str, headers: dict[str, str]
) -> None:
    sent = {"text": "Look there", "at": "", "until": "", "drawing": "", **fields}
    answer = visit("bob").post(address(take), sent, headers=headers)
    page = answer.content.decode()
    assert (answer.status_code, Note.objects.count()) == (422, 0)
    assert list(answer.context["note_form"].errors) == [field]
    assert f'id="note-{field}_error"' in page
    assert sent["text"].strip() in page
    assert f'value="{sent["at"]}"' in page or not sent["at"]


def test_the_list_says_who_said_what_and_when(visit: Visit, take: Take, note: Note, alice: User) -> None:
    link = ShareLink.objects.create(project=take.project, kind="take", take=take, created_by=alice)
    guest = Guest.objects.create(link=link, name="Client")
    notes.write(take, text="Could it hold <longer>?", guest=guest, frame=100, end_frame=119)
    notes.write(take, text="It does, @BOB.", author=alice, parent=note)
    page = one_line(listed(visit("vera"), take))
    assert page.index("Her coat turns blue") < page.index("It does") < page.index("Could it hold")
    assert '<strong class="note-person" >@BOB</strong>.' in page
    assert "hold &lt;longer&gt;?" in page
    assert page.count('<span class="badge">') == 2  # open notes, and the guest
    assert "00:04.04–00:04.23" in page
    assert 'data-frame="100" data-end-frame="119"' in page
    assert "note-act" not in page.replace("note-acts", "")


@pytest.mark.usefixtures("s3")
def test_handles_are_chips_for_those_who_see_the_asset(
    visit: Visit, take: Take, alice: User, bob: User, charlie: User
) -> None:
    factories.asset(alice, handle="Mara", project=take.project, is_shared=False)
    far = factories.project(charlie)
    factories.asset(charlie, handle="Far", project=far, is_shared=False)
    notes.write(take, text="@mara and @Far", author=bob)
    page = listed(visit("vera"), take)
    assert 'href="/library/@Mara/"' in page
    assert "@Far</a>" not in page


@pytest.mark.parametrize(
    ("username", "typed"),
    [("straße", "@straße"), ("andré", "@andre\u0301"), ("ann.lee", "@ann.lee"), ("ann.lee", "@Ann.Lee.")],
)
@pytest.mark.usefixtures("s3")
def test_the_names_of_people_are_marked_as_they_are_typed(
    visit: Visit, take: Take, alice: User, username: str, typed: str
) -> None:
    """Also where a handle is the beginning of it."""
    factories.asset(alice, handle="ann", project=take.project)
    factories.join(take.project, factories.person(username), Role.VIEWER)
    notes.write(take, text=f"{typed}, look", author=alice)
    said = typed.removesuffix(".")
    page = one_line(listed(visit("vera"), take))
    assert f'<strong class="note-person" >{said}</strong>{typed[len(said) :]}, look' in page


def test_filters(visit: Visit, take: Take, note: Note, rita: User, bob: User, alice: User) -> None:
    done = notes.write(take, text="Lamps late", author=rita, frame=3)
    notes.resolve(done, by=alice)
    named = notes.write(take, text="For @rita", author=alice)
    notes.write(take, text="Yes", author=rita, parent=note)

    def seen(name: str, which: str) -> set[str]:
        page = listed(visit(name), take, f"?notes={which}")
        return {one.text for one in (note, done, named) if one.text.partition("@")[0] in page}

    everything = {note.text, done.text, named.text}
    assert seen("rita", "all") == seen("rita", "nonsense") == everything
    assert seen("rita", "open") == {note.text, named.text}
    assert seen("rita", "mine") == everything
    assert seen("bob", "mine") == {note.text}
    assert seen("alice", "mine") == {named.text}
    assert "notes-none" in listed(visit("vera"), take, "?notes=mine")


def test_an_unchanged_list_is_not_sent_again(visit: Visit, take: Take, note: Note, rita: User) -> None:
    client = visit("bob")

    def mark() -> str:
        return listed(client, take).partition("live=")[2].partition('"')[0]

    changes: list[Callable[[], object]] = [
        lambda: notes.write(take, text="New", author=rita),
        lambda: notes.edit(note, text="Other"),
        lambda: notes.resolve(note, by=rita),
        lambda: notes.reopen(note),
        lambda: notes.delete(note),
    ]
    for change in changes:
        before = mark()
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address(take, f"?live={before}"), headers=HTMX).status_code == 204
        assert len(asked) <= 4
        change()
        assert client.get(address(take, f"?live={before}"), headers=HTMX).status_code == 200


def test_old_threads_come_in_pieces_and_a_link_finds_its_own(visit: Visit, take: Take, bob: User) -> None:
    first = notes.write(take, text="The very first", author=bob)
    answer = notes.write(take, text="A reply to it", author=bob, parent=first)
    for number in range(PAGE_SIZE):
        Note.objects.create(take=take, author=bob, text=f"note {number}", frame=number)
    client = visit("vera")
    page = listed(client, take)
    assert page.count("data-note=") == PAGE_SIZE
    assert "The very first" not in page
    assert f"shown={2 * PAGE_SIZE}" in page
    assert "The very first" in listed(client, take, f"?notes=all&shown={2 * PAGE_SIZE}")
    assert "The very first" in listed(client, take, f"?note={answer.uuid}")
    assert listed(client, take, "?note=nonsense&shown=-3").count("data-note=") == PAGE_SIZE


def test_the_list_costs_the_same_however_long_it_is(
    visit: Visit, take: Take, alice: User, bob: User, s3: object
) -> None:
    factories.asset(alice, handle="Mara")
    client = visit("bob")

    def write(number: int) -> None:
        note = notes.write(take, text=f"@Mara and @rita {number}", author=bob, frame=number, drawing=[STROKE])
        notes.write(take, text="@Mara @vera", author=alice, parent=note)
        if number % 2:
            notes.resolve(note, by=alice, take=take)

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            listed(client, take)
        return len(seen)

    write(1)
    queries()  # the first request of a process also checks the migrations
    one = queries()
    for number in range(2, 31):
        write(number)
    assert queries() == one
    assert one <= 9


def test_replies(visit: Visit, take: Take, note: Note) -> None:
    client, url = visit("rita"), f"/notes/{note.uuid}/reply/"
    assert "Her coat turns blue" in client.get(url).content.decode()
    refused = client.post(url, {"text": ""})
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["text"])
    answer = client.post(url, {"text": "It does"})
    reply = note.replies.get()
    assert (answer.status_code, answer["Location"]) == (302, reply.get_absolute_url())
    again = client.post(f"/notes/{reply.uuid}/reply/", {"text": "And on"})
    assert (again.status_code, list(again.context["form"].errors)) == (422, ["__all__"])


def test_a_fragment_that_is_refused_takes_the_place_of_its_form(visit: Visit, note: Note) -> None:
    answer = visit("rita").post(f"/notes/{note.uuid}/reply/", {"text": ""}, headers=HTMX)
    assert (answer.status_code, answer["HX-Retarget"]) == (422, f"#asked-{note.uuid}")


def test_an_edit_meanwhile_shows_both_texts_and_a_second_press_means_it(visit: Visit, note: Note) -> None:
    client, url = visit("bob"), f"/notes/{note.uuid}/edit/"
    assert 'value="00:02.10"' in client.get(url).content.decode()
    notes.edit(note, text="Her coat is green")
    sent = {"text": "Her coat is red", "at": "00:02.10", "until": "", "seen": ""}
    stale = client.post(url, sent)
    page = stale.content.decode()
    assert stale.status_code == 409
    assert "Her coat is green" in page
    assert "Her coat is red" in page
    seen = stale.context["form"]["seen"].value()
    assert client.post(url, sent | {"seen": seen}).status_code == 302
    note.refresh_from_db()
    assert (note.text, note.frame) == ("Her coat is red", 58)


def test_who_may_edit_and_delete(visit: Visit, note: Note) -> None:
    edit, delete = f"/notes/{note.uuid}/edit/", f"/notes/{note.uuid}/delete/"
    answers = {name: (visit(name).get(edit).status_code, visit(name).get(delete).status_code)
               for name in ("alice", "bob", "rita", "vera")}  # fmt: skip
    assert answers == {"alice": (403, 403), "bob": (200, 200), "rita": (403, 403), "vera": (403, 403)}
    assert visit("alice").post(delete).status_code == 403
    assert Note.objects.count() == 1
    assert visit("bob").post(delete).status_code == 302
    assert not Note.objects.exists()
    assert visit("bob").get(edit).status_code == 404


def test_an_owner_clears_away_what_its_author_cannot(
    visit: Visit, take: Take, note: Note, alice: User, bob: User
) -> None:
    """The list offers the button to those alone who may press it."""
    link = ShareLink.objects.create(project=take.project, kind="take", take=take, created_by=alice)
    guests = notes.write(take, text="Buy this", guest=Guest.objects.create(link=link, name="Client"))

    def offered(name: str) -> list[bool]:
        page = listed(visit(name), take)
        return [f"/notes/{one.uuid}/delete/" in page for one in (note, guests)]

    assert {name: offered(name) for name in ("alice", "bob", "rita")} == {
        "alice": [False, True],
        "bob": [True, False],
        "rita": [False, False],
    }
    assert visit("rita").post(f"/notes/{guests.uuid}/delete/").status_code == 403
    assert visit("alice").post(f"/notes/{guests.uuid}/delete/").status_code == 302
    Membership.objects.filter(user=bob).update(role=Role.VIEWER)
    assert (offered("alice")[0], offered("bob")[0]) == (True, False)
    assert visit("alice").post(f"/notes/{note.uuid}/delete/").status_code == 302
    assert not Note.objects.exists()


def test_resolving_and_reopening(visit: Visit, take: Take, note: Note) -> None:
    client = visit("rita")
    answer = client.post(f"/notes/{note.uuid}/resolve/", headers=HTMX)
    assert "is-resolved" in answer.content.decode()
    note.refresh_from_db()
    assert note.resolved_by == User.objects.get(username="rita")
    assert client.post(f"/notes/{note.uuid}/reopen/").status_code == 302
    note.refresh_from_db()
    assert note.resolved_at is None
    reply = notes.write(take, text="Yes", author=note.author, parent=note)
    refused = client.post(f"/notes/{reply.uuid}/resolve/", headers=HTMX)
    assert refused.context["notes_error"]


def test_a_deleted_note_keeps_its_place_above_its_replies(
    visit: Visit, take: Take, note: Note, rita: User
) -> None:
    notes.write(take, text="It does", author=rita, parent=note)
    visit("bob").post(f"/notes/{note.uuid}/delete/")
    page = listed(visit("vera"), take)
    assert "Her coat" not in page
    assert f'id="note-{note.uuid}"' in page
    assert "It does" in page


def test_after_an_act_the_list_stays_as_it_was_narrowed(
    visit: Visit, take: Take, note: Note, alice: User
) -> None:
    done = notes.write(take, text="Lamps late", author=alice)
    notes.resolve(done, by=alice)
    client = visit("rita")
    sent = {"text": "New", "notes": "open", "shown": "80"}
    page = client.post(address(take), sent, headers=HTMX).content.decode()
    assert "Lamps late" not in page
    assert "notes=open&amp;shown=80" in page
    page = client.post(f"/notes/{note.uuid}/resolve/", {"notes": "open"}, headers=HTMX).content.decode()
    assert note.text not in page
    assert "New" in page


def test_a_page_of_its_own_waits_for_no_list(visit: Visit, take: Take, note: Note) -> None:
    """Opened in a window of its own the form is sent as a plain one, with scripts too."""
    client, url = visit("bob"), f"/notes/{note.uuid}/edit/"
    alone = [client.get(url), client.post(url, {"text": ""}), typed(client, take, text="")]
    for answer in alone:
        form = answer.content.decode().partition('class="fields note-')[2].partition("</form>")[0]
        assert "csrfmiddlewaretoken" in form
        assert "hx-" not in form
    assert "hx-post" in client.get(url, headers=HTMX).content.decode()
