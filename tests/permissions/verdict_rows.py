"""The permission table: verdicts, the inbox, e-mail. How to write a row: see `table`.

`{undecided}` and `{decided}` are takes of somebody who is in no team, so that nobody is told; rita approved the second.
`{veras_word}` is a notification of vera's.
"""

# ruff: noqa: E501 - a table has one line for each row

from tests.permissions.row import BACK, GET, LOGIN, POST, Row

# fmt: off
#                                                         owner editor reviewer viewer stranger anonymous   what it does, what is sent
VERDICTS = [
    Row(GET,  "/takes/{undecided}/verdict/",                302, 302, 302, 302, 404, LOGIN),
    Row(GET,  "/takes/{undecided}/verdict/?live=old",       200, 200, 200, 200, 404, LOGIN),
    Row(POST, "/takes/{undecided}/verdict/",                302, 403, 302, 403, 404, 403, "~Take.review +Verdict", {"decision": "approved"}),
    Row(POST, "/takes/{undecided}/verdict/",                302, 403, 302, 403, 404, 403, "~Take.review +Verdict", {"decision": "rejected", "reason": "The coat."}),
    Row(POST, "/takes/{undecided}/verdict/",                422, 403, 422, 403, 404, 403, "", {"decision": "changes"}),
    Row(POST, "/takes/{decided}/verdict/withdraw/",         BACK, 403, 302, 403, 404, LOGIN, "~Take.review ~Verdict.withdrawn_at"),
    Row(GET,  "/takes/{decided}/history/",                  200, 200, 200, 200, 404, LOGIN),
    Row(GET,  "/takes/{take}/history/?of=shot",             200, 200, 200, 200, 404, LOGIN),
    Row(POST, "/projects/harbour-lights/edit/",             302, 403, 403, 403, 404, 403, "+Production ~Take.review", {"name": "Harbour Lights", "approvals_needed": "2"}),
]

INBOX = [
    Row(GET,  "/inbox/",                                    200, 200, 200, 200, 200, LOGIN),
    Row(GET,  "/inbox/?show=mentions",                      200, 200, 200, 200, 200, LOGIN),
    Row(GET,  "/inbox/{veras_word}/",                       BACK, BACK, BACK, 302, BACK, LOGIN, "~Notification.read_at"),
    Row(POST, "/inbox/read/",                               BACK, BACK, BACK, 302, BACK, LOGIN, "~Notification.read_at"),
    Row(POST, "/inbox/read/",                               BACK, BACK, BACK, 302, BACK, 403, "~Notification.read_at", {"one": "{veras_word}"}),
    Row(GET,  "/account/mail/",                             200, 200, 200, 200, 200, LOGIN),
    Row(POST, "/account/mail/",                             302, 302, 302, 302, 302, 403, "+MailSettings", {"when": "daily"}),
    Row(POST, "/account/mail/",                             422, 422, 422, 422, 422, 403, "", {"when": "weekly"}),
    Row(GET,  "/unsubscribe/{veras_way_out}/",              200, 200, 200, 200, 200, 200),
    Row(POST, "/unsubscribe/{veras_way_out}/",              200, 200, 200, 200, 200, 200, "+MailSettings", {"List-Unsubscribe": "One-Click"}),
    Row(GET,  "/unsubscribe/nobody/",                       404, 404, 404, 404, 404, 404),
    Row(POST, "/unsubscribe/nobody/",                       404, 404, 404, 404, 404, 404),
]
# fmt: on

# fmt: off
CALLS = [
    Row(GET,  "/api/v1/takes/{take}/notes",                 200, 200, 200, 200, 404, 401),
    Row(POST, "/api/v1/takes/{undecided}/notes",            201, 201, 201, 403, 404, 401, "+Note", {"text": "Look", "timecode": "00:02.10"}),
    Row(POST, "/api/v1/takes/{undecided}/notes",            422, 422, 422, 403, 404, 401, "", {"text": "Look", "frame": 999}),
    Row(POST, "/api/v1/takes/{undecided}/verdict",          201, 403, 201, 403, 404, 401, "~Take.review +Verdict", {"decision": "approved"}),
    Row(POST, "/api/v1/takes/{undecided}/verdict",          422, 403, 422, 403, 404, 401, "", {"decision": "rejected"}),
]
# fmt: on

PARTS = {"review calls": CALLS, "verdicts": VERDICTS, "inbox": INBOX}
