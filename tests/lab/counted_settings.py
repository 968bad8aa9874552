"""Berth's own settings, with a hasher that writes down which passwords it hashed. A server under test has them."""

from console.settings import *  # noqa: F403

PASSWORD_HASHERS = ["tests.lab.counted_hasher.Counted"]
