"""Who may do what at which URL. A rule names, for each method, who is allowed; all other methods are 405.

In a project the roles OWN, MAKE, DECIDE, COMMENT and MEMBERS are sets; an outsider gets 404, a member outside the set
403. Beside them: PUBLIC needs nothing, ACCOUNT any active account, ADMIN an administrator and STAFF who may open the
admin (others 403), PERSONAL the one person whose it is (others 404), AUTHOR who wrote it (other members 403).
"""

from collections.abc import Mapping

Who = str | frozenset[str]

PUBLIC, ACCOUNT, ADMIN, STAFF, PERSONAL, AUTHOR = "public", "account", "admin", "staff", "personal", "author"
OWN = frozenset({"owner"})
MAKE = OWN | {"editor"}
DECIDE = OWN | {"reviewer"}
COMMENT = MAKE | {"reviewer"}
MEMBERS = COMMENT | {"viewer"}


def get(who: Who) -> dict[str, Who]:
    return {"GET": who}


def post(who: Who) -> dict[str, Who]:
    return {"POST": who}


def both(who: Who, writes: Who | None = None) -> dict[str, Who]:
    return {"GET": who, "POST": who if writes is None else writes}


def rules(prefix: str, **named: dict[str, Who]) -> dict[str, dict[str, Who]]:
    return {f"{prefix}:{name}" if prefix else name: methods for name, methods in named.items()}


PAGES: Mapping[str, Mapping[str, Who]] = {
    **rules(
        "",
        healthz=get(PUBLIC), readyz=get(PUBLIC), login=both(PUBLIC) | {"OPTIONS": PUBLIC},
        logout=post(ACCOUNT) | {"OPTIONS": ACCOUNT},  # Django's own views say which methods they have
    ),
    **rules(
        "library",
        list=get(ACCOUNT), handles=get(ACCOUNT), bulk=post(ACCOUNT), collections=both(ACCOUNT),
        collection_delete=post(MAKE), view_save=post(ACCOUNT), view_delete=post(PERSONAL), favourite=post(MEMBERS),
        new=both(ACCOUNT), upload=both(ACCOUNT), upload_create=post(ACCOUNT), uploads=post(ACCOUNT),
        export=post(ACCOUNT), **{"import": post(ACCOUNT)}, asset=get(MEMBERS), edit=both(MAKE), release_name=post(MAKE),
        add_version=both(MAKE), compare=get(MEMBERS), version=get(MEMBERS), restore_version=both(MAKE),
        archive=post(MAKE), unarchive=post(MAKE), delete=both(MAKE), purge=both(ADMIN), style=get(STAFF),
        language=post(ACCOUNT), javascript_catalogue=get(PUBLIC),
    ),
    **rules(
        "generation",
        home=get(ACCOUNT), projects=get(ACCOUNT), project_new=both(ACCOUNT), project=get(MEMBERS),
        approved_zip=get(MEMBERS), project_edit=both(OWN), member_add=post(OWN), member_change=post(OWN),
        member_remove=post(OWN), link_asset=post(MAKE), unlink_asset=post(MAKE), pin_asset=post(MAKE),
        composer=both(MAKE), composer_check=post(MAKE), composer_draft=post(MAKE), share_links=both(MAKE),
        project_markers=get(MEMBERS), project_queue=post(MAKE), shot_table=both(MAKE),
        jobs=get(ACCOUNT), held=get(ACCOUNT), held_ask=post(ACCOUNT), job=get(MEMBERS), job_live=get(MEMBERS),
        job_cancel=post(MAKE), job_retry=post(MAKE), job_resolve=post(MAKE), job_priority=post(MAKE),
        job_abandon=post(MAKE), batch=get(MEMBERS), batch_cancel=post(MAKE), batch_priority=post(MAKE),
        ledger=get(ACCOUNT), ledger_csv=get(ACCOUNT),
        playlists=get(ACCOUNT), playlist_new=both(ACCOUNT), playlist_add=post(ACCOUNT), playlist=get(MEMBERS),
        playlist_vouch=post(COMMENT), playlist_edit=both(COMMENT), playlist_arrange=post(COMMENT),
        playlist_delete=post(COMMENT), scoreboard=get(ACCOUNT),
        takes=get(ACCOUNT), compare=get(ACCOUNT), take=get(MEMBERS), again=post(MAKE), still=get(MEMBERS),
        markers=get(MEMBERS), notes_csv=get(MEMBERS), notes_print=get(MEMBERS), note_marks=get(MEMBERS),
        take_notes=both(MEMBERS, COMMENT), promote=both(MAKE), verdict=both(MEMBERS, DECIDE),
        verdict_withdraw=post(DECIDE), history=get(MEMBERS), take_stack=get(MEMBERS),
        note_delete=both(AUTHOR), note_edit=both(AUTHOR), note_next=post(MAKE), note_reopen=post(COMMENT),
        note_reply=both(COMMENT), note_resolve=post(COMMENT),
        continuity=get(MEMBERS), rename=both(MAKE), where_used=get(MEMBERS),
        inbox=get(ACCOUNT), inbox_read=post(ACCOUNT), inbox_open=get(ACCOUNT), mail_settings=both(ACCOUNT),
        unsubscribe=both(PUBLIC), tokens=both(ACCOUNT), token_revoke=post(PERSONAL),
        share_revoke=post(MAKE), share_take_over=post(OWN), share_close=post(MAKE), ballots=both(MAKE),
        voters_invite=both(MAKE), voter_revoke=post(MAKE), share_mark=both(MAKE),
        shared=get(PUBLIC), shared_enter=both(PUBLIC), shared_take=get(PUBLIC), shared_note=both(PUBLIC),
        shared_verdict=both(PUBLIC), shared_vote=both(PUBLIC), shared_voter=both(PUBLIC), shared_nowhere=get(PUBLIC),
        hook=post(PUBLIC), gateway_resume=post(STAFF), metrics=get(PUBLIC),
    ),
    **rules("api", **{"openapi-json": get(PUBLIC), "openapi-view": get(ACCOUNT)}),
    **rules("gateway_api", **{"openapi-json": get(PUBLIC)}),
}  # fmt: skip

# By route and method, as the OpenAPI documents have them: opened by tokens, 401 without. A POST of READS changes
# nothing, so that read-only tokens may send it.
READS = {"api/v1/jobs/check"}
CALLS: Mapping[str, Mapping[str, Who]] = {
    "api/v1/assets": {"GET": ACCOUNT, "POST": ACCOUNT},
    "api/v1/assets/<handle>": {"GET": MEMBERS, "PATCH": MAKE, "DELETE": MAKE},
    "api/v1/assets/<handle>/versions": {"POST": MAKE},
    "api/v1/projects": {"GET": ACCOUNT, "POST": ACCOUNT},
    "api/v1/projects/<slug:slug>": {"GET": MEMBERS},
    "api/v1/jobs/check": {"POST": ACCOUNT},
    "api/v1/jobs": {"GET": ACCOUNT, "POST": ACCOUNT},
    "api/v1/jobs/<uuidstr:uuid>": {"GET": MEMBERS},
    "api/v1/jobs/<uuidstr:uuid>/cancel": {"POST": MAKE},
    "api/v1/jobs/<uuidstr:uuid>/retry": {"POST": MAKE},
    "api/v1/jobs/<uuidstr:uuid>/resolve": {"POST": MAKE},
    "api/v1/takes": {"GET": ACCOUNT},
    "api/v1/takes/<uuidstr:uuid>": {"GET": MEMBERS},
    "api/v1/takes/<uuidstr:uuid>/promote": {"POST": MAKE},
    "api/v1/takes/<uuidstr:uuid>/notes": {"GET": MEMBERS, "POST": COMMENT},
    "api/v1/takes/<uuidstr:uuid>/verdict": {"POST": DECIDE},
    "v1/videos/generations": {"POST": ACCOUNT},
    "v1/tasks/<task_id>": {"GET": MEMBERS},
    "v1/balance": {"GET": ACCOUNT},
}
# Nothing is there, whoever asks and however.
NOTHING = {"api:api-root", "gateway_api:api-root", "unknown_call"}
