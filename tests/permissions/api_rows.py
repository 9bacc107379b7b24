"""The permission table: API tokens. How to write a row: see `table`."""

# ruff: noqa: E501 - a table has one line for each row

from tests.permissions.row import GET, LOGIN, POST, Row

# fmt: off
#                                                         owner editor reviewer viewer stranger anonymous   what it does, what is sent
TOKENS = [
    Row(GET,  "/account/tokens/",                           200, 200, 200, 200, 200, LOGIN),
    Row(POST, "/account/tokens/",                           201, 201, 201, 201, 201, 403, "+ApiToken", {"name": "nightly", "access": "read"}),
    Row(POST, "/account/tokens/",                           201, 201, 201, 201, 422, 403, "+ApiToken", {"name": "nightly", "access": "read", "project": "{project}"}),
    Row(POST, "/account/tokens/{alices_token}/revoke/",     302, 404, 404, 404, 404, LOGIN, "~ApiToken.revoked_at"),
]
# fmt: on

PARTS = {"tokens": TOKENS}
