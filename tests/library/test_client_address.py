"""Which address counts as the client's, and whose word is taken for it."""

import logging
from typing import Any

import pytest
from django.test import Client as Browser
from django.test import RequestFactory

from config import env
from library import client_address
from library.client_address import Client, client_of, parse
from library.trusted_proxies import TrustedProxies, default_proxies


@pytest.fixture(autouse=True)
def warn_again() -> None:
    client_address._warn_of_missing_header.cache_clear()
    client_address._warn_of_unused_header.cache_clear()


def seen(peer: str, forwarded: str = "") -> Client:
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    return client_of(RequestFactory(REMOTE_ADDR=peer, headers=headers).get("/"))


@pytest.mark.parametrize("peer", ["203.0.113.7", "127.0.0.1", "2001:db8::7", ""])
def test_without_a_trusted_proxy_the_header_changes_nothing(settings: Any, peer: str) -> None:
    settings.TRUSTED_PROXIES = TrustedProxies.none()
    assert seen(peer, "198.51.100.1") == seen(peer)
    assert seen(peer).is_shared is False


@pytest.mark.parametrize(
    ("setting", "peer", "forwarded", "client"),
    [
        ("1", "10.0.0.1", "198.51.100.9, 192.0.2.1", "192.0.2.1"),
        ("2", "10.0.0.1", "198.51.100.9, 192.0.2.1, 10.0.0.2", "192.0.2.1"),
        ("10.0.0.0/8", "10.0.0.1", "198.51.100.9, 192.0.2.1", "192.0.2.1"),
        ("10.0.0.0/8", "10.0.0.1", "198.51.100.9, 192.0.2.1, 10.0.0.2", "192.0.2.1"),
        ("10.0.0.0/8", "10.0.0.1", "10.9.9.9", "10.9.9.9"),
        ("10.0.0.0/8", "203.0.113.7", "192.0.2.1", "203.0.113.7"),
        ("10.0.0.1", "10.0.0.2", "192.0.2.1", "10.0.0.2"),
        ("fd00::/8", "fd00::1", "[2001:db8::5]:4711", "2001:db8::5"),
        ("unix", "", "192.0.2.1:4711", "192.0.2.1"),
    ],
)
def test_a_trusted_proxy_names_the_client(
    settings: Any, setting: str, peer: str, forwarded: str, client: str
) -> None:
    settings.TRUSTED_PROXIES = TrustedProxies.read(setting)
    assert seen(peer, forwarded) == Client(client)


@pytest.mark.parametrize(
    ("setting", "forwarded"),
    [("1", ""), ("1", "unknown"), ("2", "192.0.2.1"), ("10.0.0.1", ""), ("10.0.0.1", "192.0.2.1, nonsense")],
)
def test_a_trusted_proxy_that_names_nobody_is_shared_and_logged_once(
    settings: Any, setting: str, forwarded: str, caplog: pytest.LogCaptureFixture
) -> None:
    settings.TRUSTED_PROXIES = TrustedProxies.read(setting)
    with caplog.at_level(logging.WARNING, logger="backlot.proxy"):
        assert seen("10.0.0.1", forwarded) == seen("10.0.0.1", forwarded) == Client("10.0.0.1", True)
    assert [record.args for record in caplog.records] == [("10.0.0.1",)]


def test_a_local_proxy_that_is_not_trusted_is_logged_once(
    settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.TRUSTED_PROXIES = TrustedProxies.none()
    with caplog.at_level(logging.WARNING, logger="backlot.proxy"):
        for peer in ("127.0.0.1", "127.0.0.1", "93.184.216.34"):
            seen(peer, "192.0.2.1")
    assert [record.args for record in caplog.records] == [("127.0.0.1",)]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (" 192.0.2.1 ", "192.0.2.1"),
        ("192.0.2.1:80", "192.0.2.1"),
        ("[2001:db8::1]:80", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("", None),
        ("unknown", None),
        ("192.0.2.1\0", None),
        ("_hidden", None),
    ],
)
def test_addresses_are_read_as_headers_have_them(text: str, address: str | None) -> None:
    assert (str(parse(text)) if parse(text) else None) == address


def test_ipv6_counts_by_the_network_of_64_bits() -> None:
    one, other = Client("2001:db8:1:2::1"), Client("2001:db8:1:2:ffff::9")
    assert one.network == other.network == "2001:db8:1:2::/64"
    assert Client("2001:db8:1:3::1").network != one.network
    assert (Client("192.0.2.1").network, Client("unix").network) == ("192.0.2.1", "unix")


@pytest.mark.parametrize(
    ("production", "host", "public_url", "peer", "is_trusted"),
    [
        (True, "127.0.0.1", "https://backlot.example", "10.0.0.1", True),
        (True, "0.0.0.0", "https://backlot.example", "203.0.113.7", False),
        (False, "127.0.0.1", "http://127.0.0.1:8000", "127.0.0.1", False),
        (False, "127.0.0.1", "http://backlot.example", "127.0.0.1", True),
        (False, "127.0.0.1", "http://backlot.example", "10.0.0.1", False),
        (False, "0.0.0.0", "http://192.168.1.5:8000", "127.0.0.1", False),
        (False, "0.0.0.0", "https://backlot.example", "127.0.0.1", True),
    ],
)
def test_what_is_trusted_by_default(
    production: bool, host: str, public_url: str, peer: str, is_trusted: bool
) -> None:
    assert default_proxies(production, host, public_url).trusts(parse(peer)) is is_trusted


@pytest.mark.parametrize("value", ["-1", "10", "1.5", "proxy.example", "10.0.0.1/8", ",", "10.0.0.0/8;::1"])
def test_a_malformed_setting_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("BACKLOT_TRUSTED_PROXIES", value)
    with pytest.raises(SystemExit, match="BACKLOT_TRUSTED_PROXIES must be"):
        env.proxies("BACKLOT_TRUSTED_PROXIES", TrustedProxies.none())


def test_no_proxy_is_a_setting_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKLOT_TRUSTED_PROXIES", "0")
    proxies = env.proxies("BACKLOT_TRUSTED_PROXIES", TrustedProxies.one_hop("127.0.0.0/8"))
    assert [proxies.trusts(parse(peer)) for peer in ("127.0.0.1", "10.0.0.1", "")] == [False] * 3


@pytest.mark.parametrize(
    "moved",
    [
        {"SCRIPT_NAME": "/elsewhere"},
        {"HTTP_SCRIPT_NAME": "/elsewhere"},
        {"HTTP_X_SCRIPT_NAME": "/elsewhere"},
        {"HTTP_X_FORWARDED_PREFIX": "/elsewhere"},
        {"HTTP_X_FORWARDED_HOST": "elsewhere.example"},
        {"HTTP_X_FORWARDED_PORT": "4711"},
    ],
)
def test_no_header_moves_links_or_redirects(db: None, moved: dict[str, str]) -> None:
    redirected = Browser(**moved).get("/projects/")
    assert redirected["Location"] == "/login/?next=/projects/"
    page = Browser(**moved).get("/login/").content.decode()
    assert "elsewhere" not in page
    assert "4711" not in page
