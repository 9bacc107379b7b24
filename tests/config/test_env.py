"""The readers of the environment: what they take, and the one line with which they refuse."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import environ
import pytest

from config import env

WEB = ("http", "https")


def refused(read: Callable[[], Any]) -> str:
    """The line with which a reader ends the process."""
    with pytest.raises(SystemExit) as ending:
        read()
    line = str(ending.value.code)
    assert line.startswith("backlot: ")
    assert "\n" not in line
    return line


def test_the_default_stands_in_for_what_is_missing_or_empty(monkeypatch):
    monkeypatch.delenv("NAME", raising=False)
    assert env.text("NAME", "usual") == "usual"
    monkeypatch.setenv("NAME", " ")
    assert env.text("NAME", "usual") == "usual"
    assert env.number("NAME", 7, low=1, high=9) == 7
    assert env.flag("NAME", True) is True
    assert env.url("NAME", "", "redis") == ""
    assert env.hosts("NAME", ["here"]) == ["here"]


def test_a_file_holds_the_value(monkeypatch, tmp_path: Path):
    (tmp_path / "secret").write_text("from the file\n")
    monkeypatch.setenv("NAME", "from the environment")
    monkeypatch.setenv("NAME_FILE", str(tmp_path / "secret"))
    assert env.text("NAME") == "from the file"


def test_a_file_that_is_missing_or_empty_is_not_taken_for_unset(monkeypatch, tmp_path: Path):
    monkeypatch.setenv("NAME_FILE", str(tmp_path / "missing"))
    assert "NAME_FILE names a file that cannot be read" in refused(lambda: env.text("NAME"))
    (tmp_path / "empty").write_text("\n")
    monkeypatch.setenv("NAME_FILE", str(tmp_path / "empty"))
    assert refused(lambda: env.text("NAME")) == "backlot: NAME_FILE names an empty file"


@pytest.mark.parametrize("value", ["abc", "0", "10", "-1", "1.5", "²", "9" * 5000])
def test_numbers_outside_their_bounds(monkeypatch, value):
    monkeypatch.setenv("NAME", value)
    line = refused(lambda: env.number("NAME", 5, low=1, high=9))
    assert line.startswith("backlot: NAME must be a whole number from 1 to 9, not ")
    assert len(line) < 90


def test_amounts_are_dollars_or_nothing(monkeypatch):
    assert env.dollars("NAME") is None
    assert env.dollars("NAME", "25") == Decimal(25)
    for value, meant in {"0": "0", "12.50": "12.5", "99999999.9999": "99999999.9999"}.items():
        monkeypatch.setenv("NAME", value)
        assert env.dollars("NAME", "25") == Decimal(meant)


@pytest.mark.parametrize("value", ["none", "-1", "1e3", "1,000", "$25", "0.00001", "nan", "²", "9" * 5000])
def test_what_is_no_amount(monkeypatch, value):
    monkeypatch.setenv("NAME", value)
    line = refused(lambda: env.dollars("NAME"))
    assert line.startswith("backlot: NAME must be an amount in US dollars such as 25 or 12.50, not ")
    assert len(line) < 110


def test_a_flag_is_yes_or_no(monkeypatch):
    for value, meant in {"TRUE": True, "on": True, "1": True, "no": False, "0": False, "off": False}.items():
        monkeypatch.setenv("NAME", value)
        assert env.flag("NAME", not meant) is meant
    monkeypatch.setenv("NAME", "perhaps")
    assert refused(lambda: env.flag("NAME", True)) == "backlot: NAME must be true or false, not 'perhaps'"


@pytest.mark.parametrize(
    ("value", "schemes", "read"),
    [
        ("https://backlot.example/", WEB, "https://backlot.example"),
        ("http://[::1]:9000", WEB, "http://[::1]:9000"),
        ("postgres://ana:p%40ss@db.example:5432/backlot", ("postgres",), None),
        ("postgres:///backlot", ("postgres",), None),
        ("unix:///run/redis.sock", ("redis", "unix"), None),
    ],
)
def test_addresses_that_are_taken(monkeypatch, value, schemes, read):
    monkeypatch.setenv("NAME", value)
    assert env.url("NAME", "", *schemes) == (read or value)


@pytest.mark.parametrize(
    "value",
    [
        "backlot.example",
        "ftp://backlot.example",
        "https://",
        "https:///path",
        "https://backlot.example:port",
        "https://backlot.example:0",
        "https://backlot example",
        "http://[::1",
        "https://ana:pass/word@backlot.example",
    ],
)
def test_addresses_that_are_refused_without_being_shown(monkeypatch, value):
    monkeypatch.setenv("NAME", value)
    line = refused(lambda: env.url("NAME", "", *WEB))
    assert line.startswith("backlot: NAME ")
    assert "word" not in line


@pytest.mark.parametrize("value", ["nonsense", "pigeon://loft", "smtp://ana:secret@mail.example:port"])
def test_what_another_reader_refuses_is_one_line_without_the_secret(value):
    line = refused(lambda: env.parsed("EMAIL_URL", value, environ.Env.email_url_config))
    assert line.startswith("backlot: EMAIL_URL cannot be read")
    assert "secret" not in line


@pytest.mark.parametrize(
    ("value", "read"),
    [("0.0.0.0", "0.0.0.0"), ("::", "::"), ("[::1]", "::1"), ("studio-7.example", "studio-7.example")],
)
def test_hosts_to_serve_on(monkeypatch, value, read):
    monkeypatch.setenv("NAME", value)
    assert env.host("NAME", "127.0.0.1") == read


@pytest.mark.parametrize("value", ["http://studio", "studio:8000", "a b", "::1::", ".."])
def test_hosts_that_are_none(monkeypatch, value):
    monkeypatch.setenv("NAME", value)
    line = refused(lambda: env.host("NAME", "127.0.0.1"))
    assert line == f"backlot: NAME must be an address or a host name alone, not {value!r}"


def test_allowed_hosts(monkeypatch):
    monkeypatch.setenv("NAME", "backlot.example, .studio.example,[::1],*")
    assert env.hosts("NAME", []) == ["backlot.example", ".studio.example", "[::1]", "*"]
    for value in (",", "https://backlot.example", "backlot.example:8000", "::1"):
        monkeypatch.setenv("NAME", value)
        assert "host names separated by commas" in refused(lambda: env.hosts("NAME", []))


@pytest.mark.parametrize("value", ["ключ", "two words"])
def test_a_key_that_no_header_can_carry_is_refused_and_not_shown(monkeypatch, value):
    monkeypatch.setenv("NAME", value)
    assert refused(lambda: env.key("NAME")) == "backlot: NAME must be ASCII without blanks"


def test_embedded_keys_are_made_once_for_the_owner_alone(tmp_path: Path):
    var = tmp_path / "new" / "var"
    made = env.embedded(var)
    assert env.embedded(var) == made
    assert var.stat().st_mode & 0o077 == 0
    assert (var / "embedded.json").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("content", ["{", "[]", "7", "\x00"])
def test_embedded_keys_that_cannot_be_read_are_not_replaced(tmp_path: Path, content):
    (tmp_path / "embedded.json").write_text(content)
    assert "holds an unreadable embedded.json" in refused(lambda: env.embedded(tmp_path))
    assert (tmp_path / "embedded.json").read_text() == content


def test_var_must_be_a_folder(tmp_path: Path):
    (tmp_path / "file").touch()
    assert "BACKLOT_VAR must be a folder" in refused(lambda: env.embedded(tmp_path / "file"))
