"""The permission table: notes and stills. How to write a row: see `table`.

`{note}` is bob's, with a drawing; `{micks_note}` was written by mick when he still reviewed: an owner clears it away, since he
cannot. A text that names mick tells him, whoever writes it.
"""

# ruff: noqa: E501 - a table has one line for each row

from tests.permissions.row import GET, LOGIN, POST, Row

SAID = {"text": "Look, @mick"}
DRAWN = '[{{"tool": "box", "color": "red", "width": 0.01, "points": [[0, 0], [1, 1]]}}]'
WRITTEN = "+Note +Note_mentions +Notification"

# fmt: off
#                                                         owner editor reviewer viewer stranger anonymous   what it does, what is sent
NOTES = [
    Row(GET,  "/takes/{take}/notes/",                       200, 200, 200, 200, 404, LOGIN),
    Row(GET,  "/takes/{take}/notes/?live=old",              200, 200, 200, 200, 404, LOGIN),
    Row(POST, "/takes/{take}/notes/",                       302, 302, 302, 403, 404, 403, WRITTEN, SAID),
    Row(POST, "/takes/{take}/notes/",                       302, 302, 302, 403, 404, 403, WRITTEN, SAID | {"at": "00:01.00", "drawing": DRAWN}),
    Row(POST, "/takes/{take}/notes/",                       422, 422, 422, 403, 404, 403, "", SAID | {"at": "09:00.00"}),
    Row(GET,  "/notes/{note}/reply/",                       200, 200, 200, 403, 404, LOGIN),
    Row(POST, "/notes/{note}/reply/",                       302, 302, 302, 403, 404, 403, WRITTEN, SAID),
    Row(GET,  "/notes/{note}/edit/",                        403, 200, 403, 403, 404, LOGIN),
    Row(POST, "/notes/{note}/edit/",                        403, 302, 403, 403, 404, 403, "~Note.edited_at ~Note.text +Note_mentions +Notification", SAID | {"at": "00:01.00"}),
    Row(POST, "/notes/{micks_note}/edit/",                  403, 403, 403, 403, 404, 403, "", SAID),
    Row(GET,  "/notes/{note}/delete/",                      403, 200, 403, 403, 404, LOGIN),
    Row(POST, "/notes/{note}/delete/",                      403, 302, 403, 403, 404, LOGIN, "-Note"),
    Row(POST, "/notes/{micks_note}/delete/",                302, 403, 403, 403, 404, LOGIN, "-Note"),
    Row(POST, "/notes/{micks_note}/resolve/",               302, 302, 302, 403, 404, LOGIN, "~Note.resolved_at ~Note.resolved_by_id +Notification"),
    Row(POST, "/notes/{resolved_note}/reopen/",             302, 302, 302, 403, 404, LOGIN, "~Note.resolved_at ~Note.resolved_by_id"),
    Row(GET,  "/takes/{take}/frames/120.png",               404, 404, 404, 404, 404, LOGIN),
    # The take's film does not lie in the storage; `tests/generation/views/takes/test_stills.py` has one that does.
    Row(GET,  "/takes/{take}/frames/24.png",                503, 503, 503, 503, 404, LOGIN),
    Row(GET,  "/takes/{take}/frames/24.png?note={note}",    503, 503, 503, 503, 404, LOGIN),
]
# fmt: on

PARTS = {"notes": NOTES}
