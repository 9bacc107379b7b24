"""Deciding by keyboard, and being told: in the inbox and by e-mail."""

import re
import time

import pytest
from playwright.sync_api import Page, expect

from tests.browser.soundness import serious
from tests.browser.waits import wait_until

pytestmark = pytest.mark.system
SOON = 30_000  # milliseconds: how long others may wait for what was said


def opened(page: Page, address: str) -> Page:
    page.goto(address)
    wait_until(page, "document.querySelector('video')?.readyState >= 1")
    return page


def expect_review(page: Page, tone: str) -> None:
    """Wait for the badge at the top of the page, and until the script has taken over the panel."""
    expect(page.locator(f"#take-review .badge-{tone}")).to_be_visible(timeout=SOON)
    page.wait_for_selector("verdict-keys:not(.htmx-settling):not(.htmx-added)")


def test_a_verdict_by_keyboard_is_seen_by_the_other(visit, striped):
    jonas, kim = opened(visit("jonas"), striped), opened(visit("kim"), striped)
    expect(jonas.locator("#verdict-approved")).to_have_count(0)
    kim.keyboard.press("x")
    expect(kim.locator("#why-rejected")).to_be_focused()
    kim.keyboard.press("Escape")
    kim.keyboard.press("c")
    expect(kim.locator("#why-changes")).to_be_focused()
    kim.keyboard.type("A calm sea, as a calm sea is. xca")
    kim.keyboard.press("Control+Enter")
    expect(kim.locator("#verdict [role=status]")).to_be_focused(timeout=SOON)
    expect_review(kim, "amber")
    expect(jonas.locator("#verdict-state")).to_contain_text("A calm sea, as a calm sea is. xca", timeout=SOON)
    expect_review(jonas, "amber")
    kim.keyboard.press("a")
    expect_review(kim, "ok")
    expect(jonas.locator("#verdict-state li .badge-ok")).to_be_visible(timeout=SOON)
    kim.locator("#verdict-withdraw").press("Enter")
    expect_review(kim, "info")
    kim.locator("#verdict summary", has_text="History").press("Enter")
    expect(kim.locator("#verdict-story li").first).to_have_attribute("data-event", "withdrawn", timeout=SOON)
    expect(kim.locator("#verdict-story li")).to_have_count(3)


def test_an_open_history_follows_what_others_decide_and_a_lost_one_is_asked_for_again(visit, striped):
    jonas, kim = opened(visit("jonas"), striped), opened(visit("kim"), striped)
    summary = jonas.locator("#verdict summary", has_text="History")
    story = jonas.locator("#verdict-story")
    jonas.route("**/history/", lambda route: route.fulfill(status=204))  # as good as lost
    with jonas.expect_response("**/history/"):
        summary.press("Enter")
    jonas.unroute("**/history/")
    for _ in range(2):
        with jonas.expect_response("**/history/"):
            summary.press("Enter")
    expect(story).to_contain_text("Nothing yet", timeout=SOON)
    kim.keyboard.press("a")
    expect(story.locator("li")).to_have_count(1, timeout=SOON)
    expect(story).to_contain_text("Approved")
    expect(summary).to_be_focused()


def test_a_mention_arrives_in_the_inbox_and_as_an_e_mail(visit, striped, house):
    kim, jonas = visit("kim"), opened(visit("jonas"), striped)
    kim.goto("/account/mail/")
    kim.get_by_label("E-mail address").fill("kim@studio.example")
    kim.get_by_role("button", name="Save").click()
    jonas.locator("#note-text").fill("@kim is her coat red enough?")
    jonas.keyboard.press("Control+Enter")
    ends = time.monotonic() + SOON / 1000
    log = house.var.parent / "up.log"
    while "To: kim@studio.example" not in (sent := log.read_text()):
        assert time.monotonic() < ends, "no e-mail went out"
        time.sleep(0.1)
    assert "is her coat red enough?" in sent.split("To: kim@studio.example")[1]
    kim.goto("/inbox/")
    line = kim.locator(".inbox-line", has_text="is her coat red enough?")
    expect(line).to_have_class("inbox-line inbox-unread")
    line.get_by_role("link").press("Enter")
    expect(kim).to_have_url(re.compile(re.escape(f"{striped}?note=")))
    kim.goto("/inbox/")
    expect(line).to_have_class("inbox-line")


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1440, "dark")])
def test_the_inbox_fits_and_has_no_serious_axe_violations(visit, width, scheme):
    page = visit("kim", width=width, scheme=scheme)
    for address in ("/inbox/", "/account/mail/"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert serious(page) == []
