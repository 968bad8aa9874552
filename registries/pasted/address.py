"""
The address that a login is for, as configurations and commands write it.

Source: reference page, sections 4.1 (what docker makes of an address), 4.5 (Podman's keys) and 4.8 (`oci://`).
"""

import re

from django.core.exceptions import ValidationError

from registries.distribution.reference import HUB
from registries.flavors import flavor_of
from registries.flavors.fields import path as tidy_path
from registries.flavors.fields import read_address

_SCHEME = re.compile(r"(?:docker|oci)://", re.IGNORECASE)
_API_ROOT = re.compile(r"^v[12](?=/|$)|(?:^|/)v[12]$", re.ASCII)
_LONGEST = 2048


def address_of(text: str) -> tuple[str, str]:
    """
    Return the host and the path that a login is for, both in lower case; two times "" where this is no address.

    Scheme, `/v1/`, `/v2/` and default ports are dropped, and Docker Hub is `docker.io` by whichever of its names. A path
    that no image could have is dropped too, as docker itself drops every path.
    """
    address = _SCHEME.sub("", text.strip(), count=1)
    try:
        host, below = read_address(address)[1:] if len(address) <= _LONGEST else ("", "")
    except ValidationError:
        return "", ""
    known = flavor_of(host)
    host = HUB if known and known.serves(HUB) else host
    try:
        return host, tidy_path(_API_ROOT.sub("", below))
    except ValidationError:
        return host, ""
