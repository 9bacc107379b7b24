"""The catalogue that scripts translate with."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import translation

from library.languages import javascript


@pytest.fixture
def browser(alice: User) -> Client:
    client = Client()
    client.force_login(alice)
    return client


def url(language: str) -> str:
    with translation.override(language):
        return javascript.url()


def test_every_language_has_a_url_of_its_own_that_is_kept_for_ever() -> None:
    assert url("en") != url("zh-hans")
    response = Client().get(url("zh-hans"))
    assert response["Content-Type"] == "text/javascript; charset=utf-8"
    assert "immutable" in response["Cache-Control"]
    assert "Vary" not in response
    assert b"gettext" in response.content


def test_a_page_loads_the_catalogue_of_its_language_before_its_modules(browser: Client) -> None:
    page = browser.get("/library/", HTTP_ACCEPT_LANGUAGE="zh-CN").content.decode()
    loaded = re.findall(r'<script (?:defer|type="module") src="([^"]+)"', page)
    assert next(path for path in loaded if not path.startswith("/static/django-htmx")) == url("zh-hans")


def test_an_old_version_gets_the_present_catalogue_and_is_not_kept() -> None:
    response = Client().get("/i18n/en/000000000000.js")
    assert response["Cache-Control"] == "no-cache"
    assert response.content == javascript.content("en")


def test_unknown_languages_are_not_found(db: None) -> None:
    assert Client().get("/i18n/xx/000000000000.js").status_code == 404
