"""SkyReels V4 over its gateway: requests, answers, errors, prices and a client. No Django in here."""
