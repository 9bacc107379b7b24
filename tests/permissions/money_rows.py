"""The permission table: money. How to write a row: see `table`."""

# ruff: noqa: E501 - a table has one line for each row

from tests.permissions.row import GET, LOGIN, POST, Row

# fmt: off
#                                                         owner editor reviewer viewer stranger anonymous   what it does, what is sent
MONEY = [
    Row(GET,  "/ledger/",                                   200, 200, 200, 200, 200, LOGIN),
    Row(GET,  "/ledger/?project=harbour-lights&by=job",     200, 200, 200, 200, 422, LOGIN),
    Row(GET,  "/ledger/?person=alice",                      200, 200, 200, 200, 422, LOGIN),
    Row(GET,  "/ledger/jobs.csv",                           200, 200, 200, 200, 200, LOGIN),
    Row(GET,  "/ledger/jobs.csv?project=far-shore",         302, 302, 302, 302, 200, LOGIN),
    Row(POST, "/projects/harbour-lights/edit/",             302, 403, 403, 403, 404, 403, "+Production", {"name": "Harbour Lights", "warn_at": "50"}),
]
# fmt: on

PARTS = {"money": MONEY}
