"""From a note to the next take by hand: three people, one note, the sandbox, and at the end it is resolved."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import House

pytestmark = pytest.mark.system
SAID = "Hold on the last lamp, then go on from here"


@pytest.fixture(scope="module")
def take(house: House) -> str:
    """The address of a take of a shot of its own, on which kim wrote a note at a frame."""
    told = house.run(
        "from django.contrib.auth.models import User\n"
        "from generation.models import Shot\n"
        "from generation.reviews.notes import notes\n"
        "from library.models import Project\n"
        "from tests.generation.films import stored_take\n"
        "project = Project.objects.get(slug='harbour-lights')\n"
        "jonas, kim = (User.objects.get(username=name) for name in ('jonas', 'kim'))\n"
        "shot = Shot.objects.create(project=project, code='870')\n"
        "take = stored_take(jonas, project, shot=shot, prompt='lamps on a quay', duration=3)\n"
        f"notes.write(take, author=kim, text={SAID!r}, frame=29)\n"
        "print(take.get_absolute_url())\n"
    )
    return told.strip()


def test_a_note_becomes_the_next_take_and_its_approval_resolves_it(visit, take):
    page = visit("jonas")
    page.goto(take)
    page.get_by_role("button", name="Make the next take").click()
    page.wait_for_url("**/new/?note=*")
    expect(page.locator(".quoted")).to_contain_text(SAID)
    expect(page.locator(".quoted")).to_contain_text("kim, 00:01.05")
    expect(page.get_by_label("Shot (optional)")).to_have_value("870")

    page.get_by_role("button", name="Keyframe at 1 s").click()
    expect(page.get_by_label("Prompt", exact=True)).to_have_value("lamps on a quay @frame_1_21s_take_1_870")
    page.locator(".quoted").get_by_role("button", name="First frame").click()
    expect(
        page.get_by_role("button", name="First frame @frame_1_21s_take_1_870: choose another")
    ).to_be_visible()
    expect(page.locator("#id_mid_1")).to_have_value("")

    page.get_by_role("button", name="Generate").click()
    page.wait_for_url("**/jobs/*/")
    expect(page.locator("main")).to_contain_text("It answers the note of kim at 00:01.05")
    page.get_by_role("link", name="Play take 2").click(timeout=90_000)
    page.wait_for_url("**/takes/*/")
    following = page.url

    kim = visit("kim")
    kim.goto(take)
    expect(kim.locator(".notes")).to_contain_text("Answered by take 2, to review")
    kim.goto(following)
    kim.keyboard.press("a")
    expect(kim.locator("#verdict")).to_contain_text("Approved")
    for seen in (kim, page):
        # The stack says so too, for both, without loading the page.
        expect(seen.locator(".stack-strip [aria-current] .badge")).to_have_text("Approved", timeout=30_000)
    kim.goto(take)
    expect(kim.locator(".notes")).to_contain_text("Answered by take 2, approved")
    expect(kim.locator(".notes")).to_contain_text("Resolved by kim, by Take 2.")

    page.reload()
    expect(page.get_by_role("link", name="Final in 1080p")).to_be_visible()
