"""What every page has around it, the log-in, stale forms."""

import pytest
from django.conf import settings as conf
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from generation.models import GatewayState, Note
from library.models import Project
from tests import factories
from tests.generation.views.conftest import Visit, composed, make_take


def test_the_log_in_page_opens_the_door(client: Client, alice: User) -> None:
    assert client.get("/").headers["Location"] == "/login/?next=/"
    answer = client.post("/login/", {"username": "alice", "password": factories.PASSWORD, "next": "/takes/"})
    assert answer.headers["Location"] == "/takes/"


def test_a_wrong_password_keeps_the_name(client: Client, alice: User) -> None:
    page = client.post("/login/", {"username": "alice", "password": "wrong"})
    assert (page.status_code, 'value="alice"' in page.content.decode()) == (200, True)
    assert 'id="login-error"' in page.content.decode()


@pytest.mark.django_db
def test_a_live_part_whose_session_ended_sends_the_page_to_the_log_in(client: Client) -> None:
    here = "http://testserver/jobs/?status=held"
    answer = client.get("/login/", headers={"HX-Request": "true", "HX-Current-URL": here})
    assert answer.headers["HX-Redirect"] == "/login/?next=%2Fjobs%2F%3Fstatus%3Dheld"


def test_a_stale_form_shows_what_was_typed(alice: User) -> None:
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(alice)
    typed = {"name": "Dune <Walk>", "description": "a long text", "password": "hidden-word", "empty": " "}
    page = careful.post("/projects/new/", typed, headers={"Referer": "http://testserver/projects/new/"})
    seen = page.content.decode()
    assert (page.status_code, Project.objects.count()) == (403, 0)
    assert page.context["typed"] == [("Name", "Dune <Walk>"), ("Description", "a long text")]
    assert ("Dune &lt;Walk&gt;" in seen, "hidden-word" in seen) == (True, False)
    assert 'href="http://testserver/projects/new/"' in seen


def test_a_stale_form_never_leads_elsewhere(alice: User) -> None:
    page = Client(enforce_csrf_checks=True).post(
        "/projects/new/", {}, headers={"Referer": "https://evil.example/"}
    )
    assert page.context["back"] == "/projects/new/"


def test_a_form_of_an_ended_session_keeps_what_was_typed(client: Client, project: Project) -> None:
    page = client.post(f"/projects/{project.slug}/new/", composed(prompt="three hours of work"))
    assert (page.status_code, ("Prompt", "three hours of work") in page.context["typed"]) == (403, True)
    assert client.get("/jobs/").headers["Location"] == "/login/?next=/jobs/"


def test_the_top_bar_names_the_sandbox_and_the_place(as_alice: Client) -> None:
    seen = as_alice.get("/jobs/").content.decode()
    assert "Sandbox" in seen
    assert [
        line.split('href="')[1].split('"')[0] for line in seen.split("<a ") if 'aria-current="page"' in line
    ] == ["/jobs/"]


@pytest.mark.parametrize(
    ("page", "place"),
    [
        ("/takes/compare/", "Takes"),
        ("/takes/{take}/history/", "Takes"),
        ("/notes/{note}/reply/", "Takes"),
        ("/library/@Mara/used/", "Library"),
        ("/library/@Mara/continuity/", "Library"),
        ("/projects/harbour-lights/links/", "Projects"),
    ],
)
@pytest.mark.usefixtures("s3")
def test_the_top_bar_names_the_place_of_every_page(
    as_alice: Client, alice: User, project: Project, page: str, place: str
) -> None:
    factories.asset(alice, handle="Mara")
    take = make_take(alice, project)
    note = Note.objects.create(take=take, author=alice, text="Softer light")
    answer = as_alice.get(page.format(take=take.uuid, note=note.uuid))
    assert [one.label for one in answer.context["navigation"]() if one.is_current] == [place]


@pytest.mark.parametrize(("name", "sees"), [("admin", True), ("alice", False)])
def test_only_staff_see_that_the_gateway_is_paused(
    project: Project, admin_user: User, visit: Visit, name: str, sees: bool
) -> None:
    GatewayState.objects.create(
        base_url=conf.SKYREELS_BASE_URL, paused_at=timezone.now(), paused_reason="The key was refused."
    )
    assert ("The key was refused." in visit(name).get("/").content.decode()) is sees


@pytest.mark.parametrize(("name", "status", "is_paused"), [("admin", 302, False), ("alice", 403, True)])
def test_staff_resume_the_gateway(
    project: Project, admin_user: User, visit: Visit, name: str, status: int, is_paused: bool
) -> None:
    state = GatewayState.objects.create(
        base_url=conf.SKYREELS_BASE_URL, paused_at=timezone.now(), paused_reason="x"
    )
    assert visit(name).post("/gateway/resume/").status_code == status
    state.refresh_from_db()
    assert (state.paused_at is not None) is is_paused


def test_an_unknown_address_says_so_in_the_house_style(as_alice: Client) -> None:
    page = as_alice.get("/nowhere/")
    assert (page.status_code, 'class="empty"' in page.content.decode()) == (404, True)


@pytest.mark.parametrize("address", ["/style/", "/library/purge/"])
def test_a_page_for_administrators_does_not_speak_of_roles_in_projects(
    as_alice: Client, address: str
) -> None:
    page = as_alice.get(address)
    seen = page.content.decode()
    assert page.status_code == 403
    assert "Your role in this project" not in seen


@pytest.mark.parametrize("address", ["/", "/projects/", "/jobs/", "/takes/"])
def test_an_empty_page_offers_its_first_action(charlie: User, visit: Visit, address: str) -> None:
    empty = visit("charlie").get(address).content.decode().split('class="empty"')[1]
    assert 'class="button button-primary" href="/projects/' in empty


def test_pages_carry_no_inline_script_or_style(as_alice: Client, project: Project) -> None:
    for address in ("/", "/jobs/", "/takes/", "/projects/new/", "/projects/harbour-lights/new/"):
        answer = as_alice.get(address)
        seen = answer.content.decode()
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        assert (" style=" in seen, "<style" in seen, "<script>" in seen, " onclick=" in seen) == (
            False,
        ) * 4, address


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("/", "private, no-cache"),
        ("/library/", "private, no-cache"),
        ("/account/tokens/", "max-age=0, no-cache, no-store, must-revalidate, private"),
    ],
)
def test_what_a_member_sees_is_kept_for_nobody_else(as_alice: Client, address: str, kept: str) -> None:
    assert as_alice.get(address).headers.get("Cache-Control") == kept
