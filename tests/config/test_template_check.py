"""The template linter of `make lint`."""

import importlib.util
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / ".ci/check_templates.py"


@pytest.fixture(scope="module")
def check():
    spec = importlib.util.spec_from_file_location("check_templates", SOURCE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("<div>\n  <p>{{ name }}</p>\n</div>\n", []),
        (f"<p>{'x' * 120}</p>\n", [(1, "127 characters")]),
        ("<div><p>Both</p></div>\n", [(1, "several elements: div, p")]),
        ("<tr>\n  <td>1</td><td>2</td>\n</tr>\n", []),
        ('<p style="color: red">\n', [(1, "inline style")]),
        ("<script>alert(1)</script>\n", [(1, "inline script")]),
        ('<script type="module" src="{% static \'js/a.js\' %}"></script>\n', []),
        ('<button onclick="go()">\n', [(1, "inline handler")]),
        ("<p>a</p> \n\t<p>b</p>\n", [(1, "trailing blank"), (2, "tab")]),
        ("  {% if x %}\n", []),
        ("<p>a</p>", [(1, "no line break at the end")]),
    ],
)
def test_problems(check, template: str, found: list[tuple[int, str]]) -> None:
    assert list(check.problems(template)) == found


def test_only_listed_files_may_have_problems(check, tmp_path: Path, capsys, monkeypatch) -> None:
    monkeypatch.setattr(check, "TO_REFORMAT", tmp_path / "list.txt")
    (tmp_path / "list.txt").write_text("old.html\nclean.html\n")
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "old.html").write_text("<div><p></p></div>\n")
    (folder / "clean.html").write_text("<p></p>\n")
    assert check.main(["--update", str(folder)]) == 0
    assert (tmp_path / "list.txt").read_text() == "old.html\n"
    (folder / "new.html").write_text("<div><p></p></div>\n")
    assert check.main([str(folder)]) == 1
    assert "new.html:1: several elements: div, p" in capsys.readouterr().out
