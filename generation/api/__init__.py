"""The two HTTP APIs: Backlot's own under `/api/v1/`, and one compatible with the provider's gateway under `/v1/`.

Both accept the same tokens and have the same error format. They call `composition`, `lifecycle` and `library.ingest` as
the pages do, without further rules.
"""
