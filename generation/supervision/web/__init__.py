"""The web server: uvicorn, with deadlines and limits of its own, in front of Django's WSGI application.

The event loop reads requests and drains responses, however slow the client is. A thread of the pool is taken only to
run Django, for a whole request and for one chunk of a streamed response at a time.
"""
