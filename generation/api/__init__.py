"""The two HTTP APIs: Backlot's own under `/api/v1/`, and one that speaks like the provider's gateway under `/v1/`.

Both are opened by the same tokens and answer errors in the same shape. What they do is done by `composition`,
`lifecycle` and `library.ingest`; nothing is decided here that a page would decide otherwise.
"""
