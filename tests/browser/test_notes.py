"""Notes by hand: drawn on the frame by one, seen by the other, and never in the way of who types."""

import io
import json
import time

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from generation.reviews.notes.drawings import COLORS
from tests.browser.soundness import serious
from tests.browser.waits import wait_until
from tests.worker_host import wait_for

pytestmark = pytest.mark.system
SOON = 5000  # milliseconds: how long others may wait for a note


def opened(page: Page, address: str) -> Page:
    page.goto(address)
    wait_until(page, "document.querySelector('video')?.readyState >= 3")
    return page


def draw(page: Page, tool: str, color: str, *, start: tuple[float, float], end: tuple[float, float]) -> None:
    """A stroke by mouse, in parts of the picture."""
    page.locator(f"[name=drawing-tool][value={tool}]").check()
    page.locator(f"[name=drawing-color][value={color}]").check()
    page.locator("drawing-board").scroll_into_view_if_needed()
    box = page.locator("drawing-board").bounding_box()
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in (start, end)]
    page.mouse.move(*places[0])
    page.mouse.down()
    page.mouse.move(*places[1], steps=4)
    page.mouse.up()


def expect_strokes(page: Page, number: int) -> None:
    """So many strokes of notes lie over the picture."""
    shown = page.locator("drawing-board svg > g:first-child > g:not([display=none]) .stroke")
    expect(shown).to_have_count(number)


def test_a_drawn_note_is_seen_by_the_other_at_the_same_frame(visit, striped):
    jonas, inez = opened(visit("jonas"), striped), opened(visit("inez", width=390, scheme="light"), striped)
    jonas.locator(".player-code").fill("00:02.10")
    jonas.keyboard.press("Enter")
    jonas.locator("[data-draw]").click()
    draw(jonas, "box", "green", start=(0.2, 0.2), end=(0.8, 0.7))
    draw(jonas, "arrow", "red", start=(0.1, 0.9), end=(0.3, 0.5))
    draw(jonas, "pen", "blue", start=(0.4, 0.4), end=(0.6, 0.4))
    jonas.get_by_role("button", name="Undo").click()
    jonas.locator("#note-text").fill("Her coat turns blue")
    written = time.monotonic()
    jonas.keyboard.press("Control+Enter")

    expect(inez.get_by_text("Her coat turns blue")).to_be_visible(timeout=SOON)
    assert time.monotonic() - written < SOON / 1000
    expect(inez.locator(".player-frame")).to_have_text("frame 0")
    expect_strokes(inez, 0)
    inez.get_by_role("link", name="00:02.10").click()
    expect(inez.locator(".player-frame")).to_have_text("frame 58")
    for page in (inez, jonas):
        expect_strokes(page, 2)
    inez.keyboard.press(",")
    expect_strokes(inez, 0)

    # The link leads there, and the file has the same strokes.
    link = inez.get_by_role("link", name="00:02.10").get_attribute("href")
    inez.goto("about:blank")
    opened(inez, link)
    expect(inez.locator(".player-frame")).to_have_text("frame 58")
    expect_strokes(inez, 2)
    still = inez.request.get(inez.locator(".note-act[download]").get_attribute("href"))
    picture = Image.open(io.BytesIO(still.body())).convert("RGB")
    pixel = picture.getpixel((round(picture.width * 0.2), round(picture.height * 0.5)))
    assert "#{:02x}{:02x}{:02x}".format(*pixel) == COLORS["green"]


def test_one_finger_draws_whatever_else_touches_the_picture(visit, striped):
    page = opened(visit("jonas", has_touch=True), striped)
    page.locator("[data-draw]").tap()
    box = page.locator("drawing-board").bounding_box()
    touches = page.context.new_cdp_session(page)

    def touch(kind: str, *places: tuple[float, float]) -> None:
        points = [
            {"id": finger, "x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]}
            for finger, (x, y) in enumerate(places)
        ]
        touches.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", (0.2, 0.2))
    touch("touchStart", (0.2, 0.2), (0.8, 0.8))
    touch("touchMove", (0.3, 0.2), (0.8, 0.7))
    touch("touchMove", (0.4, 0.2), (0.8, 0.6))
    touch("touchEnd")
    wait_for(lambda: page.locator("[name=drawing]").input_value())
    (stroke,) = json.loads(page.locator("[name=drawing]").input_value())
    assert [round(x, 2) for x, _ in stroke["points"]] == [0.2, 0.3, 0.4]
    assert {round(y, 2) for _, y in stroke["points"]} == {0.2}


@pytest.mark.parametrize("width", [360, 1440])
def test_on_the_full_screen_the_picture_leaves_room_for_what_draws_on_it(visit, striped, width):
    page = opened(visit("jonas", width=width), striped)
    page.keyboard.press("f")
    wait_until(page, "document.fullscreenElement")
    page.keyboard.press("d")
    expect(page.locator("drawing-board")).to_be_focused()

    def overlap() -> float:
        """By how much the picture reaches over the tools, or they over the edge of the screen."""
        return page.evaluate("""() => {
            const box = (selector) => document.querySelector(selector).getBoundingClientRect();
            const tools = box(".drawing-bar"), controls = box(".player-controls");
            return Math.max(box("drawing-board").bottom - tools.top, controls.bottom - innerHeight, -box("video").top);
        }""")

    wait_for(lambda: overlap() < 1)


def test_nothing_moves_while_somebody_types(visit, striped):
    jonas, inez = opened(visit("jonas"), striped), opened(visit("inez"), striped)
    jonas.locator("#note-text").fill("Too dark")
    jonas.keyboard.press("Control+Enter")
    expect(inez.get_by_text("Too dark")).to_be_visible()
    inez.locator("a.note-act[id^=reply-]").click()
    expect(inez.locator(".note-asked textarea")).to_be_focused()
    inez.keyboard.type("I am ans")
    jonas.locator("#note-text").fill("Too loud")
    jonas.keyboard.press("Control+Enter")
    expect(jonas.get_by_text("Too loud")).to_be_visible()
    inez.wait_for_timeout(SOON)
    inez.keyboard.type("wering")
    assert inez.get_by_text("Too loud").count() == 0
    inez.locator(".note-asked .button-primary").click()
    expect(inez.get_by_text("Too loud")).to_be_visible()
    expect(inez.get_by_text("I am answering")).to_be_visible()

    # In the form of a new note typing goes on while the list refreshes itself above it.
    inez.locator("#note-text").fill("Half a sen")
    jonas.locator("#note-text").fill("Too long")
    jonas.keyboard.press("Control+Enter")
    expect(inez.get_by_text("Too long")).to_be_visible()
    inez.keyboard.type("tence")
    expect(inez.locator("#note-text")).to_have_value("Half a sentence")

    # Nor is somebody whose session has ended led away from what was typed.
    inez.context.clear_cookies()
    inez.keyboard.press("Control+Enter")
    expect(inez.get_by_text("Not sent")).to_be_visible()
    inez.wait_for_timeout(SOON)
    expect(inez.locator("#note-text")).to_have_value("Half a sentence")


def test_a_note_by_keyboard_alone(visit, striped):
    page = opened(visit("jonas"), striped)
    page.keyboard.press("d")
    for key in ("Space", *["ArrowRight"] * 5, "Space", "Escape"):
        page.keyboard.press(key)
    page.keyboard.type("Look, @in")
    expect(page.get_by_role("option", name="inez")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Control+Enter")
    note = page.locator("#notes [data-drawing]")
    expect(note).to_have_attribute("data-frame", "0")
    expect(note.locator(".note-person")).to_have_text("@inez")
    expect(page.locator("#note-text")).to_be_focused()
    expect_strokes(page, 1)
    note.get_by_role("link", name="Edit").press("Enter")
    expect(note.locator("textarea")).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("Look again")
    assert serious(page, within="#notes") == []
    note.get_by_role("button", name="Save").press("Enter")
    expect(note.get_by_text("Look again")).to_be_visible()
    expect(note.get_by_role("link", name="Edit")).to_be_focused()
    note.get_by_role("button", name="Resolve").press("Enter")
    expect(note.locator("[data-resolution]", has_text="jonas")).to_be_visible()
