"""Tags: the names by which a request refers to its images and videos in the prompt.

Providers look for tags by substring (skyreels-api.md, section 1). A tag that is a prefix of another one, or that occurs
elsewhere in the text, is therefore sent under another name, in the text and in its field alike.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from library import handles
from library.handles import Mention

MAX_STEM = 26  # characters; leaves room for the suffix within a handle's 32
MAX_ATTEMPTS = 100


def split_mentions(prompt: str, raw_tags: Iterable[str]) -> tuple[list[Mention], list[Mention]]:
    """Return where the raw tags occur, spelled exactly so, and the handles elsewhere in the prompt."""
    raw = _find_tags(prompt, raw_tags)
    starts = {found.start for found in raw}
    return raw, [found for found in handles.find_handles(prompt) if found.start not in starts]


def _find_tags(prompt: str, tags: Iterable[str]) -> list[Mention]:
    longest_first = sorted(set(tags), key=len, reverse=True)
    if not longest_first:
        return []
    either = "|".join(map(re.escape, longest_first))
    found = re.finditer(rf"(?<![A-Za-z0-9_])(?:{either})(?![A-Za-z0-9_-])", prompt)
    return [Mention(match[0].removeprefix("@"), match.start(), match.end()) for match in found]


def rewrite(prompt: str, mentions: Iterable[Mention], new: Callable[[Mention], str | None]) -> str:
    """Return the prompt with `new` in place of each mention; None leaves a mention unchanged."""
    pieces, at = [], 0
    for mention in sorted(mentions, key=lambda found: found.start):
        if (text := new(mention)) is not None:
            pieces += [prompt[at : mention.start], text]
            at = mention.end
    return "".join([*pieces, prompt[at:]])


def unambiguous_tags(tags: Sequence[str], rest: str) -> dict[str, str]:
    """Return the name to send for each tag, `@` included. None is a prefix of another or occurs in `rest`, the prompt
    without its tags.

    Tags without a conflict keep their name; of two in conflict the longer one does. A tag for which no name is found
    keeps its own too, and the rules refuse it.
    """
    sent: dict[str, str] = {}
    for tag in sorted(dict.fromkeys(tags), key=len, reverse=True):
        others = list(sent.values())
        free = (
            name
            for name in _candidates(tag)
            if name not in rest and not any(_conflict(name, one) for one in others)
        )
        sent[tag] = next(free, tag)
    return sent


def _candidates(tag: str) -> Iterator[str]:
    """Yield the tag, then other names in two forms. A text that is a prefix of all names of one form is not a prefix
    of those of the other."""
    yield tag
    stem = tag.removeprefix("@")[:MAX_STEM]
    for number in range(1, MAX_ATTEMPTS):
        yield from (f"@{stem}_r{number}x", f"@r{number}_{stem}")


def _conflict(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)
