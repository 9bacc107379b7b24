"""The composer by hand: handles while typing, frames by keyboard, a change of mode, a batch, a draft that stays."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.soundness import serious

pytestmark = pytest.mark.system
COMPOSER = "/projects/harbour-lights/new/?anew=1"
LINE_FROM = 700  # px of window: there is room for the line


def prompt_of(page: Page) -> Locator:
    return page.get_by_label("Prompt", exact=True)


def chips(page: Page) -> Locator:
    return page.get_by_role("list", name="Handles in the prompt").get_by_role("listitem")


def fits(page: Page, width: int) -> bool:
    return page.evaluate("document.documentElement.scrollWidth") <= width


def write_by_offer(page: Page) -> None:
    """`@ma`, chosen by keyboard; then one more handle, and one that is deleted as a whole."""
    prompt = prompt_of(page)
    prompt.click()
    page.keyboard.type("@ma")
    offers = page.get_by_role("listbox", name="Handles")
    expect(offers.get_by_role("option").first).to_contain_text("@Mara")
    expect(page.locator("handle-editor [role=status]")).to_have_text(re.compile(r"^\d handles$"))
    chosen = offers.get_by_role("option", selected=True)
    page.keyboard.press("ArrowDown")
    expect(chosen).to_contain_text("@market")
    assert prompt.get_attribute("aria-activedescendant") == chosen.get_attribute("id")
    page.keyboard.press("ArrowUp")
    assert serious(page) == []
    page.keyboard.press("Enter")
    expect(prompt).to_have_value("@Mara ")
    expect(offers).to_be_hidden()
    page.keyboard.type("waves to @to")
    expect(chosen).to_contain_text("@Tom")
    page.keyboard.press("Tab")
    page.keyboard.type("and @li")
    expect(chosen).to_contain_text("@lighthouse")
    page.keyboard.press("Escape")
    expect(offers).to_be_hidden()
    page.keyboard.type("ghthouse")
    expect(chips(page)).to_contain_text(["@Mara", "@Tom", "@lighthouse"])


def delete_a_chip(page: Page) -> None:
    expect(page.locator(".mark.is-ok")).to_have_count(3)
    prompt_of(page).press("Backspace")
    expect(prompt_of(page)).to_have_value("@Mara waves to @Tom and ")
    prompt_of(page).press("Control+z")
    expect(prompt_of(page)).to_have_value("@Mara waves to @Tom and @lighthouse")
    page.get_by_role("button", name="Remove @lighthouse from the prompt").click()
    expect(prompt_of(page)).to_have_value("@Mara waves to @Tom and ")
    expect(chips(page)).to_have_count(2)


def mend_a_handle(page: Page) -> None:
    prompt_of(page).fill("@Mara waves to @tm")
    page.locator("#id_prompt_problems").locator("button.fix").press("Enter")
    expect(prompt_of(page)).to_have_value("@Mara waves to @Tom")
    expect(chips(page)).to_contain_text(["@Mara", "@Tom"])
    expect(page.locator(".mark.is-ok")).to_have_count(2)


def open_an_asset(page: Page) -> None:
    with page.expect_popup() as opened:
        chips(page).first.get_by_role("link").press("Enter")
    opened.value.wait_for_url("**/library/@Mara/")
    opened.value.close()
    with page.expect_popup() as opened:
        page.locator(".mark", has_text="@Tom").click(force=True)
    opened.value.wait_for_url("**/library/@Tom/")
    opened.value.close()


def pick(page: Page, button: str, letters: str) -> None:
    """Chooses a picture by its letters, by keyboard alone."""
    page.get_by_role("button", name=button).press("Enter")
    expect(page.get_by_role("dialog").get_by_role("option").first).to_be_visible()
    page.keyboard.type(letters)
    expect(page.get_by_role("option", selected=True)).to_contain_text(f"@{letters}")
    page.keyboard.press("Enter")


def switch_to_a_first_frame(page: Page) -> None:
    """The choice says what it drops before it does: once refused, once accepted."""
    told = "@Mara and @Tom"
    pick(page, "Choose the first frame", "harbour")
    dialog = page.get_by_role("dialog", name="Switch to image-to-video?")
    expect(dialog).to_contain_text(told)
    assert serious(page) == []
    dialog.get_by_role("button", name="Keep the subjects").press("Enter")
    expect(page.get_by_role("button", name="Choose the first frame")).to_be_focused()
    assert page.locator("input[name=first_frame]").input_value() == ""
    pick(page, "Choose the first frame", "harbour")
    dialog.get_by_role("button", name="Use the frame").press("Enter")
    expect(page.get_by_role("button", name="First frame @harbour: choose another")).to_be_focused()
    expect(page.locator("#frames-mode")).to_have_text("Image to video")
    ratios = page.get_by_role("group", name="Aspect ratio follows the first frame").get_by_role("radio")
    expect(ratios.first).to_be_disabled()
    expect(chips(page)).to_contain_text(["@Mara sent as text", "@Tom sent as text"])


def add_three_keyframes(page: Page, width: int) -> None:
    """Six seconds; one keyframe is moved to second 4 by keyboard."""
    page.get_by_label("Seconds", exact=True).fill("6")
    for letters in ("roofs", "dusk_hills", "lighthouse"):
        pick(page, "Add a keyframe", letters)
        expect(prompt_of(page)).to_have_value(re.compile(f"@{letters}$"))
    expect(prompt_of(page)).to_have_value(re.compile("@roofs @dusk_hills @lighthouse$"))
    second = page.locator("input[name=mid_3_at]")
    moved = page.get_by_role("slider", name="Time of @lighthouse in seconds") if width > LINE_FROM else second
    expect(moved).to_be_focused()
    while second.input_value() != "4":
        page.keyboard.press("ArrowUp" if int(second.input_value()) < 4 else "ArrowDown")
    if width > LINE_FROM:
        expect(moved).to_have_attribute("aria-valuetext", "@lighthouse at 4 seconds")
    expect(page.locator("#references")).to_contain_text("Keyframe at 4 s")
    assert serious(page) == []


def ask_for_six(page: Page) -> None:
    page.get_by_label("Takes", exact=True).fill("6")
    expect(page.get_by_role("button", name="Generate 6 takes")).to_be_visible()
    expect(page.locator("#price")).to_contain_text("$2.30")
    expect(page.locator("#price")).to_contain_text("6 takes × 6 s × $0.064")


def reload_the_draft(page: Page) -> None:
    expect(page.locator("draft-keeper")).to_contain_text("Draft saved")
    page.wait_for_url("**/new/?from=*")
    typed = prompt_of(page).input_value()
    with page.expect_response("**/draft/"):
        prompt_of(page).dispatch_event("input")
    page.reload()
    expect(prompt_of(page)).to_have_value(typed)
    expect(page.get_by_role("button", name="First frame @harbour: choose another")).to_be_visible()
    assert page.locator("input[name=mid_3_at]").input_value() == "4"


@pytest.mark.parametrize(("width", "scheme"), [(1440, "dark"), (360, "light")])
def test_a_take_is_composed_by_hand_and_by_keyboard(visit, width, scheme):
    page = visit("jonas", width=width, scheme=scheme)
    page.goto(COMPOSER)
    write_by_offer(page)
    delete_a_chip(page)
    mend_a_handle(page)
    open_an_asset(page)
    switch_to_a_first_frame(page)
    add_three_keyframes(page, width)
    reload_the_draft(page)
    assert fits(page, width)
    ask_for_six(page)
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="Generate 6 takes").click()
    page.wait_for_url("**/batches/*/")


def test_a_keyframe_is_dragged_along_the_line_and_dropped_onto_it(visit):
    page = visit("jonas")
    page.goto(COMPOSER)
    line = page.locator(".keyframes")
    box = line.bounding_box()
    page.locator(".at-hand [data-handle=roofs]").drag_to(
        line, target_position={"x": box["width"] / 2, "y": 40}
    )
    second = page.locator("input[name=mid_1_at]")
    expect(second).to_have_value(re.compile("^[23]$"))
    expect(prompt_of(page)).to_have_value("@roofs")
    page.get_by_role("slider", name="Time of @roofs in seconds").hover()
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + 80, steps=4)
    page.mouse.up()
    expect(second).to_have_value("1")
    second.fill("")
    expect(page.locator(".keyframe:not(.is-timed):not([hidden])")).to_contain_text("@roofs")
    expect(page.locator("#references")).to_contain_text("Keyframe at any time")


def test_extending_a_clip_says_what_it_drops_first(visit):
    page = visit("jonas", width=360)
    page.goto(COMPOSER)
    prompt_of(page).fill("@Mara walks like @lamps_on")
    uses = page.get_by_role("group", name="Video @lamps_on")
    uses.get_by_label("Follow its motion").focus()
    page.keyboard.press("ArrowRight")
    dialog = page.get_by_role("dialog", name="Extend the video?")
    expect(dialog).to_contain_text("@Mara")
    page.keyboard.press("Escape")
    expect(uses.get_by_label("Follow its motion")).to_be_focused()
    expect(page.locator("#scenario")).to_contain_text("Motion reference")
    page.keyboard.press("ArrowRight")
    dialog.get_by_role("button", name="Extend the video").press("Enter")
    expect(uses.get_by_label("Extend it")).to_be_checked()
    expect(page.locator("#scenario")).to_contain_text("Video extension")
    expect(chips(page)).to_contain_text(["@Mara sent as text", "@lamps_on"])


def test_a_tab_whose_form_was_sent_meanwhile_is_told(visit):
    page = visit("jonas")
    page.goto(COMPOSER)
    prompt_of(page).fill("a quay at dusk")
    page.wait_for_url("**/new/?from=*")
    other = page.context.new_page()
    other.goto(page.url)
    prompt_of(other).fill("a quay at noon")
    expect(page.get_by_role("alert")).to_contain_text("This draft was changed in another tab")
    other.get_by_role("button", name="Generate").click()
    other.wait_for_url("**/jobs/*/")
    prompt_of(page).fill("a quay at dawn")
    expect(page.get_by_role("alert").get_by_role("link")).to_have_attribute("href", re.compile("^/jobs/"))
    sent = page.url
    page.get_by_role("button", name="Continue as a new take").click()
    expect(page.locator("draft-keeper")).to_contain_text("Draft saved")
    assert page.url != sent
    page.reload()
    expect(prompt_of(page)).to_have_value("a quay at dawn")


def test_without_a_script_frames_are_plain_fields(visit):
    page = visit("jonas", java_script_enabled=False, width=360)
    page.goto(COMPOSER)
    page.get_by_label("Prompt", exact=True).fill("@Mara looks at the @roofs")
    page.get_by_label("First frame").fill("@harbour")
    page.get_by_label("Keyframe 1").fill("roofs")
    page.get_by_label("at second").first.fill("9")
    page.get_by_role("button", name="Check price and problems").click()
    expect(page.locator("#id_mid_1_problems .error")).to_have_count(1)
    expect(page.locator("#id_prompt_problems .warning")).to_contain_text("@Mara")
    page.get_by_label("at second").first.fill("2")
    page.get_by_label("Takes", exact=True).fill("2")
    page.get_by_role("button", name="Generate").click()
    expect(page.get_by_role("alert")).to_contain_text("$0.64")
    page.get_by_role("button", name="Generate 2 takes").click()
    page.wait_for_url("**/batches/*/")
