"""Who may do what: owner, editor, reviewer, viewer, a stranger and somebody who is not logged in, with every page.

To add a page or a call, write one line for each method that it answers, and for each kind of object that makes a
difference (`@Kept` to its home, `@Shared`, `@Loose` without a home, `@Far` in a stranger's project), beside its
likes: the library's in `library_rows`, all else in `production_rows`, or in a new module that is added to `PARTS`.

    Row(POST, "/library/@Kept/archive/",  302, 302, 403, 403, 404, LOGIN, "~Asset.archived_at")
    #   method and address                owner, editor, reviewer, viewer, stranger, anonymous; what it does; what is sent

- The address is that of an object in `world`; `{kept}`, `{job}` … are keys of `World.ids`, in what is sent too.
- A reader who writes gets 403, a stranger 404, somebody who is not logged in LOGIN, or 403 for a POST with something
  typed, which is shown and kept. BACK is a redirect with a sentence after which nothing has changed.
- What it does is the difference in the database for those whom it answers with less than 400: `+Job` (a row is
  there), `-Job` (a row is gone), `~Job.status` (a value is another), in alphabetical order. Leave it empty and run the
  test: it says what it saw. For everybody else nothing at all may have changed; the test looks at every table.
- `test_table` names every address, and every method of it, that has no line yet.
- Calls under `/api/v1/` and `/v1/` are opened by each person's token instead of a session, and get what is sent as
  JSON, or as a form when there is a file in it. Who has no token gets 401.
"""

# ruff: noqa: E501 - a table has one line for each row

from tests.permissions import (
    api_rows,
    compare_rows,
    export_rows,
    guest_rows,
    library_rows,
    money_rows,
    notes_rows,
    playlist_rows,
    production_rows,
    verdict_rows,
)
from tests.permissions.row import GET, LOGIN, POST, PUT, Row

# fmt: off
#                                                         owner editor reviewer viewer stranger anonymous   what it does, what is sent
WORKPLACE = [
    Row(GET,  "/",                                          200, 200, 200, 200, 200, LOGIN),
    Row(POST, "/gateway/resume/",                           403, 403, 403, 403, 403, LOGIN),
    Row(POST, "/hooks/skyreels/nobody/callback",            404, 404, 404, 404, 404, 404),
    Row(POST, "/hooks/skyreels/{hook}/callback",            200, 200, 200, 200, 200, 200, "~Job.called_at ~Job.next_step_at"),
    Row(GET,  "/healthz",                                   200, 200, 200, 200, 200, 200),
    Row(GET,  "/readyz",                                    503, 503, 503, 503, 503, 503),
    # Without a token in the settings there is none; with one, `tests/generation/views/test_health.py` asks.
    Row(GET,  "/metrics",                                   404, 404, 404, 404, 404, 404),
    Row(GET,  "/login/",                                    200, 200, 200, 200, 200, 200),
    Row(POST, "/login/",                                    302, 302, 302, 302, 302, 302, "~User.last_login", {"username": "dave", "password": "lamplight-4711"}),
    Row(POST, "/login/",                                    200, 200, 200, 200, 200, 200, "", {"username": "dave", "password": "guessed"}),
    Row(POST, "/account/language/",                         302, 302, 302, 302, 302, 403, "+AccountSettings", {"language": "en"}),
    Row(GET,  "/i18n/en/0123456789ab.js",                   200, 200, 200, 200, 200, 200),
    Row(POST, "/logout/",                                   302, 302, 302, 302, 302, LOGIN),
    Row(GET,  "/admin/",                                    LOGIN, LOGIN, LOGIN, LOGIN, LOGIN, LOGIN),
    Row(GET,  "/admin/password_change/",                   LOGIN, LOGIN, LOGIN, LOGIN, LOGIN, LOGIN),
    Row(POST, "/admin/password_change/",                   LOGIN, LOGIN, LOGIN, LOGIN, LOGIN, LOGIN),
    Row(PUT,  "/admin/password_change/",                   LOGIN, LOGIN, LOGIN, LOGIN, LOGIN, LOGIN),
]
# fmt: on

PARTS = {
    "workplace": WORKPLACE,
    **library_rows.PARTS,
    **production_rows.PARTS,
    **money_rows.PARTS,
    **export_rows.PARTS,
    **compare_rows.PARTS,
    **notes_rows.PARTS,
    **playlist_rows.PARTS,
    **verdict_rows.PARTS,
    **guest_rows.PARTS,
    **api_rows.PARTS,
}
ROWS = [row for part in PARTS.values() for row in part]
