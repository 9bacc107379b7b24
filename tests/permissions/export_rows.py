"""The permission table: what leaves by a file. How to write a row: see `table`."""

# ruff: noqa: E501 - a table has one line for each row

from tests.permissions.row import GET, LOGIN, Row

# fmt: off
#                                                         owner editor reviewer viewer stranger anonymous   what it does, what is sent
EXPORTS = [
    # Nothing is approved in this shot: whoever may see the project is led back to it with a sentence.
    Row(GET,  "/projects/harbour-lights/approved.zip?shot=none", 302, 302, 302, 302, 404, LOGIN),
    Row(GET,  "/projects/harbour-lights/markers.edl?shot=none",  302, 302, 302, 302, 404, LOGIN),
    Row(GET,  "/takes/{take}/markers.edl",                  200, 200, 200, 200, 404, LOGIN),
    Row(GET,  "/takes/{take}/markers.otio",                 200, 200, 200, 200, 404, LOGIN),
    Row(GET,  "/takes/{take}/markers.xml",                  404, 404, 404, 404, 404, LOGIN),
    Row(GET,  "/takes/{take}/notes.csv",                    200, 200, 200, 200, 404, LOGIN),
    Row(GET,  "/takes/{take}/notes/print/",                 200, 200, 200, 200, 404, LOGIN),
]
# fmt: on

PARTS = {"exports": EXPORTS}
