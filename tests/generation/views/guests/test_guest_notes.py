"""What guests write, and whose notes they see."""

import re

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from generation.models import (
    Guest,
    Note,
    Notification,
    Shot,
    Take,
)
from generation.reviews.notes import notes
from generation.reviews.sharing import guests
from tests.generation.views.conftest import make_take
from tests.generation.views.guests.conftest import Share, enter, page_of, text_of


def test_a_guests_note_at_a_frame_notifies_the_links_creator(take: Take, share: Share, bob: User) -> None:
    link = share(take)
    browser = enter(link)
    answer = browser.post(f"{page_of(link, take)}notes/", {"text": "Could it hold?", "at": "00:02.10"})
    note = Note.objects.get()
    assert answer["Location"] == f"{link.get_absolute_url()}#note-{note.uuid}"
    assert (note.frame, note.guest.name, note.author) == (58, "Greta", None)
    told = text_of(browser.get(link.get_absolute_url()))
    assert "Could it hold?" in told
    assert 'data-frame="58"' in told
    assert list(Notification.objects.filter(to=bob).values_list("kind", "guest__name")) == [
        ("guest", "Greta")
    ]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"text": " "}, "text"),
        ({"text": "Longer", "at": "2:70.00"}, "at"),
        ({"text": "Longer", "at": "soon"}, "at"),
        ({"text": "Longer", "parent": "7d4f1c1e-0000-4000-8000-000000000000"}, "__all__"),
    ],
)
def test_an_invalid_note_is_kept_in_the_form(
    take: Take, share: Share, typed: dict[str, str], field: str
) -> None:
    link = share(take)
    answer = enter(link).post(f"{page_of(link, take)}notes/", typed)
    assert (answer.status_code, Note.objects.count()) == (422, 0)
    assert list(answer.context["form"].errors) == [field]
    assert typed["text"].strip() in text_of(answer)


def test_a_refused_reply_is_still_a_reply_when_it_is_sent_again(take: Take, share: Share) -> None:
    link = share(take)
    browser = enter(link)
    asked = notes.write(take, text="could it hold?", guest=Guest.objects.get())
    refused = browser.post(f"{page_of(link, take)}notes/", {"text": "é" * 5001, "parent": str(asked.uuid)})
    form = text_of(refused).partition('class="panel-body guest-say"')[2]
    (parent,) = re.findall(r'name="parent" value="([\w-]+)"', form)
    browser.post(f"{page_of(link, take)}notes/", {"text": "It can.", "parent": parent})
    assert [one.text for one in asked.replies.all()] == ["It can."]
    # What is written anew afterwards answers nothing.
    told = text_of(browser.get(link.get_absolute_url()))
    assert 'name="parent"' not in told.partition('class="panel-body guest-say"')[2]


def test_the_address_of_a_refused_form_leads_back_when_it_is_opened_anew(
    take: Take, shot: Shot, share: Share
) -> None:
    """A browser that lets go of the page of a refusal asks for its address without the form."""
    link = share(take, verdicts=True)
    browser = enter(link)
    for form in ("notes/", "verdict/"):
        assert browser.post(page_of(link, take) + form, {}).status_code == 422
        assert browser.get(page_of(link, take) + form)["Location"] == link.get_absolute_url()
    make_take(take.job.created_by, take.project, shot=shot)
    ballot = share(shot, blind=True)
    assert enter(ballot).get(f"{ballot.get_absolute_url()}vote/")["Location"] == ballot.get_absolute_url()


def test_guests_see_the_threads_of_their_link_and_not_the_teams(
    alice: User, take: Take, share: Share
) -> None:
    link, other = share(take), share(take)
    greta, otto = guests.add_guest(link, name="Greta"), guests.add_guest(other, name="Otto")
    inner = notes.write(take, text="budget is short", author=alice)
    asked = notes.write(take, text="could it hold?", guest=greta)
    notes.write(take, text="it can", author=alice, parent=asked)
    foreign = notes.write(take, text="of another link", guest=otto)
    browser = enter(link, "Gerd")
    told = text_of(browser.get(link.get_absolute_url()))
    assert [said in told for said in ("could it hold?", "it can", "budget is short", "of another link")] == [
        True, True, False, False,
    ]  # fmt: skip
    # What is not seen cannot be answered either.
    for hidden in (inner, foreign):
        sent = {"text": "hello", "parent": str(hidden.uuid)}
        assert browser.post(f"{page_of(link, take)}notes/", sent).status_code == 422
    browser.post(f"{page_of(link, take)}notes/", {"text": "thank you", "parent": str(asked.uuid)})
    assert list(asked.replies.order_by("pk").values_list("text", "guest__name")) == [
        ("it can", None),
        ("thank you", "Gerd"),
    ]


def test_only_the_latest_notes_are_shown_with_the_same_number_of_queries(take: Take, share: Share) -> None:
    link = share(take, verdicts=True)
    browser = enter(link)
    guest = Guest.objects.get()

    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            browser.get(link.get_absolute_url())
        return len(seen)

    notes.write(take, text="the first", guest=guest)
    first = cost()
    Note.objects.bulk_create(Note(take=take, guest=guest, text=f"note {number}") for number in range(300))
    assert cost() == first <= 8
    told = text_of(browser.get(link.get_absolute_url()))
    assert ("note 299" in told, "note 100<" in told, "note 99<" in told) == (True, True, False)
    assert told.index("note 298") < told.index("note 299")


def test_a_guest_can_mention_only_the_links_creator(
    take: Take, share: Share, alice: User, bob: User, rita: User, charlie: User
) -> None:
    """alice, who made the take, is notified of the note as of any other, and rita of none."""
    link = share(take)
    enter(link).post(
        f"{page_of(link, take)}notes/", {"text": "@rita @alice @bob @charlie @nobody, could it hold?"}
    )
    note = Note.objects.get()
    assert list(note.mentions.all()) == [bob]
    told = set(Notification.objects.values_list("to__username", "kind"))
    assert told == {("bob", "mention"), ("alice", "guest")}


def test_guests_cannot_tell_usernames_from_other_words(take: Take, share: Share, rita: User) -> None:
    """The number of queries does not reveal them either."""
    link = share(take)
    browser = enter(link)
    browser.post(f"{page_of(link, take)}notes/", {"text": "the first is cheaper than all others"})
    pages, costs = [], []
    for name in ("rita", "nora", "vera"):
        with CaptureQueriesContext(connection) as seen:
            browser.post(f"{page_of(link, take)}notes/", {"text": f"@{name} please"})
        costs.append(len(seen))
        note = Note.objects.latest("pk")
        page = text_of(browser.get(link.get_absolute_url()))
        line = page.partition(f'id="note-{note.uuid}"')[2].partition("</p>\n")[2].partition("</li>")[0]
        line = re.sub(r'value="[^"]*"', "", line)
        pages.append(line.replace(f"@{name}", "@").replace(str(note.uuid), ""))
    assert len(set(costs)) == 1
    assert pages[0] == pages[1] == pages[2]
    assert "@ please" in pages[0]


def test_mentions_by_guests_are_not_marked_for_the_team(
    take: Take, share: Share, bob: User, rita: User, client: Client
) -> None:
    link = share(take)
    enter(link).post(f"{page_of(link, take)}notes/", {"text": "@rita please"})
    client.force_login(bob)
    (thread,) = client.get(take.get_absolute_url()).context["threads"]
    assert [part.is_member for part in thread.note["parts"]] == [False]
