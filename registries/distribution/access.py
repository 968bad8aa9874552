"""
What a registry's token says that its bearer may do: the claim `access` of a JSON Web Token.

Source: https://distribution.github.io/distribution/spec/auth/jwt/. The specification calls tokens opaque, and at many
registries they are, so that silence here means nothing. The signature is not looked at: the registry judges that.
"""

import base64
import json
from typing import Any


def granted(token: str, repository: str) -> frozenset[str]:
    """Return the actions that a token lists for a repository, such as {"pull", "push"}; none where it cannot be read."""
    claims = _claims(token)
    entries = _list(claims.get("access")) if isinstance(claims, dict) else []
    mine = [entry for entry in entries if isinstance(entry, dict) and _is_about(entry, repository)]
    return frozenset(action for entry in mine for action in _list(entry.get("actions")) if isinstance(action, str))


def _is_about(entry: dict[str, Any], repository: str) -> bool:
    return (entry.get("type"), entry.get("name")) == ("repository", repository)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _claims(token: str) -> Any:
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        return json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return None
