"""The permission table: projects, jobs and takes. How to write a row: see `table`."""

# ruff: noqa: E501 - a table has one line for each row

from tests.permissions.row import BACK, GET, LOGIN, POST, Row

QUEUED = "~Asset.last_used_at ~Asset.use_count +Job +JobEvent +JobReference +LedgerEntry"
CANCELLED = "~Job.finished_at ~Job.status +JobEvent ~LedgerEntry.actual_usd ~LedgerEntry.state"
WRITTEN_OFF = (
    "~Job.error_code ~Job.error_message ~Job.finished_at ~Job.hold_code ~Job.hold_data ~Job.status +JobEvent"
    " ~LedgerEntry.actual_usd ~LedgerEntry.state"
)
PROMOTED = "+Asset +AssetVersion +ProjectAsset +Promotion +VersionFile"
COMPOSED = {
    "prompt": "@Kept at dusk",
    "model": "skyreels-v4-fast",
    "resolution": "480p",
    "aspect_ratio": "16:9",
    "duration": "5",
    "form_key": "6f1c8a52-6a0f-4d0c-8a3b-0f8f6f5b0001",
}
TABLE = COMPOSED | {"table": "prompt\nA quay at dusk", "takes": "1"}
SHOTS = COMPOSED | {"takes": "1", "table": "shot\tprompt\n020\tRain on the pier"}

# fmt: off
#                                                         owner editor reviewer viewer stranger anonymous   what it does, what is sent
PROJECTS = [
    Row(GET,  "/projects/",                                 200, 200, 200, 200, 200, LOGIN),
    Row(GET,  "/projects/new/",                             200, 200, 200, 200, 200, LOGIN),
    Row(POST, "/projects/new/",                             302, 302, 302, 302, 302, 403, "+Membership +Project", {"name": "Night Ferry"}),
    Row(GET,  "/projects/harbour-lights/",                  200, 200, 200, 200, 404, LOGIN),
    Row(GET,  "/projects/far-shore/",                       404, 404, 404, 404, 200, LOGIN),
    Row(GET,  "/projects/nowhere/",                         404, 404, 404, 404, 404, LOGIN),
    Row(GET,  "/projects/harbour-lights/edit/",             200, 403, 403, 403, 404, LOGIN),
    Row(POST, "/projects/harbour-lights/edit/",             302, 403, 403, 403, 404, 403, "~Project.name", {"name": "Other Lights"}),
    Row(POST, "/projects/harbour-lights/edit/",             302, 403, 403, 403, 404, 403, "~Project.budget_usd", {"name": "Harbour Lights", "budget_usd": "5"}),
    Row(POST, "/projects/harbour-lights/members/",          302, 403, 403, 403, 404, 403, "+Membership", {"username": "dave", "role": "viewer"}),
    Row(POST, "/projects/harbour-lights/members/{mick}/",   302, 403, 403, 403, 404, 403, "~Membership.role", {"role": "reviewer"}),
    Row(POST, "/projects/harbour-lights/members/{mick}/",   302, 403, 403, 403, 404, 403, "~Membership.monthly_limit_usd", {"role": "viewer", "monthly_limit_usd": "5"}),
    Row(POST, "/projects/far-shore/members/{mick}/",        404, 404, 404, 404, 404, 403, "", {"role": "reviewer"}),
    Row(POST, "/projects/harbour-lights/members/{mick}/remove/", 302, 403, 403, 403, 404, LOGIN, "-Membership"),
    Row(POST, "/projects/far-shore/members/{mick}/remove/", 404, 404, 404, 404, 404, LOGIN),
    Row(POST, "/projects/harbour-lights/assets/",           302, 302, 403, 403, 404, 403, "+ProjectAsset", {"handle": "Loose"}),
    Row(POST, "/projects/harbour-lights/assets/",           302, 302, 403, 403, 404, 403, "", {"handle": "Far"}),
    Row(POST, "/projects/harbour-lights/assets/",           302, 302, 403, 403, 404, 403, "", {"handle": "Bobs"}),
    Row(POST, "/projects/harbour-lights/assets/{kept}/remove/", 302, 302, 403, 403, 404, LOGIN, "-ProjectAsset"),
    Row(POST, "/projects/harbour-lights/assets/{far}/remove/",  302, 302, 403, 403, 404, LOGIN),
    Row(POST, "/projects/harbour-lights/queue/",            302, 302, 403, 403, 404, LOGIN, "+JobEvent +Production"),
    Row(POST, "/projects/harbour-lights/assets/{kept}/pin/", 302, 302, 403, 403, 404, 403, "~ProjectAsset.pinned_version_id", {"version": "1"}),
    Row(POST, "/projects/harbour-lights/assets/{far}/pin/", 404, 404, 403, 403, 404, 403, "", {"version": "1"}),
]

JOBS = [
    Row(GET,  "/projects/harbour-lights/new/",              200, 200, 403, 403, 404, LOGIN),
    Row(POST, "/projects/harbour-lights/new/",              302, 302, 403, 403, 404, 403, QUEUED, COMPOSED),
    Row(POST, "/projects/harbour-lights/new/",              302, 302, 403, 403, 404, 403, "+Job", COMPOSED | {"save": "1"}),
    Row(POST, "/projects/harbour-lights/new/",              422, 422, 403, 403, 404, 403, "", COMPOSED | {"prompt": "@Far at dusk"}),
    Row(POST, "/projects/harbour-lights/new/",              422, 422, 403, 403, 404, 403, "", COMPOSED | {"prompt": "@Bobs at dusk"}),
    Row(POST, "/projects/bobs-bay/new/",                    404, 302, 404, 404, 404, 403, QUEUED, COMPOSED | {"prompt": "@Bobs at dusk"}),
    Row(POST, "/projects/bobs-bay/new/",                    404, 422, 404, 404, 404, 403, "", COMPOSED),
    Row(POST, "/projects/harbour-lights/new/check/",        200, 200, 403, 403, 404, 403, "", COMPOSED),
    Row(GET,  "/projects/harbour-lights/shots/table/",      200, 200, 403, 403, 404, LOGIN),
    Row(POST, "/projects/harbour-lights/shots/table/",      200, 200, 403, 403, 404, 403, "", TABLE | {"check": "1"}),
    Row(POST, "/projects/harbour-lights/shots/table/",      422, 422, 403, 403, 404, 403, "", TABLE | {"queue": "1"}),
    Row(POST, "/projects/harbour-lights/shots/table/",      302, 302, 403, 403, 404, 403, "+Batch +Job +JobEvent +LedgerEntry", TABLE | {"queue": "1", "agreed": "1:0.3200"}),
    Row(POST, "/projects/harbour-lights/new/draft/",        200, 200, 403, 403, 404, 403, "+Job", COMPOSED),
    Row(GET,  "/projects/harbour-lights/shots/table/",      200, 200, 403, 403, 404, LOGIN),
    Row(POST, "/projects/harbour-lights/shots/table/",      200, 200, 403, 403, 404, 403, "", SHOTS),
    Row(POST, "/projects/harbour-lights/shots/table/",      422, 422, 403, 403, 404, 403, "", SHOTS | {"queue": "1", "agreed": "guessed"}),
    Row(GET,  "/jobs/",                                     200, 200, 200, 200, 200, LOGIN),
    Row(GET,  "/jobs/{done}/",                              200, 200, 200, 200, 404, LOGIN),
    Row(GET,  "/jobs/{draft}/",                             200, 200, 200, 200, 404, LOGIN),
    Row(GET,  "/jobs/{done}/live/?live=old",                200, 200, 200, 200, 404, LOGIN),
    Row(POST, "/jobs/{waiting}/cancel/",                    302, 302, 403, 403, 404, LOGIN, CANCELLED),
    Row(POST, "/jobs/{draft}/cancel/",                      302, 302, 403, 403, 404, LOGIN, "-Job"),
    Row(GET,  "/jobs/held/",                                200, 200, 200, 200, 200, LOGIN),
    Row(POST, "/jobs/held/ask/",                            302, 302, BACK, BACK, BACK, 403, "~Job.hold_code ~Job.hold_data ~Job.next_step_at ~Job.status +JobEvent", {"doubt": "unsent"}),
    Row(POST, "/jobs/{held}/resolve/",                      302, 302, 403, 403, 404, 403, WRITTEN_OFF, {"action": "write_off", "paid": "no"}),
    Row(POST, "/jobs/{held}/resolve/",                      409, 409, 403, 403, 404, 403, "", {"action": "send"}),
    Row(POST, "/jobs/{failed}/resolve/",                    409, 409, 403, 403, 404, 403, "", {"action": "write_off", "paid": "no"}),
    Row(POST, "/jobs/{failed}/retry/",                      302, 302, 403, 403, 404, LOGIN, "+Job +JobEvent +LedgerEntry"),
    Row(POST, "/jobs/{waiting}/priority/",                  302, 302, 403, 403, 404, 403, "~Job.priority +JobEvent", {"priority": "20"}),
    Row(POST, "/jobs/{running}/abandon/",                   302, 302, 403, 403, 404, LOGIN, "~Job.abandoned_at +JobEvent"),
    Row(POST, "/batches/{batch}/priority/",                 302, 302, 403, 403, 404, 403, "~Job.priority +JobEvent", {"priority": "0"}),
    Row(GET,  "/batches/{batch}/",                          200, 200, 200, 200, 404, LOGIN),
    Row(POST, "/batches/{batch}/cancel/",                   302, 302, 403, 403, 404, LOGIN, CANCELLED),
    Row(GET,  "/takes/",                                    200, 200, 200, 200, 200, LOGIN),
    Row(GET,  "/takes/{take}/",                             200, 200, 200, 200, 404, LOGIN),
    Row(GET,  "/takes/{take}/?frame=58&note=none",          200, 200, 200, 200, 404, LOGIN),
    Row(GET,  "/takes/{take}/marks/",                       200, 200, 200, 200, 404, LOGIN),
    Row(GET,  "/takes/{take}/stack/",                       200, 200, 200, 200, 404, LOGIN),
    Row(GET,  "/takes/{take}/stack/?live=old",              200, 200, 200, 200, 404, LOGIN),
    Row(POST, "/takes/{take}/again/",                       302, 302, 403, 403, 404, 403, "", {"how": "vary"}),
    Row(POST, "/takes/{take}/again/",                       302, 302, 403, 403, 404, 403, PROMOTED, {"how": "extend"}),
    Row(GET,  "/takes/{take}/promote/",                     200, 200, 403, 403, 404, LOGIN),
    Row(POST, "/takes/{take}/promote/",                     302, 302, 403, 403, 404, 403, PROMOTED, {"what": "clip", "handle": "Ferry"}),
]
# fmt: on

PARTS = {"projects": PROJECTS, "jobs and takes": JOBS}
