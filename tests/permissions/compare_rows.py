"""The permission table: two takes side by side, and from a note to the next take. How to write a row: see `table`."""

# ruff: noqa: E501 - a table has one line for each row

from tests.permissions.row import GET, LOGIN, POST, Row

PLACED = {
    "prompt": "a quay at dusk",
    "model": "skyreels-v4-fast",
    "resolution": "480p",
    "aspect_ratio": "16:9",
    "duration": "5",
    "form_key": "6f1c8a52-6a0f-4d0c-8a3b-0f8f6f5b0077",
    "answers": "{note}",
}
QUEUED = "+Job +JobEvent +LedgerEntry"

# fmt: off
#                                                         owner editor reviewer viewer stranger anonymous   what it does, what is sent
COMPARE = [
    Row(GET,  "/takes/compare/",                            200, 200, 200, 200, 200, LOGIN),
    Row(GET,  "/takes/compare/?a={take}&b={undecided}",     200, 200, 200, 200, 404, LOGIN),
    Row(GET,  "/takes/compare/?a={take}&b=cut-off",         400, 400, 400, 400, 404, LOGIN),
    Row(POST, "/notes/{note}/next/",                        302, 302, 403, 403, 404, LOGIN),
    Row(POST, "/notes/{note}/next/",                        302, 302, 403, 403, 404, 403, "", {"part": "odd"}),
    Row(GET,  "/projects/harbour-lights/new/?note={note}",  200, 200, 403, 403, 404, LOGIN),
    Row(POST, "/projects/harbour-lights/new/",              302, 302, 403, 403, 404, 403, QUEUED, PLACED),
]
# fmt: on

PARTS = {"compare and next takes": COMPARE}
