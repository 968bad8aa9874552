"""
Looking up the images of a file: each once at its registry, with the login that it resolves to or with none.

Source: product page, section 7. It is asked by the same code as a test, and within the same limits: so many tests of a team
within an hour and of a host within a minute, and few at once. One registry that is asked with one login is one test,
however many of its images are asked for. Nothing of the file is stored.

Who may look up is whoever may check: the admins of a team, and machines. To a machine it tells nothing that its token does
not open anyway: it is given the connections that the token may have, and all else is asked for without a login, as anybody
may. Anybody may ask at public addresses. In the networks that the operator allows, a machine asks without a login only at
the hosts of connections that its token may have, since else it could try the ports of those networks. What has no working
login, because that is paused, has ended or fails, is not looked up at all.
"""

from registries.look_ups.round import MOST_IMAGES, SECONDS, Wanted, look_up

__all__ = ["MOST_IMAGES", "SECONDS", "Wanted", "look_up"]
