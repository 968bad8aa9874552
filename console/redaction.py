"""
What is taken out of everything that is logged or mailed: machine tokens, wherever somebody put one, and the secrets that
stand in addresses, those of invitations, of the set-up and of passwords that are chosen anew [L19].

An address with a token in it is not found, and what is not found is logged, as is each address whose answer is an error.
The shape of a token is said here, since the house has to know one when it sees it; what a token is and who may use it is
`registries.tokens`.
"""

import re

ID_LENGTH, SECRET_LENGTH, CHECKSUM_LENGTH = 8, 32, 6

_HEAD = rf"berth_([0-9A-Za-z]{{{ID_LENGTH}}})_"
TOKEN = re.compile(rf"({_HEAD}([0-9A-Za-z]{{{SECRET_LENGTH}}}))([0-9A-Za-z]{{{CHECKSUM_LENGTH}}})", re.ASCII)
"""A token: all but the checksum, its public id, its secret, its checksum."""

_LIKE_A_TOKEN = re.compile(rf"{_HEAD}[0-9A-Za-z]+", re.ASCII)


_SECRET_IN_A_PATH = re.compile(r"(/(?:invitations|setup|accounts/password/reset/key|accounts/confirm-email)/)[^/\s'\"]+")


def redacted(text: str) -> str:
    """
    Return a text with the public id and an ellipsis for each token, also for one that was cut off or mistyped, and with an
    ellipsis for each secret in an address.
    """
    return _SECRET_IN_A_PATH.sub(r"\1…", _LIKE_A_TOKEN.sub(r"berth_\1_…", text))
