"""
Which connection an image gets, and why: one rule for pages, the API, the spec checker and every hand-out.

Sources: product page, section 6; reference page, sections 1.1 and 1.3 (hosts), 4.1 and 4.3 (servers as clients name them).
This package knows `distribution`, sentences and the standard library, and neither teams nor tables: connections are handed
to it.
"""

from registries.resolution.answer import Candidate, Considered, Problem, Resolution, Verdict
from registries.resolution.hosts import InvalidServer, canonical_host, server_host
from registries.resolution.image import resolve
from registries.resolution.nearest import Names
from registries.resolution.prefixes import holds, prefixes_of
from registries.resolution.sentences import is_name
from registries.resolution.server import resolve_server

__all__ = [
    "Candidate",
    "Considered",
    "InvalidServer",
    "Names",
    "Problem",
    "Resolution",
    "Verdict",
    "canonical_host",
    "holds",
    "is_name",
    "prefixes_of",
    "resolve",
    "resolve_server",
    "server_host",
]
