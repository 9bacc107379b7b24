"""The permission table: API tokens, and the calls that they open. How to write a row: see `table`."""

# ruff: noqa: E501 - a table has one line for each row

from tests.permissions.library_rows import EDITED, MADE, MADE_AT_HOME, VERSION
from tests.permissions.production_rows import CANCELLED, PROMOTED, QUEUED, WRITTEN_OFF
from tests.permissions.row import DELETE, GET, LOGIN, METHODS, PATCH, PICTURE, POST, Row

NEW = {"handle": "Pier", "kind": "image", "files": PICTURE}
AT_HOME = {"project": "harbour-lights"}
ASKED = {"model": "skyreels-v4-fast", "prompt": "@Kept at dusk", "resolution": "480p"}

# fmt: off
#                                                         owner editor reviewer viewer stranger anonymous   what it does, what is sent
TOKENS = [
    Row(GET,  "/account/tokens/",                           200, 200, 200, 200, 200, LOGIN),
    Row(POST, "/account/tokens/",                           201, 201, 201, 201, 201, 403, "+ApiToken", {"name": "nightly", "access": "read"}),
    Row(POST, "/account/tokens/",                           201, 201, 201, 201, 422, 403, "+ApiToken", {"name": "nightly", "access": "read", "project": "{project}"}),
    Row(POST, "/account/tokens/{alices_token}/revoke/",     302, 404, 404, 404, 404, LOGIN, "~ApiToken.revoked_at"),
]

ASSETS = [
    Row(GET,    "/api/v1/assets",                           200, 200, 200, 200, 200, 401),
    Row(GET,    "/api/v1/assets?project=harbour-lights",    200, 200, 200, 200, 404, 401),
    Row(POST,   "/api/v1/assets",                           201, 201, 201, 201, 201, 401, MADE, NEW),
    Row(POST,   "/api/v1/assets",                           201, 201, 403, 403, 404, 401, MADE_AT_HOME, NEW | AT_HOME),
    Row(GET,    "/api/v1/assets/Kept",                      200, 200, 200, 200, 404, 401),
    Row(GET,    "/api/v1/assets/Shared",                    200, 200, 200, 200, 200, 401),
    Row(GET,    "/api/v1/assets/Far",                       404, 404, 404, 404, 200, 401),
    Row(PATCH,  "/api/v1/assets/Kept",                      200, 200, 403, 403, 404, 401, EDITED, {"title": "Storm"}),
    Row(PATCH,  "/api/v1/assets/Shared",                    200, 200, 403, 403, 403, 401, EDITED, {"title": "Storm"}),
    Row(PATCH,  "/api/v1/assets/Loose",                     403, 200, 403, 403, 403, 401, EDITED, {"title": "Storm"}),
    Row(PATCH,  "/api/v1/assets/Kept",                      404, 404, 403, 403, 404, 401, "", {"project": "far-shore"}),
    Row(DELETE, "/api/v1/assets/Kept",                      200, 200, 403, 403, 404, 401, "~Asset.archived_at"),
    Row(DELETE, "/api/v1/assets/Shared",                    200, 200, 403, 403, 403, 401, "~Asset.archived_at"),
    Row(POST,   "/api/v1/assets/Kept/versions",             201, 201, 403, 403, 404, 401, VERSION, {"files": PICTURE}),
    Row(POST,   "/api/v1/assets/Shared/versions",           201, 201, 403, 403, 403, 401, VERSION, {"files": PICTURE}),
]

PROJECTS = [
    Row(GET,    "/api/v1/projects",                         200, 200, 200, 200, 200, 401),
    Row(POST,   "/api/v1/projects",                         201, 201, 201, 201, 201, 401, "+Membership +Project", {"name": "Night Ferry"}),
    Row(GET,    "/api/v1/projects/harbour-lights",          200, 200, 200, 200, 404, 401),
    Row(GET,    "/api/v1/projects/far-shore",               404, 404, 404, 404, 200, 401),
]

JOBS = [
    Row(POST,   "/api/v1/jobs/check",                       200, 200, 403, 403, 404, 401, "", ASKED | AT_HOME),
    Row(GET,    "/api/v1/jobs",                             200, 200, 200, 200, 200, 401),
    Row(GET,    "/api/v1/jobs?project=harbour-lights",      200, 200, 200, 200, 404, 401),
    Row(POST,   "/api/v1/jobs",                             201, 201, 403, 403, 404, 401, QUEUED, ASKED | AT_HOME),
    # What the token's person does not see stays text, as the gateway's clients write it.
    Row(POST,   "/api/v1/jobs",                             201, 422, 403, 403, 404, 401, "+Job +JobEvent +LedgerEntry", ASKED | AT_HOME | {"prompt": "@Bobs at dusk"}),
    Row(GET,    "/api/v1/jobs/{done}",                      200, 200, 200, 200, 404, 401),
    Row(POST,   "/api/v1/jobs/{waiting}/cancel",            200, 200, 403, 403, 404, 401, CANCELLED),
    Row(POST,   "/api/v1/jobs/{failed}/retry",              201, 201, 403, 403, 404, 401, "+Job +JobEvent +LedgerEntry"),
    Row(POST,   "/api/v1/jobs/{held}/resolve",              422, 422, 403, 403, 404, 401, "", {"action": "write_off"}),
    Row(POST,   "/api/v1/jobs/{held}/resolve",              200, 200, 403, 403, 404, 401, WRITTEN_OFF, {"action": "write_off", "paid": True}),
    Row(POST,   "/api/v1/jobs/{failed}/resolve",            409, 409, 403, 403, 404, 401, "", {"action": "ask"}),
    Row(GET,    "/api/v1/takes",                            200, 200, 200, 200, 200, 401),
    Row(GET,    "/api/v1/takes/{take}",                     200, 200, 200, 200, 404, 401),
    Row(POST,   "/api/v1/takes/{take}/promote",             201, 201, 403, 403, 404, 401, PROMOTED, {"handle": "Ferry"}),
]

GATEWAY = [
    Row(POST,   "/v1/videos/generations",                   200, 200, 403, 403, 404, 401, QUEUED, ASKED | {"metadata": AT_HOME}),
    Row(GET,    "/v1/tasks/{task}",                         200, 200, 200, 200, 404, 401),
    Row(GET,    "/v1/balance",                              200, 200, 200, 200, 200, 401),
    Row(GET,    "/v1/openapi.json",                         200, 200, 200, 200, 200, 200),
    Row(GET,    "/v1/",                                     404, 404, 404, 404, 404, 404),
]

AROUND = [
    Row(GET,    "/api/v1/openapi.json",                     200, 200, 200, 200, 200, 200),
    Row(GET,    "/api/v1/docs",                             200, 200, 200, 200, 200, LOGIN),
    Row(GET,    "/api/v1/",                                 404, 404, 404, 404, 404, 404),
    *(Row(method, "/api/nothing",                           404, 404, 404, 404, 404, 404) for method in METHODS),
]
# fmt: on

PARTS = {
    "tokens": TOKENS,
    "calls for assets": ASSETS,
    "calls for projects": PROJECTS,
    "calls for jobs and takes": JOBS,
    "gateway's calls": GATEWAY,
    "around the calls": AROUND,
}
