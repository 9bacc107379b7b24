"""The web server: uvicorn with additional deadlines and limits, in front of Django's WSGI application.

The event loop reads requests and sends responses, however slow the client is. A pool thread is used only to run
Django, for a whole request or for one chunk of a streamed response at a time.
"""
