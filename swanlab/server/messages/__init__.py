"""What the HTTP API says: the bodies of ``/api/v1``, from which openapi.json is made.

Times are Unix milliseconds (UTC), durations milliseconds, steps integers in [0, 2**63).
"""
