"""Guests in a real browser: the door with its password, notes at a frame, links that are over, the blind vote."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import House, _is_defect
from tests.browser.soundness import serious
from tests.browser.waits import wait_until
from tests.worker_host import wait_for

pytestmark = pytest.mark.system

PASSWORD = "low tide at nine"
MAKE = """
from datetime import timedelta
from django.contrib.auth.models import User
from django.utils import timezone
from generation.models import Shot
from generation.reviews.sharing import link_video_encoding, share_links
from generation.reviews.sharing.share_links import Terms
from library.models import Project
from tests.generation.striped_films import striped_take
inez, project = User.objects.get(username="inez"), Project.objects.get(slug="harbour-lights")
shot, made = Shot.objects.get_or_create(project=project, code="900")
if made:
    for number in range(3):
        take = striped_take(inez, project, fps=24, frames=61)
        take.shot, take.number = shot, number + 1
        take.save()
link = share_links.share({{"take": shot.takes.first(), "shot": shot}}["{shown}"], by=inez, terms=Terms({terms}),
    password="{password}", expires_at=timezone.now() + timedelta(days=1))
link_video_encoding.make_due()
print(link.token)
"""
CHANGE = """
from datetime import timedelta
from django.utils import timezone
from generation.models import ShareLink
from generation.reviews.sharing import share_links
ShareLink.objects.filter(pk=share_links.find("{token}").pk).update({field}=timezone.now() - timedelta(seconds=1))
"""

# Such phones know this method of films by that name, and none of other elements.
LIKE_A_PHONE = """
HTMLVideoElement.prototype.webkitEnterFullscreen = Element.prototype.requestFullscreen;
delete Element.prototype.requestFullscreen;
"""

Share = Callable[..., str]


@pytest.fixture
def share(house: House) -> Share:
    """The token of a new link to a take, or to the takes of a shot."""

    def make(shown: str = "take", *, terms: str = "", password: str = "") -> str:
        return house.run(MAKE.format(shown=shown, terms=terms, password=password)).split()[-1]

    return make


@pytest.fixture
def window(browser: Browser, house: House) -> Iterator[Callable[..., Page]]:
    """A window of somebody without an account; a script error or a refused script fails the test."""
    contexts, complaints = [], []

    def open_window(*, width: int = 1440, scheme: str = "dark") -> Page:
        size = {"width": width, "height": 900}
        contexts.append(browser.new_context(base_url=house.url, viewport=size, color_scheme=scheme))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if _is_defect(said) else None)
        return page

    yield open_window
    for context in contexts:
        context.close()
    assert complaints == []


def come_in(page: Page, token: str, *, name: str = "Greta", password: str = "") -> None:
    """Enter by keyboard."""
    page.goto(f"/s/{token}/")
    page.get_by_label("Your name").fill(name)
    if password:
        page.get_by_label("Password").fill(password)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: not url.endswith("/enter/"))
    expect(page.locator("#viewing-as")).to_contain_text(name)


def faults(page: Page, width: int) -> list[str]:
    """Serious violations, and whether the page is wider than its window."""
    found = serious(page)
    wide = page.evaluate("document.documentElement.scrollWidth") > width
    return [*found, *(["too wide"] if wide else [])]


def test_a_guest_with_the_right_and_the_wrong_password_after_revocation_and_expiry(
    house: House, share: Share, window: Callable[..., Page]
) -> None:
    token = share(password=PASSWORD)
    page = window()
    page.goto(f"/s/{token}/")
    page.get_by_label("Your name").fill("Greta")
    page.get_by_label("Password").fill("low tide at ten")
    page.keyboard.press("Enter")
    expect(page.locator("#id_password_error")).to_be_visible()
    expect(page.get_by_label("Your name")).to_have_value("Greta")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Shot 900 · Take")
    wait_until(page, "document.querySelector('video')?.readyState > 0")
    # Remembered: nobody asks again.
    page.goto(f"/s/{token}/")
    expect(page.locator("h1")).to_contain_text("Shot 900 · Take")

    house.run(CHANGE.format(token=token, field="revoked_at"))
    page.reload()
    expect(page.locator("h1")).to_have_text("This link is closed")
    other = share()
    house.run(CHANGE.format(token=other, field="expires_at"))
    page.goto(f"/s/{other}/")
    expect(page.locator("h1")).to_have_text("This link is closed")
    expect(page.locator("main")).not_to_contain_text("900")


def test_a_note_is_sent_with_the_frame_that_is_shown_and_the_team_sees_it(
    share: Share, window: Callable[..., Page], visit: Callable[..., Page]
) -> None:
    token = share(terms="watermark=True, verdicts=True")
    page = window()
    come_in(page, token, name="Otto Client")
    shown = page.locator(".player-frame")
    expect(shown).to_have_text("frame 0")
    wait_until(page, "document.querySelector('video')?.readyState > 0")
    wait_until(page, "document.querySelector('take-player')?.seek")
    page.evaluate("document.querySelector('take-player').seek(58)")
    page.get_by_label("Your note").press_sequentially("Hold the last second longer")
    expect(page.get_by_label("At time code")).to_have_value("00:02.10")
    page.get_by_role("button", name="Send note").click()
    expect(page.locator(".guest-note")).to_contain_text("Hold the last second longer")
    # The page is new: its scripts have taken the player over.
    expect(page.get_by_role("slider", name="Frame")).to_be_visible()
    page.get_by_role("button", name="00:02.10").click()
    expect(shown).to_have_text("frame 58")
    # What plays is the copy with the watermark.
    assert "/shared/" in page.locator("take-player video").get_attribute("src")
    page.get_by_label("Changes requested").check()
    page.get_by_label("Reason").fill("It ends too soon")
    page.get_by_role("button", name="Send verdict").click()
    expect(page.locator("main")).to_contain_text("Your verdict: Changes requested")

    inez = visit("inez")
    inez.goto("/inbox/")
    expect(inez.locator("main")).to_contain_text("Otto Client")


@pytest.mark.parametrize("terms", ["", "watermark=True"])
def test_a_phone_that_fills_its_screen_with_films_alone(
    share: Share, window: Callable[..., Page], terms: str
) -> None:
    """As on an iPhone; the watermark is in the film itself."""
    page = window(width=360)
    page.add_init_script(LIKE_A_PHONE)
    come_in(page, share(terms=terms))
    wait_for(lambda: page.locator("video").evaluate("video => video.readyState") >= 1, seconds=20)
    page.get_by_role("button", name="Full screen").click()
    page.wait_for_timeout(1000)
    assert page.evaluate("document.fullscreenElement?.tagName ?? null") == "VIDEO"


def test_a_blind_vote_from_the_first_choice_to_the_result(
    house: House, share: Share, window: Callable[..., Page], visit: Callable[..., Page]
) -> None:
    token = share("shot", terms="blind=True")
    page = window()
    come_in(page, token)
    expect(page.locator("main")).not_to_contain_text("Take 1")
    page.get_by_label("B", exact=True).check()
    page.get_by_role("button", name="Vote").click()
    expect(page.locator("#vote")).to_contain_text("Your vote is saved")
    page.get_by_label("A", exact=True).check()
    page.get_by_role("button", name="Change my vote").click()
    expect(page.get_by_label("A", exact=True)).to_be_checked()
    expect(page.locator("main")).not_to_contain_text("1 vote")

    inez = visit("inez")
    inez.goto("/projects/harbour-lights/links/")
    row = inez.locator(".share-link", has_text=token)
    expect(row).to_contain_text("1 vote so far")
    row.get_by_role("button", name="Close vote").click()
    expect(inez.locator(".share-link", has_text=token)).to_contain_text("Vote closed")
    expect(inez.locator(".share-link", has_text=token)).to_contain_text("1 vote")
    page.reload()
    expect(page.locator("h1")).to_have_text("Result")
    expect(page.locator(".candidate.is-chosen")).to_contain_text("1 vote")


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1440, "dark")])
def test_guests_pages_fit_and_have_no_serious_axe_violations(
    share: Share, window: Callable[..., Page], visit: Callable[..., Page], width: int, scheme: str
) -> None:
    page = window(width=width, scheme=scheme)
    found = {}
    for shown, terms in {"take": "verdicts=True, watermark=True", "shot": "", "vote": "blind=True"}.items():
        token = share("take" if shown == "take" else "shot", terms=terms)
        page.goto(f"/s/{token}/")
        found["door"] = faults(page, width)
        come_in(page, token, name="greta.garcia-hohenzollern@postproduktion-nordwest.example")
        if shown == "take":
            page.get_by_label("Your note").fill("Longer")
            page.get_by_role("button", name="Send note").click()
            expect(page.locator(".guest-note")).to_contain_text("Longer")
        found[shown] = faults(page, width)
    inez = visit("inez", width=width, scheme=scheme)
    inez.goto("/projects/harbour-lights/links/")
    found["links"] = faults(inez, width)
    assert {name: told for name, told in found.items() if told} == {}
