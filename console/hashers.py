"""How passwords of people are hashed: Argon2id as OWASP recommends it, so that many sign-ins at once fit in memory."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    """Django's own takes 100 MiB and eight threads for one sign-in; this takes 46 MiB and one (security page, A18)."""

    time_cost = 1
    memory_cost = 47_104
    parallelism = 1
