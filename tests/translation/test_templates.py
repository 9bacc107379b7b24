"""Every text of a template is in a translation tag."""

from pathlib import Path

import pytest

from tests.translation.template_text import bare_texts

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


def names() -> list[str]:
    paths = sorted(path for path in TEMPLATES.rglob("*") if path.suffix in {".html", ".txt", ".svg"})
    return [path.relative_to(TEMPLATES).as_posix() for path in paths]


def texts_of(name: str) -> list[str]:
    found = bare_texts((TEMPLATES / name).read_text(encoding="utf-8"), is_html=not name.endswith(".txt"))
    return [f"{name}:{bare}" for bare in found]


def test_no_template_has_bare_text() -> None:
    found = [text for name in names() for text in texts_of(name)]
    assert not found, "\n".join(["put these into translation tags:", *found])


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("<p>Hello</p>", ["1: 'Hello'"]),
        ('<p>{% translate "Hello" %}</p>', []),
        ("<p>{% blocktranslate %}Hello\n{{ name }}{% endblocktranslate %}</p>\n<p>Bye</p>", ["3: 'Bye'"]),
        ("{% comment %}\nWhy\n{% endcomment %}<p>Bye</p>", ["3: 'Bye'"]),
        ("{# Why #}<p>480 × 12 {{ unit }}</p>", []),
        ('<img alt="A ship">', ["1: 'alt=\"A ship\"'"]),
        ('<img alt="{{ name }}" src="a.png" class="big one">', []),
        (
            '<a aria-label="Inbox{% if count %}, {{ count }} unread{% endif %}">',
            ["1: 'aria-label=\"Inbox,  unread\"'"],
        ),
        ('<input type="submit" value="Send"><input value="kept">', ["1: 'value=\"Send\"'"]),
        ("<kbd>Ctrl K</kbd> <code>make run</code> <b>Backlot</b>", []),
        ('<p translate="no">MPEG-4 <b>inside</b></p><p>after</p>', ["1: 'after'"]),
        ('{{ name|default:"Somebody" }}', ["1: '\"Somebody\"'"]),
        ('{{ name|default:_("Somebody") }}', []),
        ('{{ n }} thing{{ n|pluralize }} {{ f|yesno:"yes,no" }}', ["1: 'thing'", "1: '\"yes,no\"'"]),
        ('{% include "a.html" with label="Save it" id="save" %}', ["1: '\"Save it\"'"]),
        ('{% include "a.html" with label=_("Save it") %}', []),
        ("<script>const text = 'Hello';</script>", []),
    ],
)
def test_what_counts_as_bare_text(template: str, found: list[str]) -> None:
    assert sorted(map(str, bare_texts(template))) == sorted(found)
