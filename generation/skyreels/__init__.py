"""SkyReels V4 over its gateway: requests, responses, errors, prices and a client. It does not import Django."""
