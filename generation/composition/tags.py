"""Where a prompt names something, and by which tags a request points there.

Providers look for tags by substring (skyreels-api.md, section 1), so a tag that starts another one, or that occurs
anywhere else in the text, is sent under another name, in the text and in its field alike.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from library import handles
from library.handles import Mention

LONGEST_STEM = 26  # leaves room for what makes a tag unambiguous within a handle's 32 characters
MOST_NAMES = 100


def mentions_beside(prompt: str, raw_tags: Iterable[str]) -> tuple[list[Mention], list[Mention]]:
    """The places of tags that are no handles of ours, written exactly so, and the handles elsewhere in the prompt."""
    raw = _whole(prompt, raw_tags)
    taken = {found.start for found in raw}
    return raw, [found for found in handles.find_handles(prompt) if found.start not in taken]


def _whole(prompt: str, tags: Iterable[str]) -> list[Mention]:
    longest_first = sorted(set(tags), key=len, reverse=True)
    if not longest_first:
        return []
    either = "|".join(map(re.escape, longest_first))
    found = re.finditer(rf"(?<![A-Za-z0-9_])(?:{either})(?![A-Za-z0-9_-])", prompt)
    return [Mention(match[0].removeprefix("@"), match.start(), match.end()) for match in found]


def rewrite(prompt: str, mentions: Iterable[Mention], new: Callable[[Mention], str | None]) -> str:
    """The prompt with `new` in place of each mention; None leaves it as it is."""
    pieces, at = [], 0
    for mention in sorted(mentions, key=lambda found: found.start):
        if (text := new(mention)) is not None:
            pieces += [prompt[at : mention.start], text]
            at = mention.end
    return "".join([*pieces, prompt[at:]])


def unambiguous(tags: Sequence[str], rest: str) -> dict[str, str]:
    """What to send for each tag, `@` included, such that none starts another and none occurs in `rest`, the text
    without them. Those without a clash keep their name, of two that clash the longer one; one for which no name can
    be found keeps it too, for the rules to refuse."""
    sent: dict[str, str] = {}
    for tag in sorted(dict.fromkeys(tags), key=len, reverse=True):
        others = list(sent.values())
        free = (
            name for name in _names(tag) if name not in rest and not any(_clash(name, one) for one in others)
        )
        sent[tag] = next(free, tag)
    return sent


def _names(tag: str) -> Iterator[str]:
    """The tag and what may stand for it. What starts all names of one form does not start those of the other."""
    yield tag
    stem = tag.removeprefix("@")[:LONGEST_STEM]
    for number in range(1, MOST_NAMES):
        yield from (f"@{stem}_r{number}x", f"@r{number}_{stem}")


def _clash(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)
