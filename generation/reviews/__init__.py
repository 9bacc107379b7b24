"""Review: notes at the frame, verdicts, playlists, share links, and what people are told.

Its modules are the only writers of their tables and of `Take.review`; import them by name.
"""
