"""Check the layout of the templates: `check_templates.py FOLDER`.

Lines have at most 120 characters and one block element each, scripts and styles are files, and there are no tabs or
trailing blanks. Prints one line for each problem and exits with 1 if there is any.

djlint was tried (1.54): its linter checks neither the length of lines nor elements per line, and its formatter breaks
lines inside inline elements, where a blank shows.
"""

import re
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

MAX_LENGTH = 120
# A file that people download and open without Backlot, so it carries its style.
DOWNLOADED = {"generation/exports/provenance_card.html"}
BLOCKS = (
    "address|article|aside|blockquote|body|dd|details|dialog|div|dl|dt|fieldset|figure|footer|form|h[1-6]|head|header"
    "|html|li|link|main|meta|nav|ol|option|p|pre|script|section|summary|table|tbody|td|template|th|thead|tr|ul|video"
)
BLOCK = re.compile(rf"<({BLOCKS})(?=[\s>])", re.IGNORECASE)
# Cells and terms of one row may share a line.
PAIRS = {("dt", "dd"), ("th", "td"), ("td", "td"), ("th", "th")}
TEMPLATE_TAG = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}")
FORBIDDEN = {
    "inline style": re.compile(r"\sstyle=|<style\b", re.IGNORECASE),
    "inline script": re.compile(r"<script(?![^>]*\b(?:src|type=\"application/json\"))", re.IGNORECASE),
    "inline handler": re.compile(r"<[a-z][^>]*\son[a-z]+=", re.IGNORECASE),
}
BLANKS = {"tab": re.compile(r"\t"), "trailing blank": re.compile(r"[ \t]$")}


def problems(text: str) -> Iterator[tuple[int, str]]:
    """Yield line numbers and problems."""
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > MAX_LENGTH:
            yield number, f"{len(line)} characters"
        markup = TEMPLATE_TAG.sub("", line)
        yield from ((number, name) for name, pattern in FORBIDDEN.items() if pattern.search(markup))
        yield from ((number, name) for name, pattern in BLANKS.items() if pattern.search(line))
        blocks = [name.lower() for name in BLOCK.findall(markup)]
        if len(blocks) > 1 and not all(pair in PAIRS for pair in pairwise(blocks)):
            yield number, f"several elements: {', '.join(blocks)}"
    if text and not text.endswith("\n"):
        yield len(text.splitlines()), "no line break at the end"


def main(arguments: list[str]) -> int:
    """Check the templates of a folder; return the exit status."""
    root = Path(arguments[0])
    reported = [
        f"{path}:{number}: {problem}"
        for path in sorted(root.rglob("*.html"))
        for number, problem in problems(path.read_text(encoding="utf-8"))
        if problem != "inline style" or path.relative_to(root).as_posix() not in DOWNLOADED
    ]
    print("\n".join(reported), end="\n" if reported else "")
    return bool(reported)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
