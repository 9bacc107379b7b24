"""The permission table: share links, for members and for guests. How to write a row: see `table`.

Nobody here has a guest's cookie: what it opens, and what not, is told in `test_share_tokens`.
"""

# ruff: noqa: E501 - a table has one line for each row

from tests.permissions.row import GET, LOGIN, POST, Row

PROJECT = {"what": "project", "days": "3"}
COME_IN = "+Guest ~ShareLink.last_viewed_at ~ShareLink.views"

# fmt: off
#                                                         owner editor reviewer viewer stranger anonymous   what it does, what is sent
LINKS = [
    Row(GET,  "/projects/harbour-lights/links/",            200, 200, 403, 403, 404, LOGIN),
    Row(POST, "/projects/harbour-lights/links/",            302, 302, 403, 403, 404, 403, "+ShareLink", PROJECT),
    Row(POST, "/projects/harbour-lights/links/",            302, 302, 403, 403, 404, 403, "+ShareLink", PROJECT | {"what": "take:{take}"}),
    Row(POST, "/projects/far-shore/links/",                 404, 404, 404, 404, 422, 403, "", PROJECT | {"what": "take:{take}"}),
    Row(POST, "/links/{share}/revoke/",                     302, 302, 403, 403, 404, LOGIN, "~ShareLink.revoked_at"),
    Row(POST, "/links/{paused}/take-over/",                 302, 403, 403, 403, 404, LOGIN, "~ShareLink.created_by_id ~ShareLink.owners_notified_at"),
    Row(POST, "/links/{share}/take-over/",                  302, 403, 403, 403, 404, LOGIN),
    Row(POST, "/links/{paused}/revoke/",                    302, 302, 403, 403, 404, LOGIN, "~ShareLink.revoked_at"),
    Row(POST, "/links/{ballot}/close/",                     302, 302, 403, 403, 404, LOGIN, "~ShareLink.closed_at"),
    Row(POST, "/links/{share}/close/",                      404, 404, 403, 403, 404, LOGIN),
    Row(GET,  "/links/{ballot}/ballots/",                   200, 200, 403, 403, 404, LOGIN),
    Row(POST, "/links/{ballot}/ballots/",                   302, 302, 403, 403, 404, 403, "", {"do": "count"}),
    Row(GET,  "/links/{ballot}/voters/",                    302, 302, 403, 403, 404, LOGIN),
    Row(POST, "/links/{ballot}/voters/",                    404, 404, 403, 403, 404, 403, "", {"names": "Greta"}),
    Row(POST, "/links/{ballot}/voters/{take}/revoke/",      404, 404, 403, 403, 404, LOGIN),
    Row(GET,  "/links/{share}/watermark/",                  302, 302, 403, 403, 404, LOGIN),
    Row(POST, "/links/{share}/watermark/",                  404, 404, 403, 403, 404, 403, "", {"watermark_text": "mine"}),
]

# No account makes a difference: everybody gives a name first.
GUESTS = [
    Row(GET,  "/s/{share_token}/",                          200, 200, 200, 200, 200, 200),
    Row(GET,  "/s/{share_token}/enter/",                    302, 302, 302, 302, 302, 302),
    Row(POST, "/s/{share_token}/enter/",                    302, 302, 302, 302, 302, 302, COME_IN, {"name": "Greta"}),
    Row(POST, "/s/{share_token}/enter/",                    422, 422, 422, 422, 422, 422, "", {"name": " "}),
    Row(GET,  "/s/{share_token}/takes/{take}/",             302, 302, 302, 302, 302, 302),
    Row(GET,  "/s/{share_token}/takes/{take}/notes/",       302, 302, 302, 302, 302, 302),
    Row(GET,  "/s/{share_token}/takes/{take}/verdict/",     302, 302, 302, 302, 302, 302),
    Row(GET,  "/s/{ballot_token}/vote/",                    302, 302, 302, 302, 302, 302),
    Row(POST, "/s/{share_token}/takes/{take}/notes/",       302, 302, 302, 302, 302, 302, "", {"text": "hello"}),
    Row(POST, "/s/{share_token}/takes/{take}/verdict/",     302, 302, 302, 302, 302, 302, "", {"decision": "approved"}),
    Row(POST, "/s/{ballot_token}/vote/",                    302, 302, 302, 302, 302, 302, "", {"choice": "A"}),
    Row(GET,  "/s/{share_token}/vote/{take}/0123/",         404, 404, 404, 404, 404, 404),
    Row(POST, "/s/{share_token}/vote/{take}/0123/",         404, 404, 404, 404, 404, 404, "", {"name": "Greta"}),
    Row(GET,  "/s/{share_token}/takes/",                    404, 404, 404, 404, 404, 404),
    Row(GET,  "/s/{over_token}/",                           410, 410, 410, 410, 410, 410),
    Row(GET,  "/s/{paused_token}/",                         403, 403, 403, 403, 403, 403),
    Row(POST, "/s/{paused_token}/enter/",                   403, 403, 403, 403, 403, 403, "", {"name": "Greta"}),
    Row(POST, "/s/{over_token}/enter/",                     410, 410, 410, 410, 410, 410, "", {"name": "Greta"}),
]
# fmt: on

PARTS = {"share links": LINKS, "guests": GUESTS}
