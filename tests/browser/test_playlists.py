"""A review session by hand: it plays through, everything goes by keyboard, and the pages fit and are accessible."""

from textwrap import indent

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import House
from tests.browser.soundness import serious

pytestmark = pytest.mark.system
MAKE = """
from django.contrib.auth.models import User
from generation.reviews.playlists import playlists
from library.models import Project
from tests.generation.striped_films import striped_take
by, project = User.objects.get(username="jonas"), Project.objects.get(slug="harbour-lights")
takes = [striped_take(by, project, fps=24, frames=24) for _ in range(3)]
print(playlists.create(by=by, project=project, name="Stripes", takes=takes).get_absolute_url())
"""


@pytest.fixture(scope="module")
def sessions(house: House) -> list[str]:
    """The addresses of three playlists of three takes of one second each. Tests come in any order, so each of
    those that change more than an order has one of its own."""
    return house.run(f"for _ in range(3):\n{indent(MAKE, '    ')}").split()


@pytest.fixture(scope="module")
def session(sessions: list[str]) -> str:
    """The one that nobody decides on and nobody takes a row out of."""
    return sessions[0]


def is_at(page: Page, turn: int) -> None:
    expect(page.locator(".session-ways [role=status]")).to_have_text(f"{turn} of 3")


def presents(page: Page) -> bool:
    return page.locator("playlist-session[presents]").count() == 1


def test_a_session_by_keyboard(visit, sessions: list[str]) -> None:
    page, other = visit("kim"), visit("jonas")
    other.goto(f"{sessions[1]}?at=3")
    page.goto(sessions[1])
    is_at(page, 1)
    page.keyboard.press("l")  # plays, and goes on by itself
    is_at(page, 2)
    is_at(page, 3)
    expect(page.locator("#summary-head")).to_contain_text("0 of 3")

    page.keyboard.press("PageUp")
    is_at(page, 3)
    page.keyboard.press("a")
    expect(page.locator(".session-strip li").nth(2).locator(".session-ok")).to_be_visible()
    # Who watches the same take sees it without loading the page.
    expect(other.locator(".session-strip li").nth(2).locator(".session-ok")).to_be_visible(timeout=30_000)
    page.keyboard.press("Shift+ArrowLeft")
    is_at(page, 2)
    page.keyboard.press("c")
    page.keyboard.type("Slower, please.")
    page.locator(".verdict-why[open] button").press("Enter")
    expect(page.locator(".session-strip li").nth(1).locator(".session-amber")).to_be_visible()
    page.keyboard.press("n")
    page.keyboard.type("The second stripe.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#note-list")).to_contain_text("The second stripe.")

    page.locator(".session-strip a").last.click()
    expect(page.locator("#summary-head")).to_contain_text("2 of 3")
    expect(page.locator(".session-strip [aria-current]")).to_be_focused()
    # Approved, changes requested, rejected, to review; open notes.
    assert page.locator(".session-sums dd").all_inner_texts() == ["1", "1", "0", "1", "1"]
    page.locator(".session-summary a[data-way=on]").press("Enter")
    is_at(page, 1)


def test_presenting_fills_the_window_and_arrows_lead_through(visit, session: str) -> None:
    page = visit("jonas")
    page.goto(f"{session}?at=2")
    page.locator("#session-present").press("Enter")
    assert presents(page)
    box = page.locator("video").bounding_box()
    assert box
    assert max(box["width"] / 1440, box["height"] / 900) == pytest.approx(1, abs=0.01)
    page.keyboard.press("ArrowRight")
    is_at(page, 3)
    page.keyboard.press("ArrowLeft")
    is_at(page, 2)
    assert presents(page)
    page.keyboard.press("Escape")
    assert not presents(page)
    expect(page.locator(".topbar")).to_be_visible()


def test_without_scripts_it_pages_and_is_reordered(visit, session: str) -> None:
    page = visit("jonas", java_script_enabled=False)
    page.goto(session)
    page.locator("#session-on").click()
    is_at(page, 2)
    page.locator("#session-present").click()
    assert presents(page)
    page.locator("#session-present").click()
    page.get_by_role("link", name="Edit").click()
    rows = page.locator(".order-row")
    expect(rows).to_have_count(3)
    first, second, _ = rows.evaluate_all("rows => rows.map(row => row.id)")
    rows.nth(0).locator("button").nth(1).click()
    expect(rows.nth(0)).to_have_id(second)
    expect(rows.nth(1)).to_have_id(first)


def test_a_row_is_dragged(visit, session: str) -> None:
    page = visit("jonas")
    page.goto(f"{session}edit/")
    before = page.locator(".order-row").evaluate_all("rows => rows.map(row => row.id)")
    page.locator(".order-row").nth(2).drag_to(
        page.locator(".order-row").nth(0), target_position={"x": 20, "y": 4}
    )
    expect(page.locator(".order-row").nth(0)).to_have_id(before[2])


def test_a_row_is_taken_out_by_keyboard_and_the_focus_stays_in_the_list(visit, sessions: list[str]) -> None:
    page = visit("jonas")
    page.goto(f"{sessions[2]}edit/")
    rows = page.locator(".order-row")
    following = rows.nth(1).get_attribute("id")
    rows.nth(0).locator("[name=remove]").press("Enter")
    expect(rows.nth(0)).to_have_id(following or "")
    expect(rows.nth(0).locator("[name=remove]")).to_be_focused()


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1440, "dark")])
def test_pages_fit_and_have_no_serious_axe_violations(visit, session: str, width: int, scheme: str) -> None:
    page = visit("inez", width=width, scheme=scheme)
    found = {}
    for path in [
        session, f"{session}?at=end", f"{session}edit/", "/playlists/", "/playlists/new/?since=yesterday", "/takes/",
        "/scoreboard/", "/library/@Mara/continuity/",
    ]:  # fmt: skip
        page.goto(path)
        wide = page.evaluate("document.documentElement.scrollWidth")
        violations = serious(page)
        if violations or wide > width:
            found[path] = (wide, violations)
    assert found == {}
