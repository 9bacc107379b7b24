"""Notes: what may be written where, who is meant, and what becomes of a thread."""

from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from generation.models import Note, Notification, Take
from generation.reviews.notes import notes
from generation.reviews.notes.notes import CannotSaveNote, Moment, StaleNote
from library.models import Project
from tests import factories
from tests.generation.views.conftest import make_take

STROKE = {"tool": "pen", "color": "red", "width": 0.006, "points": [[0.1, 0.2], [0.15, 0.22]]}


@pytest.fixture
def take(alice: User, project: Project) -> Take:
    """Five seconds at 24 frames: 120 pictures."""
    return make_take(alice, project)


@pytest.fixture
def note(take: Take, bob: User) -> Note:
    return notes.write(take, text="Her coat turns blue", author=bob, frame=58)


def refused(take: Take, **asked: object) -> tuple[str, str]:
    """Return the field and the message of the error; nothing was written."""
    before = Note.objects.count()
    with pytest.raises(CannotSaveNote) as refusal:
        notes.write(take, **{"text": "Look", **asked})
    assert Note.objects.count() == before
    return refusal.value.field, str(refusal.value)


def test_a_note_stands_at_a_frame_over_a_range_or_on_the_whole(take: Take, bob: User) -> None:
    at = notes.write(take, text=" Look\r\nthere ", author=bob, frame=58, drawing=[STROKE])
    over = notes.write(take, text="Too long", author=bob, frame=0, end_frame=119)
    whole = notes.write(take, text="Warmer", author=bob)
    single = notes.write(take, text="Here", author=bob, frame=7, end_frame=7)
    seen = {note.text: (note.frame, note.end_frame, note.drawing) for note in take.notes.all()}
    assert seen == {
        "Look\nthere": (58, None, [STROKE]),
        "Too long": (0, 119, None),
        "Warmer": (None, None, None),
        "Here": (7, None, None),
    }
    assert [note.author for note in (at, over, whole, single)] == [bob] * 4


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"text": " \n "}, "text"),
        ({"text": "x" * 5001}, "text"),
        ({"frame": 120}, "at"),
        ({"frame": -1}, "at"),
        ({"frame": 5, "end_frame": 120}, "until"),
        ({"frame": 5, "end_frame": 4}, "until"),
        ({"end_frame": 4}, "at"),
        ({"drawing": [STROKE]}, "at"),
        ({"frame": 5, "drawing": [STROKE | {"color": "mauve"}]}, "drawing"),
    ],
)
def test_what_cannot_be_noted_is_told_beside_its_field(
    take: Take, bob: User, asked: dict[str, object], field: str
) -> None:
    assert refused(take, author=bob, **asked)[0] == field


def test_the_error_for_a_frame_past_the_end_names_the_last_one(take: Take, bob: User) -> None:
    message = refused(take, author=bob, frame=500)[1]
    assert ("00:04.23" in message, "119" in message) == (True, True)


def test_replies_are_one_level_deep(take: Take, note: Note, rita: User, alice: User) -> None:
    reply = notes.write(take, text="It does", author=rita, parent=note)
    assert list(note.replies.all()) == [reply]
    assert refused(take, author=alice, parent=reply)[0] == ""
    assert refused(make_take(alice, take.project), author=alice, parent=note)[0] == ""
    assert refused(take, author=alice, parent=note, frame=3)[0] == "at"
    notes.delete(note)
    assert refused(take, author=alice, parent=note)[0] == ""


def test_members_are_mentioned_and_told(take: Take, bob: User, rita: User, charlie: User) -> None:
    dotted = factories.person("ann.lee")
    factories.join(take.project, dotted, "viewer")
    text = "@RITA and @ann.lee. Not @charlie, not me@vera, not @ritas, nor @nobody"
    note = notes.write(take, text=text, author=bob)
    assert set(note.mentions.all()) == {rita, dotted}
    told = Notification.objects.filter(note=note, kind=Notification.Kind.MENTION)
    assert {row.to for row in told} == {rita, dotted}


@pytest.mark.parametrize(
    ("username", "text"),
    [
        ("andré", "@andre\u0301: look"),
        ("straße", "Ask @STRASSE"),
        ("rita@example.com", "Look, @rita@example.com, and"),
        ("eve", "To do:\n-@eve"),
        ("eve", "Nice...@eve?"),
    ],
)
def test_odd_names_are_found_however_they_are_typed(take: Take, bob: User, username: str, text: str) -> None:
    person = factories.person(username)
    for member in (person, factories.person("andre")):
        factories.join(take.project, member, "viewer")
    assert list(notes.write(take, text=text, author=bob).mentions.all()) == [person]


@pytest.mark.usefixtures("s3")
def test_the_handle_of_an_asset_is_no_person(take: Take, alice: User, bob: User, rita: User) -> None:
    factories.asset(alice, handle="Rita", project=take.project, is_shared=False)
    elsewhere = factories.project(alice)
    factories.asset(alice, handle="vera", project=elsewhere, is_shared=False)
    note = notes.write(take, text="@Rita looks like @vera", author=bob)
    assert [person.username for person in note.mentions.all()] == ["vera"]


def test_an_edit_names_others_and_keeps_the_drawing(take: Take, bob: User, rita: User) -> None:
    note = notes.write(take, text="Look", author=bob, frame=3, drawing=[STROKE])
    changed = notes.edit(note, text="Look @rita", moment=Moment(4, 9))
    assert (changed.text, changed.frame, changed.end_frame, changed.drawing) == ("Look @rita", 4, 9, [STROKE])
    assert changed.edited_at is not None
    assert Notification.objects.get(note=note, to=rita).kind == Notification.Kind.MENTION
    with pytest.raises(CannotSaveNote) as error:
        notes.edit(note, text="Look", moment=Moment())
    assert error.value.field == "at"


def test_a_stale_edit_overwrites_nothing(note: Note) -> None:
    notes.edit(note, text="Her coat is blue", seen=None)
    with pytest.raises(StaleNote) as refusal:
        notes.edit(note, text="Her coat is green", seen=None)
    assert refusal.value.note.text == "Her coat is blue"
    assert Note.objects.get().text == "Her coat is blue"
    assert notes.edit(note, text="Green", seen=refusal.value.note.edited_at).text == "Green"


def test_a_deleted_note_cannot_be_edited(note: Note) -> None:
    open_elsewhere = Note.objects.get(pk=note.pk)
    notes.delete(note)
    with pytest.raises(CannotSaveNote) as error:
        notes.edit(open_elsewhere, text="Still")
    assert not isinstance(error.value, StaleNote)


def test_a_note_with_replies_leaves_an_empty_place(take: Take, note: Note, rita: User) -> None:
    reply = notes.write(take, text="It does", author=rita, parent=note)
    notes.delete(note)
    note.refresh_from_db()
    assert (note.text, note.drawing, note.deleted_at is None) == ("", None, False)
    assert not Notification.objects.filter(note=note).exists()
    notes.delete(reply)
    assert not Note.objects.exists()


def test_resolving_is_told_once_and_anew_after_reopening(note: Note, rita: User, bob: User) -> None:
    def told() -> int:
        return Notification.objects.filter(to=bob, kind=Notification.Kind.RESOLVED).count()

    first = notes.resolve(note, by=rita, take=note.take).resolved_at
    assert notes.resolve(note, by=bob).resolved_at == first
    assert (note.resolved_by, note.resolved_by_take, told()) == (rita, note.take, 1)
    notes.reopen(note)
    assert (note.resolved_at, note.resolved_by, note.resolved_by_take, told()) == (None, None, None, 0)
    notes.resolve(note, by=rita)
    assert told() == 1


def test_only_threads_are_resolved(take: Take, note: Note, rita: User) -> None:
    reply = notes.write(take, text="It does", author=rita, parent=note)
    for act in (lambda: notes.resolve(reply, by=rita), lambda: notes.reopen(reply)):
        with pytest.raises(CannotSaveNote):
            act()
    Note.objects.filter(pk=note.pk).update(deleted_at=timezone.now())
    note.refresh_from_db()
    with pytest.raises(CannotSaveNote):
        notes.resolve(note, by=rita)


@pytest.mark.django_db(transaction=True)
def test_a_reply_that_is_edited_and_deleted_at_once_is_gone(take: Take, note: Note, rita: User) -> None:
    """The second waits for the first, and neither for the other: PostgreSQL would end one of them."""
    reply = notes.write(take, text="@vera", author=rita, parent=note)

    def delete() -> None:
        try:
            notes.delete(Note.objects.get(pk=reply.pk))
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Note.objects.select_for_update().get(pk=reply.pk)  # as an edit holds it
            deleted = pool.submit(delete)
            wait([deleted], timeout=0.5)
            notes.edit(reply, text="@vera, look")
        deleted.result()
    assert not Note.objects.filter(pk=reply.pk).exists()
