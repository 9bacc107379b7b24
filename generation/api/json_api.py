"""Backlot's own API, under `/api/v1/`: assets, projects, jobs, takes and their review."""

from generation.api import assets, errors, jobs, projects, reviews, takes
from generation.api.authentication import reading, throttle
from generation.api.openapi import Described
from generation.api.strict_json import StrictParser

DESCRIPTION = """
Everything that a team does in Backlot, for programs: the library, projects, jobs, takes and their review.

Make a token on the page *API tokens* or by `manage.py apitoken USERNAME`, and send it with each call as
`Authorization: Bearer <token>`. It may never do more than its person; it can be limited to reading, and to one project.
What a token may not see is 404, what it may see and not change 403. At most 600 requests a minute.

Lists come in pieces: `{"items": [...], "next": "<cursor or null>"}`. Errors have one shape:
`{"error": {"code", "type", "message", "param"}}`; `param` is the path of the field, such as `ref_images.0.tag`.
An API in the shape of the provider's gateway is described by `/v1/openapi.json`.
"""

api = Described(
    title="Backlot",
    version="1",
    description=DESCRIPTION,
    urls_namespace="api",
    auth=reading,
    throttle=throttle,
    parser=StrictParser(),
    docs_url="/docs",
    openapi_url="/openapi.json",
)
errors.install(api)
api.add_router("/assets", assets.router)
api.add_router("/projects", projects.router)
api.add_router("/jobs", jobs.router)
api.add_router("/takes", takes.router)
api.add_router("/takes", reviews.router)
