"""The language of each user, and the message catalogue for scripts."""

from library.languages.choice import language_of, set_language

__all__ = ["language_of", "set_language"]
