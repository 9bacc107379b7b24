"""The language menu, by keyboard, on a small screen and without JavaScript."""

import pytest
from playwright.sync_api import Page, expect

WAYS = {"small": {"width": 360}, "large": {"width": 1440}, "plain": {"java_script_enabled": False}}


def menu(page: Page) -> Page:
    page.locator(".topbar details.menu summary").press("Enter")
    return page.locator(".language-menu")


def choose(page: Page, value: str) -> None:
    menu(page).locator(f'button[value="{value}"]').press("Enter")


@pytest.mark.parametrize("way", WAYS)
def test_a_user_chooses_a_language(visit, way: str) -> None:
    page = visit("jonas", **WAYS[way])
    page.goto("/library/?kind=image")
    choose(page, "zh-hans")
    try:
        expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
        assert page.url.endswith("/library/?kind=image")
        expect(menu(page).locator("[aria-current]")).to_have_text("简体中文")
        fits = "document.documentElement.scrollWidth <= innerWidth"
        assert way == "plain" or page.evaluate(fits)
    finally:
        page.goto("/library/")
        choose(page, "")
    expect(page.locator("html")).to_have_attribute("lang", "en")
