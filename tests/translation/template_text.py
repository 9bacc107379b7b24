"""Find the text of a template that no translation tag holds."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser

from django.template.base import Lexer, Token, TokenType

# Attributes that people see or hear.
SPOKEN = {
    "title",
    "alt",
    "placeholder",
    "aria-label",
    "aria-description",
    "aria-valuetext",
    "data-busy",
    "label",
}
# Elements whose content is not language: keys, code, what browsers do not show.
SILENT = {"script", "style", "code", "kbd", "pre"}
VOID = {
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr",
    "use", "path", "circle", "line", "polyline", "rect",
}  # fmt: skip
LETTERS = re.compile(r"[^\W\d_]{2,}")
# The product's name is the same in every language.
NAMES = re.compile(r"\b(Backlot|BACKLOT)\b")
QUOTED = re.compile(r"""(?<!_\()("[^"]*"|'[^']*')""")
# Filters and arguments whose texts appear on the page.
TEXT_FILTER = re.compile(r"""\|(?:default|default_if_none|yesno|pluralize|add):(?!_\()("[^"]*"|'[^']*')""")
INCLUDE = re.compile(r"^include\b.*?\bwith\b(.*)$", re.DOTALL)
TRANSLATED_BLOCKS = ("blocktranslate", "blocktrans", "comment")


@dataclass(frozen=True)
class BareText:
    """A text outside translation tags and the line on which it begins."""

    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.line}: {self.text!r}"


def bare_texts(template: str, *, is_html: bool = True) -> list[BareText]:
    """Return the untranslated texts of a template, in order."""
    tokens = list(_outside_translations(template))
    found = [BareText(token.lineno or 0, text) for token in tokens for text in _texts_of_tag(token)]
    markup = "".join(_markup(token) for token in tokens)
    if is_html:
        parser = _TextParser()
        parser.feed(markup)
        parser.close()
        found += parser.found
    else:
        found += [
            BareText(number, line) for number, line in enumerate(markup.splitlines(), 1) if _is_text(line)
        ]
    return sorted(found, key=lambda bare: bare.line)


def _outside_translations(template: str) -> Iterator[Token]:
    """Yield the tokens; those inside `blocktranslate` and `comment` as blank lines of the same height."""
    end = ""
    for token in Lexer(template).tokenize():
        name = token.contents.split()[0] if token.token_type == TokenType.BLOCK and token.contents else ""
        if end and name == end:
            end = ""
        elif end:
            token = Token(TokenType.TEXT, "\n" * token.contents.count("\n"), token.position, token.lineno)
        elif name in TRANSLATED_BLOCKS:
            end = f"end{name}"
        yield token


def _markup(token: Token) -> str:
    """Return what a tag leaves in the HTML: its line breaks, so that line numbers stay right."""
    return token.contents if token.token_type == TokenType.TEXT else "\n" * token.contents.count("\n")


def _texts_of_tag(token: Token) -> Iterator[str]:
    """Yield the quoted texts of a tag that appear on the page."""
    if token.token_type not in {TokenType.BLOCK, TokenType.VAR}:
        return
    texts = [quoted for match in TEXT_FILTER.finditer(token.contents) for quoted in [match[1]]]
    arguments = INCLUDE.match(token.contents) if token.token_type == TokenType.BLOCK else None
    if arguments:
        texts += QUOTED.findall(arguments[1])
    yield from (text for text in texts if _is_sentence(text.strip("\"'")))


def _is_sentence(text: str) -> bool:
    """Return whether a quoted argument is text rather than a name of something."""
    return _is_text(text) and (" " in text or text[:1].isupper() or "," in text)


def _is_text(text: str) -> bool:
    return bool(LETTERS.search(NAMES.sub("", text)))


class _TextParser(HTMLParser):
    """Collects text nodes and spoken attributes, except below `translate="no"` and silent elements."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[BareText] = []
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        is_silent = tag in SILENT or values.get("translate") == "no"
        if tag not in VOID and (self._silent or is_silent):
            self._silent.append(tag)
        if is_silent:
            return
        for name, value in attrs:
            is_button = name == "value" and (tag, values.get("type")) in {
                ("input", "submit"),
                ("input", "button"),
            }
            if (name in SPOKEN or is_button) and value and _is_text(value):
                self._add(f'{name}="{value}"')

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._silent:
            while self._silent.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not self._silent and _is_text(data):
            self._add(" ".join(data.split()))

    def _add(self, text: str) -> None:
        self.found.append(BareText(self.getpos()[0], text))
