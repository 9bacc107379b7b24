"""A table of shots, its batch, and going on from a take, by hand in the browser."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.soundness import serious

pytestmark = pytest.mark.system
WIDTHS = (1440, 360)
TABLE = (
    "shot\tprompt\tseconds\ttakes\tfirst_frame\n"
    "t10\t@Mara walks along the quay\t3\t2\t\n"
    "t20\tRain on the pier, {dawn|noon}\t3\t\t\n"
    "t30\t@Nobody waits\t99\t\t\n"
)


def assert_sound(page: Page) -> None:
    """It fits a telephone too, and axe finds nothing serious on it."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url
    assert serious(page) == [], page.url


def queue_a_table(page: Page) -> None:
    """Pasted, looked at, one row left out by keyboard, agreed to."""
    page.goto("/projects/harbour-lights/")
    page.locator("a[href$='/shots/table/']").click()
    page.get_by_role("textbox", name="Table").fill(TABLE)
    page.get_by_role("button", name="Check table").click()
    expect(page.locator("#row-3")).to_contain_text("“99”")
    expect(page.locator("#row-3")).to_contain_text("@Nobody is not in the library")
    expect(page.locator("main")).to_contain_text("Row 3 has problems")
    assert_sound(page)
    page.get_by_label("Skip row 3").focus()
    page.keyboard.press("Space")
    expect(page.locator("main")).not_to_contain_text("Row 3 has problems")
    expect(page.get_by_label("Skip row 3")).to_be_focused()
    expect(page.locator("#row-1")).to_contain_text("$0.38")
    page.get_by_role("button", name="Generate 4 takes for $0.77").click()
    page.wait_for_url("**/batches/*/")


def use_a_frame(page: Page) -> None:
    """The player and the field go together; the frame comes into the composer under its handle."""
    second, video = page.get_by_label("At second"), page.locator("video")
    video.evaluate("video => { video.currentTime = 1.25 }")
    expect(second).to_have_value("1.250")
    second.fill("2")
    second.press("Tab")
    expect(video).to_have_js_property("currentTime", 2)
    page.get_by_role("button", name="Use this frame as keyframe").click()
    page.wait_for_url("**/new/?take=*")
    expect(page.locator("main")).to_contain_text("@frame_2_00s_take_1_t10 is a frame of Take 1 of t10")
    prompt = page.get_by_role("textbox", name="Prompt", exact=True)
    expect(prompt).to_be_focused()
    expect(prompt).to_have_value("@Mara walks along the quay @frame_2_00s_take_1_t10")


def put_a_frame_in_the_library(page: Page) -> None:
    """Under a name of one's own."""
    expect(page.get_by_label("One frame")).to_be_checked()
    expect(page.locator("video")).to_have_js_property("currentTime", 1.5)
    assert_sound(page)
    page.get_by_label("Handle").fill("Quay_still")
    page.locator("form .button-primary").click()
    page.wait_for_url("**/library/@Quay_still/")
    expect(page.locator("main")).to_contain_text("frame at 1.50 s")


def test_from_a_table_of_shots_to_a_frame_in_the_library(visit):
    page = visit("jonas")
    queue_a_table(page)
    expect(page.get_by_role("heading", name="Batch of 4 takes")).to_be_visible()
    assert_sound(page)
    expect(page.get_by_role("heading", name="Finished")).to_be_visible(timeout=90_000)
    expect(page.locator("main")).to_contain_text("Done: 4")
    page.locator(".job-link").first.click()
    expect(page.locator("main a[href^='/batches/']")).to_be_visible()
    page.goto("/takes/?project=harbour-lights&shot=t10")
    page.locator(".card-link").last.click()
    page.wait_for_url("**/takes/*/")
    take = page.url
    assert_sound(page)
    use_a_frame(page)
    page.goto(f"{take}promote/?at=1.5")
    put_a_frame_in_the_library(page)
