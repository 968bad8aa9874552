"""Where the request that is being answered comes from, for the record of what happened."""

from ipaddress import ip_address

from allauth.core import context


def address() -> str | None:
    """Return the IP address of whoever asks; None outside of a request, or where it came by a socket that has none."""
    from allauth.account.adapter import get_adapter  # It needs the models, and they need this.

    request = context.request
    return None if request is None else as_stored(get_adapter(request).get_client_ip(request))


def as_stored(text: str) -> str | None:
    """Return an IP address in the one form in which it is stored, None for what is none."""
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return str(getattr(found, "ipv4_mapped", None) or found)
