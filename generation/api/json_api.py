"""Backlot's own API, under `/api/v1/`: assets, projects, jobs, takes and their review."""

from generation.api import assets, errors, jobs, projects, reviews, takes
from generation.api.authentication import reading, throttle
from generation.api.openapi import DocumentedAPI
from generation.api.strict_json import StrictParser

DESCRIPTION = """
Assets, projects, jobs, takes and their review.

Create a token on the page *API tokens* or by `manage.py apitoken USERNAME`, and send it with each call as
`Authorization: Bearer <token>`. A token has at most the permissions of its user; it can be read-only, or limited to one
project. The status is 404 for objects that the user may not see, 403 for those that the user may not change. The limit
is 600 requests per minute.

Lists have pages: `{"items": [...], "next": "<cursor or null>"}`. Errors have one format:
`{"error": {"code", "type", "message", "param"}}`; `param` is the path of the field, such as `ref_images.0.tag`.
The API that is compatible with the provider's gateway is described by `/v1/openapi.json`.
"""

api = DocumentedAPI(
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
errors.install_error_handlers(api)
api.add_router("/assets", assets.router)
api.add_router("/projects", projects.router)
api.add_router("/jobs", jobs.router)
api.add_router("/takes", takes.router)
api.add_router("/takes", reviews.router)
