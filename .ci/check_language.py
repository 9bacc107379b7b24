"""Count home-made idioms in comments and docstrings: `check_language.py [--list] [--limit RATE] FOLDER...`.

The patterns are the left column of the project's glossary and expressions like them. Prints the words, the idioms and
the rate per 1,000 words of each package; exits with 1 when a rate exceeds the limit (1 by default). `--list` also
prints each place.
"""

import argparse
import ast
import io
import re
import sys
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LIMIT = 1.0  # idioms per 1,000 words
SKIPPED = ("migrations",)
# A package is two levels deep: `generation/views`; what lies above it is counted by its first level.
DEPTH = 2

IDIOMS = [
    r"\b(?:tells?|telling|told)\b",
    r"\b(?:asks?|asked|asking|askers?)\b",
    r"\b(?:answers?|answered|answering)\b",
    r"\b(?:stands?|stood)\b(?! for\b)",
    r"\b(?:lies|lay|lying)\b",
    r"\b(?:people|persons?|people's|person's)\b",
    r"\b(?:house|houses|desk|doors?|wish(?:es)?|tether(?:ed)?|courier|purse|border)\b",
    r"\b(?:story|stories)\b(?! point)",
    r"\bprograms\b",
    r"(?<!capital )(?<!Unicode )(?<!ASCII )(?<!lowercase )(?<!uppercase )(?<!Latin )\bletters?\b",
    r"\b(?:brief|briefs)\b(?! (?:moment|description))",
    r"\bso (?:many|long|much)\b(?! (?:as|that))",
    r"\bin hand\b",
    r"\bat hand\b",
    r"\b(?:looks?|looked|looking) (?:at|on|after|alike)\b",
    r"\b(?:brings?|bringing|brought)\b",
    r"\b(?:goes|go|going|went|gone) on\b",
    r"\b(?:taken|takes?|took|given|gives?|gave) back\b",
    r"\b(?:whoever|whomever|nobody|nought|anew|thereof|therein|strangers?|dearer)\b",
    r"\b(?:mends?|mended|mending)\b",
    r"\b(?:beats?|pulse|waking|wakes?|woken|woke)\b",
    r"\b(?:films?|filmed|filming)\b",
    r"\b(?:come|comes|came) (?:in|of|home|into being|to an end)\b",
    r"\bfit to be\b",
    r"\bby (?:itself|themselves)\b",
    r"\bof (?:its|their|her|his) own\b",
    r"\b(?:put together|set out|what became of|made ready|as it was|as they were)\b",
    r"\b(?:tried|try|tries) for\b",
    r"\bthe (?:like|likes)\b",
    r"\bfor (?:people|us|who|whom)\b",
    r"\b(?:is|are|be|was|were) (?:meant|minded|owed|dear|glad)\b",
]
# Next to one of these, an address is no URL.
NETWORK_WORDS = r"mail|IP|client|network|peer|proxy|public|private|loopback|listen|bind|remote|host"
ADDRESS = r"(?<!mail )(?<!IP )\baddress(?:es)?\b"
NOUN_CLAUSE = re.compile(
    r"^\s*(?:PURE[.:] )?(?:What|Whether|How|Where|Who|Whose|Which|When|That|Whatever|Whoever) ", re.I
)
PATTERN = re.compile("|".join(IDIOMS), re.IGNORECASE)
ADDRESS_PATTERN = re.compile(ADDRESS, re.IGNORECASE)
NETWORK = re.compile(NETWORK_WORDS, re.IGNORECASE)


@dataclass(frozen=True)
class Text:
    """A comment or a docstring, and the line on which it begins."""

    line: int
    text: str
    is_docstring: bool


def texts_of(source: str) -> Iterator[Text]:
    """Yield the docstrings and comments of a module; code in back quotes is left out."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            docstring = ast.get_docstring(node)
            if docstring:
                yield Text(node.body[0].lineno, _prose(docstring), is_docstring=True)
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and "noqa" not in token.string and "type:" not in token.string:
            yield Text(token.start[0], _prose(token.string.lstrip("# ")), is_docstring=False)


def _prose(text: str) -> str:
    return re.sub(r"`[^`]*`", "CODE", text)


def idioms_in(text: Text) -> list[str]:
    """Return the idioms of a text, in order."""
    found = [match.group(0) for match in PATTERN.finditer(text.text)]
    for match in ADDRESS_PATTERN.finditer(text.text):
        around = text.text[max(0, match.start() - 60) : match.end() + 30]
        if not NETWORK.search(around):
            found.append(match.group(0))
    if text.is_docstring and (match := NOUN_CLAUSE.match(text.text)):
        found.append(match.group(0).strip() + " …")
    return found


@dataclass
class Count:
    """Words and idioms of one package."""

    words: int = 0
    idioms: int = 0

    @property
    def rate(self) -> float:
        """Idioms per 1,000 words."""
        return 1000 * self.idioms / self.words if self.words else 0.0


def count(folders: list[Path], listing: bool) -> dict[str, Count]:
    """Count every Python file below the folders, by package."""
    counts: dict[str, Count] = {}
    for path in sorted(file for folder in folders for file in _modules(folder)):
        one = counts.setdefault("/".join(path.parts[:-1][:DEPTH]), Count())
        for text in texts_of(path.read_text(encoding="utf-8")):
            found = idioms_in(text)
            one.words += len(text.text.split())
            one.idioms += len(found)
            if listing and found:
                print(f"{path}:{text.line}: {', '.join(found)}")
    return counts


def _modules(folder: Path) -> Iterator[Path]:
    files = [folder] if folder.is_file() else folder.rglob("*.py")
    return (file for file in files if not set(SKIPPED) & set(file.parts))


def main() -> int:
    """Print the table and return the exit code."""
    parser = argparse.ArgumentParser(description="Count home-made idioms in comments and docstrings.")
    parser.add_argument(
        "folders", nargs="*", type=Path, default=[Path("config"), Path("generation"), Path("library")]
    )
    parser.add_argument("--limit", type=float, default=LIMIT)
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    counts = count(options.folders, options.list)
    for package, one in counts.items():
        print(f"{package:<36}{one.words:>8} words{one.idioms:>6} idioms{one.rate:>8.1f} per 1,000")
    return int(any(one.rate > options.limit for one in counts.values()))


if __name__ == "__main__":
    sys.exit(main())
