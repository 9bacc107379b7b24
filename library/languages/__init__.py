"""Which language a visitor reads, and the catalogue that scripts translate with."""

from library.languages.choice import language_of, set_language

__all__ = ["language_of", "set_language"]
