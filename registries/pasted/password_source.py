"""Where a command takes its password from, told without quoting what may be a secret, and what people read of it."""

import re

from console.sentences import say, together
from registries.pasted.login import CONTROL
from registries.pasted.words import Command, Word, pipelines

VARIABLE = "a variable"
PLACEHOLDER = "a placeholder"
COMMAND = "another command"
UNREADABLE = "a control character"

ASKS = say("The command asks for the password when it runs, so it is not in here. Enter it.")
_WHY = {
    "": ASKS,
    VARIABLE: say("The command takes the password from a variable, so it is not in here. Enter the password itself."),
    PLACEHOLDER: say("Where the password belongs, the command has a placeholder. Enter the password itself."),
    COMMAND: say("Another command gives the password when this one runs, so it is not in here. Enter the password."),
    UNREADABLE: CONTROL,
}
_INSTEAD = {
    "aws": say("That one ends after 12 hours. Use an access key instead, from which Berth makes each password."),
    "gcloud": say("That one ends after an hour. Use the JSON key of a service account instead."),
}
ENTER_ONE_THAT_LASTS = say("Enter a password or token that lasts.")
_MAKERS = (
    "aws ecr get-login-password",
    "aws ecr-public get-login-password",
    "az acr login",
    "gcloud auth application-default print-access-token",
    "gcloud auth print-access-token",
    "gh auth token",
    "ibmcloud iam oauth-tokens",
    "oc whoami",
    "op read",
    "pass show",
)
_READERS = {"cat", "gc", "get-content", "type"}
_FILE = re.compile(r"[\w~-]{1,16}|(?=[\w~-]*[./])[\w./~-]{1,40}", re.ASCII)  # short, or not to be taken for a token
_SUBSTITUTED = re.compile(r"\$\((?P<shell>.*)\)|`(?P<ticks>.*)`", re.DOTALL)


def why_missing(made_by: str) -> str:
    """Say for people why a command does not hold its password, from what makes it, as `password_in` returns it."""
    if made_by in _WHY:
        return _WHY[made_by]
    program, _, file = made_by.partition(" ")
    if program == "cat":
        if not file:
            return say("The command reads the password from a file, so it is not in here. Enter what the file holds.")
        return say(
            "The command reads the password from a file, “{command}”, so it is not in here. Enter what the file holds.",
            command=made_by,
        )
    return together(
        say("The password comes from “{command}” when the command runs, so it is not in here.", command=made_by),
        _INSTEAD.get(program, ENTER_ONE_THAT_LASTS),
    )


def password_in(given: Word | None, command: Command, before: Command | None) -> tuple[str, str]:
    """
    Return the password that a command signs in with, or "" and what would have made it.

    `given` is its option's value, and `before` the command whose output is piped into it.
    """
    if option := given or command.here:
        return _value(option)
    if command.file:
        return "", _cat(command.file.text)
    return _said_by(before) if before else ("", "")


def _value(word: Word) -> tuple[str, str]:
    if not word.made:
        return word.text, ""
    if word.text.startswith("<"):
        return "", PLACEHOLDER
    within = _SUBSTITUTED.fullmatch(word.text)
    inner = (within["shell"] or within["ticks"] or "").strip() if within else ""
    if inner.startswith("<"):
        return "", _cat(inner[1:].strip())
    if not inner or inner.isidentifier():  # `$(name)` is how a pipeline of Azure names a variable
        return "", VARIABLE
    return "", _made_by(next(pipelines(inner))[-1])


def _said_by(command: Command) -> tuple[str, str]:
    """Return the password that a command writes, or how the command is called."""
    words = command.called
    if command.program in ("echo", "write-host", "write-output"):
        start = next((at for at, word in enumerate(words[1:], 1) if not re.fullmatch("-[neE]+", word.text)), len(words))
        said = words[start:]
    elif command.program == "printf" and len(words) == 3 and words[1].text in ("%s", "%s\\n"):
        said = words[2:]
    elif command.program == "printf":
        alone = words[1:] if len(words) == 2 and "%" not in words[1].text else []
        said = [Word(word.text.removesuffix("\\n"), made=word.made) for word in alone]
    elif len(words) == 1 and (words[0].quoted or words[0].made):  # PowerShell says what it is given
        said = words
    else:
        return "", _made_by(command)
    made = next((word for word in said if word.made), None)
    return _value(made) if made else (" ".join(word.text for word in said), "" if said else COMMAND)


def _made_by(command: Command) -> str:
    """Return what a command is called, in words that hold nothing of the person's own but the name of a file."""
    program, given = command.program, [word.text for word in command.called[1:]]
    if program in _READERS:
        return _cat(next((name for name in given if not name.startswith("-")), ""))
    for maker in _MAKERS:
        named, *wanted = maker.split()
        rest = iter(given)
        if program == named and all(word in rest for word in wanted):
            return maker
    return COMMAND


def _cat(name: str) -> str:
    return f"cat {name}" if _FILE.fullmatch(name) else "cat"
