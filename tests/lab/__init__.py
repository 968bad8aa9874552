"""
The laboratory: real parts, started on loopback for one test, one run of the suite or one demonstration.

Nothing here is imported by Berth itself, and nothing here uses Berth's own registry client: what proves a client has to
be written apart from it.
"""
