"""Lines for a POSIX shell. A password is never part of one: it comes on standard input."""

import shlex


def docker_login(server: str, username: str) -> str:
    """
    Return the command that signs Docker or Podman in at a server, the password on standard input.

    Nothing in a user name has a meaning for the shell, whatever it holds: `$`, quotes, spaces.
    """
    return f"docker login {shlex.quote(server)} --username {shlex.quote(username)} --password-stdin"
