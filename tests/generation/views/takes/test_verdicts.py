"""Verdicts on the take page, with and without its script, and the history."""

import re

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from generation.models import Guest, Production, ReviewState, ShareLink, Shot, Take, Verdict
from generation.reviews.notes import notes
from generation.reviews.verdicts import history as histories
from generation.reviews.verdicts import verdicts
from library.models import Project
from tests import factories
from tests.generation.views.conftest import Visit, make_take

BY_SCRIPT = {"HX-Request": "true"}


@pytest.fixture
def take(bob: User, project: Project) -> Take:
    return make_take(bob, project, shot=Shot.objects.create(project=project, code="010"))


def address(take: Take, more: str = "") -> str:
    return f"/takes/{take.uuid}/verdict/{more}"


def panel(client: Client, take: Take) -> str:
    """The panel on the take's page, as text."""
    page = client.get(take.get_absolute_url()).content.decode()
    return re.sub(r"\s+", " ", page.split("<verdict-keys")[1].split("</verdict-keys>")[0])


def badges(text: str) -> list[str]:
    """Return the review states of the badges."""
    states = {state.badge_class: state.value for state in ReviewState}
    return [states[name] for name in re.findall(r'<span class="badge ([^"]+)">', text)]


def events(text: str) -> list[str]:
    return re.findall(r'data-event="([^"]+)"', text)


def status(text: str) -> list[str]:
    """Return the status messages."""
    return [found.strip() for found in re.findall(r'role="status"[^>]*>([^<]+)<', text)]


def test_the_panel_offers_the_verdicts_to_those_who_decide(take: Take, visit: Visit) -> None:
    offered = {name: panel(visit(name), take) for name in ("alice", "bob", "rita", "vera")}
    assert {name: "data-key=" in seen for name, seen in offered.items()} == {
        "alice": True,
        "bob": False,
        "rita": True,
        "vera": False,
    }
    assert ("Harbour Lights" in offered["vera"], "Harbour Lights" in offered["rita"]) == (True, False)
    assert re.findall(r'aria-keyshortcuts="(.)"', offered["rita"]) == [
        state.texts.key.upper() for state in ReviewState.verdicts()
    ]


def test_a_plain_form_leads_back_to_the_take(take: Take, visit: Visit) -> None:
    rita = visit("rita")
    answer = rita.post(address(take), {"decision": "changes", "reason": "The <coat>."})
    assert answer.headers["Location"] == f"/takes/{take.uuid}/#verdict"
    page = rita.get(take.get_absolute_url())
    assert [message.level_tag for message in page.context["messages"]] == ["success"]
    seen = panel(rita, take)
    assert badges(seen) == ["changes"] * 2  # the take's and rita's
    assert "The &lt;coat&gt;." in seen


def test_a_plain_form_of_a_review_session_leads_back_into_it(take: Take, visit: Visit) -> None:
    session = "http://testserver/playlists/5f4dcc3b-5aa7-45d6-8327-deb882cf99aa/?at=2"
    elsewhere = "http://elsewhere.example/playlists/"
    back = {
        came: visit("rita").post(address(take), {"decision": "approved"}, headers={"referer": came}).url
        for came in (session, elsewhere)
    }
    assert back == {session: f"{session}#verdict", elsewhere: f"/takes/{take.uuid}/#verdict"}


def test_a_refused_plain_form_is_shown_again_with_what_was_typed(take: Take, visit: Visit) -> None:
    answer = visit("rita").post(address(take), {"decision": "rejected", "reason": "x" * 2001})
    seen = answer.content.decode()
    assert (answer.status_code, "message-error" in seen, "x" * 2001 in seen) == (422, True, True)
    assert re.search(r'aria-invalid="true"\s+aria-describedby="why-rejected-error"', seen)
    assert Verdict.objects.count() == 0


def test_a_script_gets_the_panel_with_what_was_done(take: Take, visit: Visit) -> None:
    rita = visit("rita")
    refused = rita.post(address(take), {"decision": "changes"}, headers=BY_SCRIPT)
    assert (refused.status_code, "why-changes-error" in refused.content.decode()) == (200, True)
    undecided = rita.post(address(take), {"reason": "The coat."}, headers=BY_SCRIPT).content.decode()
    assert 'role="alert"' in undecided
    given = rita.post(address(take), {"decision": "approved"}, headers=BY_SCRIPT).content.decode()
    assert len(status(given)) == 1
    assert 'id="take-review" hx-swap-oob="true"' in given
    back = rita.post(address(take, "withdraw/"), headers=BY_SCRIPT).content.decode()
    assert len(status(back)) == 1
    again = rita.post(address(take, "withdraw/"), headers=BY_SCRIPT).content.decode()
    assert len(status(again)) == 1


def test_others_verdicts_are_seen_without_loading_the_page(take: Take, visit: Visit, alice: User) -> None:
    rita = visit("rita")
    asks = re.search(r'hx-get="([^"]+)"', panel(rita, take))
    assert asks is not None
    unchanged = rita.get(asks[1])
    assert (unchanged.status_code, "HX-Trigger" in unchanged.headers) == (204, False)
    verdicts.decide(take, decision="rejected", by=alice, reason="The coat.")
    answer = rita.get(asks[1])
    told = answer.content.decode()
    assert "take-decided" in answer.headers["HX-Trigger"], "for the stack of the shot"
    assert (answer.status_code, badges(told)) == (200, ["rejected"] * 3), (
        "the take's, alice's, and of the head"
    )
    head = told.split('<span id="take-review" hx-swap-oob="true">')[1]
    assert badges(head) == ["rejected"]
    assert "hx-swap-oob" not in panel(rita, take)
    assert rita.get(address(take)).headers["Location"] == f"/takes/{take.uuid}/#verdict"


def test_several_approvals_are_counted_in_words(take: Take, visit: Visit, rita: User) -> None:
    Production.objects.create(project=take.project, approvals_needed=2)
    verdicts.decide(take, decision="approved", by=rita)
    seen = panel(visit("alice"), take)
    assert ("1 of 2" in seen, badges(seen)[0]) == (True, "waiting")


def test_another_number_of_approvals_is_seen_without_loading_the_page(
    take: Take, visit: Visit, alice: User, rita: User
) -> None:
    verdicts.set_approvals_needed(take.project, approvals=2, by=alice)
    verdicts.decide(take, decision="approved", by=rita)
    asks = re.search(r'hx-get="([^"]+)"', panel(visit("alice"), take))
    assert asks is not None
    verdicts.set_approvals_needed(take.project, approvals=3, by=alice)
    assert "1 of 3" in visit("alice").get(asks[1]).content.decode()


def test_the_history_of_a_take_and_of_its_shot(
    take: Take, visit: Visit, alice: User, bob: User, rita: User
) -> None:
    note = notes.write(take, text="Her coat turns blue", author=rita, frame=58)
    verdicts.decide(take, decision="changes", by=rita, reason="The coat.")
    answer = make_take(bob, take.project, shot=take.shot, for_note=note)
    verdicts.decide(answer, decision="approved", by=alice)
    verdicts.withdraw(take, by=rita)
    alices = visit("alice")

    def history(of: str) -> list[str]:
        page = alices.get(f"/takes/{take.uuid}/history/{of}").content.decode()
        return events(page)

    assert history("") == ["withdrawn", "resolved", "changes"]
    assert history("?of=shot") == ["withdrawn", "resolved", "approved", "new_take", "changes", "new_take"]
    whole = alices.get(f"/takes/{take.uuid}/history/?of=shot").content.decode()
    assert f'href="{answer.get_absolute_url()}"' in whole.split('data-event="resolved"')[1].split("</li>")[0]
    asks = re.search(r'class="more verdict-history"\s+hx-get="([^"]+)"', panel(alices, take))
    assert asks is not None
    opened = alices.get(asks[1], headers={"HX-Request": "true"})
    assert events(opened.content.decode()) == history("")
    assert ("<html" in opened.content.decode(), "HX-Request" in opened.headers["Vary"]) == (False, True)


def test_the_panel_shows_the_newest_of_the_history(take: Take, visit: Visit, rita: User) -> None:
    htmx = {"HX-Request": "true"}
    ritas, url = visit("rita"), f"/takes/{take.uuid}/history/"
    assert events(ritas.get(url, headers=htmx).content.decode()) == []
    for number in range(12):
        verdicts.decide(take, decision="changes", by=rita, reason=f"Word {number}.")
    told = ritas.get(url, headers=htmx).content.decode()
    assert (events(told), "Word 11." in told, "Word 3." in told) == (["changes"] * 8, True, False)


def test_what_counts_is_shown_however_many_guests_have_advised_since(
    take: Take, visit: Visit, rita: User
) -> None:
    link = ShareLink.objects.create(project=take.project, kind="take", take=take, created_by=rita)
    guest = Guest.objects.create(link=link, name="Client")
    verdicts.decide(take, decision="approved", by=rita)
    for _ in range(histories.PAGE_SIZE + 1):
        Verdict.objects.create(take=take, guest=guest, decision="changes")
    seen = panel(visit("rita"), take)
    assert ("verdict-withdraw" in seen, badges(seen)[:2]) == (True, ["approved", "approved"])


@pytest.mark.parametrize("of", ["", "of=shot"])
def test_a_long_history_pages_to_its_beginning(take: Take, visit: Visit, rita: User, of: str) -> None:
    first = verdicts.decide(take, decision="rejected", by=rita, reason="The very first word.")
    for number in range(histories.PAGE_SIZE + 30):
        verdicts.decide(take, decision="changes", by=rita, reason=f"Word {number}.")
    # The oldest was taken back last of all: that is news, and stands first.
    Verdict.objects.filter(pk=first.pk).update(withdrawn_at=timezone.now())
    ritas = visit("rita")

    def page(number: str) -> tuple[list[str], str]:
        text = ritas.get(f"/takes/{take.uuid}/history/?{of}&page={number}").content.decode()
        return events(text), text

    (newest, one), (oldest, two) = page("1"), page("2")
    assert (len(newest), newest[0], "page=2" in one) == (histories.PAGE_SIZE, "withdrawn", True)
    assert ("The very first word." in two, "page=3" in two) == (True, False)
    came = ["new_take"] if of else []
    assert oldest == ["changes"] * (len(oldest) - 1 - len(came)) + ["rejected", *came]
    assert len(newest) + len(oldest) == histories.PAGE_SIZE + 30 + 2 + len(came)
    assert [page(nonsense)[0] for nonsense in ("0", "-1", "x", "9" * 30)] == [newest] * 4


def test_an_empty_history(take: Take, visit: Visit) -> None:
    assert 'class="empty"' in visit("vera").get(f"/takes/{take.uuid}/history/").content.decode()


def test_shots_and_takes_show_where_they_stand(take: Take, visit: Visit, bob: User, rita: User) -> None:
    verdicts.decide(take, decision="changes", by=rita, reason="The coat.")
    alices = visit("alice")

    def shots() -> list[str]:
        page = alices.get("/projects/harbour-lights/").content.decode()
        return badges(page.split('id="shots-head"')[1].split("</section>")[0])

    assert shots() == ["changes"]
    make_take(bob, take.project, shot=take.shot)
    assert shots() == ["waiting"]
    assert ReviewState.CHANGES.badge_class in alices.get("/takes/").content.decode()
    found = alices.get("/takes/", {"review": "changes"}).context["takes"]
    assert list(found) == [take]


def test_the_project_asks_for_so_many_approvals(take: Take, visit: Visit, rita: User) -> None:
    verdicts.decide(take, decision="approved", by=rita)
    alices = visit("alice")
    typed = {"name": "Harbour Lights", "approvals_needed": "2"}
    assert alices.post("/projects/harbour-lights/edit/", typed).status_code == 302
    assert Take.objects.get(pk=take.pk).review == "waiting"
    assert (
        'name="approvals_needed" value="2"' in alices.get("/projects/harbour-lights/edit/").content.decode()
    )
    alices.post("/projects/harbour-lights/edit/", typed | {"approvals_needed": ""})
    assert verdicts.approvals_needed(take.project_id) == 2
    assert alices.post("/projects/harbour-lights/edit/", typed | {"approvals_needed": "0"}).status_code == 422


def test_many_verdicts_cost_as_much_as_one(take: Take, visit: Visit, rita: User) -> None:
    alices, counts = visit("alice"), []
    for number in (1, 6):
        for _ in range(number):
            person = factories.person(f"person-{User.objects.count()}")
            verdicts.decide(take, decision="changes", by=person, reason="The coat.")
            notes.resolve(notes.write(take, text="Look", author=rita), by=person)
        row = []
        for page in (address(take, "?live=old"), f"/takes/{take.uuid}/history/?of=shot"):
            with CaptureQueriesContext(connection) as seen:
                assert alices.get(page).status_code == 200
            row.append(len(seen))
        counts.append(row)
    assert counts[0] == counts[1]
