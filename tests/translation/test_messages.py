"""Extraction, merging and reports of the tool behind `make messages`, on a small project."""

from pathlib import Path

import message_catalogues as catalogues
import messages
import pytest
from message_sources import messages_of

FILES = {
    "generation/views/takes.py": (
        "from django.utils.translation import gettext as _, ngettext, pgettext\n"
        "# Translators: the button\nTITLE = _('Save')\n"
        "ngettext('%(count)d take', '%(count)d takes', 2)\npgettext('verb', 'Open')\n_('Open')\n"
    ),
    "templates/generation/take.html": (
        "<div>\n      {% translate 'Save' %}\n  {% blocktranslate trimmed with name=take.name %}\n"
        "    Renamed to\n    {{ name }}.\n  {% endblocktranslate %}\n"
        "{% blocktranslate count n=takes %}{{ n }} shot{% plural %}{{ n }} shots{% endblocktranslate %}\n</div>"
    ),
    "generation/migrations/0001_first.py": "_('Never')\n",
    "static/js/player.js": "el.textContent = gettext(\"Play\");\nngettext('%(n)s note', '%(n)s notes', 2);\n",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def update(project: Path) -> Path:
    messages.update(project / "locale", project)
    return project / "locale"


def po(project: Path, language: str, domain: str = "django") -> str:
    return catalogues.path_of(language, domain, folder=project / "locale").read_text()


def test_messages_of_python_templates_and_scripts(project: Path) -> None:
    found = messages_of("django", project)
    assert set(found) == {
        ("", "Save"), ("", "%(count)d take"), ("verb", "Open"), ("", "Open"), ("", "Renamed to %(name)s."),
        ("", "%(n)s shot"),
    }  # fmt: skip
    assert found["", "Save"].files == {"generation/views/takes.py", "templates/generation/take.html"}
    assert found["", "Save"].comments == {"the button"}
    assert found["", "%(n)s shot"].plural == "%(n)s shots"
    assert set(messages_of("djangojs", project)) == {("", "Play"), ("", "%(n)s note")}


def test_one_message_has_one_plural(project: Path) -> None:
    (project / "generation/other.py").write_text("ngettext('%(count)d take', '%(count)d taken', 2)\n")
    with pytest.raises(ValueError, match="two plural forms"):
        messages_of("django", project)


def test_catalogues_do_not_change_without_their_messages(project: Path) -> None:
    update(project)
    before = {path: path.read_bytes() for path in (project / "locale").rglob("*.?o")}
    (project / "generation/views/takes.py").write_text("\n\n\n" + FILES["generation/views/takes.py"])
    update(project)
    assert {path: path.read_bytes() for path in (project / "locale").rglob("*.?o")} == before
    assert len(before) == 8
    assert "Date" not in po(project, "zh_Hans")


def test_english_is_complete_at_once(project: Path) -> None:
    update(project)
    assert 'msgid "Save"\nmsgstr "Save"' in po(project, "en")
    assert 'msgstr[1] "%(count)d takes"' in po(project, "en")


def test_missing_translations_are_listed_by_folder_and_merged(project: Path) -> None:
    folder = update(project)
    missing = messages.missing(folder=folder)
    assert missing["generation/views"] == {
        "%(count)d take": [""], "Open": "", "Save": "", f"verb{messages.CONTEXT}Open": "",
    }  # fmt: skip
    assert set(messages.missing(["static/js"], folder)) == {"static/js"}
    unknown = messages.merge(
        {"Save": "保存", "%(count)d take": ["%(count)d 个片段"], "Play": "播放", "No": "不"}, folder
    )
    assert unknown == ["No"]
    assert 'msgid "Save"\nmsgstr "保存"' in po(project, "zh_Hans")
    assert messages.missing(folder=folder)["generation/views"] == {
        "Open": "",
        f"verb{messages.CONTEXT}Open": "",
    }
    update(project)
    assert 'msgstr[0] "%(count)d 个片段"' in po(project, "zh_Hans")
    assert 'msgid "Play"\nmsgstr "播放"' in po(project, "zh_Hans", "djangojs")


def test_messages_that_are_gone_are_dropped(project: Path) -> None:
    folder = update(project)
    messages.merge({"Save": "保存"}, folder)
    for name in ("generation/views/takes.py", "templates/generation/take.html"):
        (project / name).write_text("")
    update(project)
    assert "Save" not in po(project, "zh_Hans")
