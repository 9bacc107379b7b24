"""Review: notes, verdicts, playlists, share links, notifications, exports and reports.

Only these modules write their tables and `Take.review`. Import them by name.
"""
