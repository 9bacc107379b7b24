"""Count the tokens of a prompt."""

import re

# The real tokenizer is not published. This is a lower bound that no tokenizer can undercut: one token for each 24
# characters of a word, each three characters of a script without spaces, and each 16 consecutive signs.
_SCRIPTS = r"\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(rf"([{_SCRIPTS}]+)|([^\W{_SCRIPTS}]+)|([^\w\s]+)")


def count_tokens(prompt: str) -> int:
    """Return the least possible number of tokens of a prompt."""
    tokens = 0
    for script, word, signs in _RUN.findall(prompt):
        tokens += -(-len(script) // 3) + -(-len(word) // 24) + len(signs) // 16
    return tokens
