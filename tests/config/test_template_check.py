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


def test_problems_are_printed_and_fail(check, tmp_path: Path, capsys) -> None:
    (tmp_path / "clean.html").write_text("<p></p>\n")
    assert check.main([str(tmp_path)]) == 0
    assert capsys.readouterr().out == ""
    (tmp_path / "nested.html").write_text("<div><p></p></div>\n")
    assert check.main([str(tmp_path)]) == 1
    assert capsys.readouterr().out == f"{tmp_path}/nested.html:1: several elements: div, p\n"


def test_only_downloaded_files_carry_their_style(check, tmp_path: Path) -> None:
    for name, status in (("generation/exports/provenance_card.html", 0), ("page.html", 1)):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("<style>\n</style>\n")
        assert check.main([str(tmp_path)]) == status
