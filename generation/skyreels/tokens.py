"""Estimate the number of tokens of a prompt.

The provider allows 1280 tokens and does not publish its tokenizer (skyreels-api.md section 7), so there is no
exact count, only bounds: common tokenizers give every written word at least one token and rarely more than
one for each three characters; Chinese, Japanese and Korean take between a third of a token and two tokens a
character.
"""

import re
from dataclasses import dataclass
from math import ceil

from generation.skyreels.limits import MAX_PROMPT_TOKENS

_CJK = "\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(rf"(?P<cjk>[{_CJK}]+)|(?P<word>[^\W{_CJK}]+)|(?P<marks>[^\w\s]+)")

# Tokens per character of a run: minimum, likely, maximum.
_RATES = {"cjk": (1 / 3, 1 / 1.5, 2.0), "word": (1 / 24, 1 / 5, 1 / 3), "marks": (1 / 16, 1.0, 3.0)}


@dataclass(frozen=True, slots=True)
class TokenEstimate:
    """Bounds of a prompt's length in tokens."""

    low: int
    likely: int
    high: int

    @property
    def surely_too_long(self) -> bool:
        return self.low > MAX_PROMPT_TOKENS

    @property
    def maybe_too_long(self) -> bool:
        return self.high > MAX_PROMPT_TOKENS


def estimate_tokens(prompt: str) -> TokenEstimate:
    """Return the minimum, likely and maximum number of tokens; the module docstring explains the bounds."""
    low = likely = high = 0
    for run in _RUN.finditer(prompt):
        least, usual, most = _RATES[run.lastgroup or "word"]
        length = len(run.group())
        # Marks may be part of a neighbouring token, so a short run of them may cost nothing.
        low += int(length * least) if run.lastgroup == "marks" else ceil(length * least)
        likely += ceil(length * usual)
        high += ceil(length * most)
    return TokenEstimate(low, likely, high)
