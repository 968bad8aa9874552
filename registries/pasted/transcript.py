"""What surrounds and wraps a command where people copy one: a terminal, a script, a workflow, a page of instructions."""

import re

_CONTINUED = re.compile(r"\\[ \t]*\n|(?<=[ \t])[`^][ \t]*\n")
# What a terminal or a mail wrapped: a long token in its middle, an option before its value, an address at the end.
_WRAPPED_TOKEN = re.compile(
    r"(?<=[A-Za-z0-9+/=_-]{8})\n(?!/(?:bin|opt|snap|usr)/)(?=[A-Za-z0-9+/=_-]{20,}(?!\S)|[A-Za-z0-9+/_-]{0,19}={1,2}(?!\S)"
    r"|[A-Za-z0-9+/=_-]{1,19}(?:[ \t]+|[ \t]*\n[ \t]*)(?:https?://|[0-9]{12}\.dkr))"
)
_WRAPPED_VALUE = re.compile(r"(?<=\s)(-[pu]|--password|--username)[ \t]*\n[ \t]*")
_WRAPPED_ADDRESS = re.compile(r"\n[ \t]*(?=https?://\S+[ \t]*(?:\n|\Z))")
_IN_FRONT = re.compile(
    r"""^[ \t]*
    (?:[-*•][ \t]+)?                                            # a list
    (?:(?:run|script|command):[ \t]*(?:[|>][-+]?[ \t]*$)?)?     # a workflow's step
    (?:(?:\([\w.-]{1,60}\)[ \t]*)?                              # Python's environment, and a prompt:
       (?: \S{1,100}@\S{1,100}[ \t]\S{1,100}[ \t][$\#%]         #   alice@mac ~ %
         | \[[^\]\n]{1,100}\][$\#%>]                            #   [root@box ~]#
         | [^\s'"=|]{0,100}[$\#%>❯➜](?=\s)                      #   alice@box:~/src$
       )[ \t]+
     | (?:PS[ \t]+)?[A-Z]:\\[^>\n|"']{0,100}>[ \t]*             # PS C:\Users\alice>
    )?""",
    re.VERBOSE | re.MULTILINE,
)


def unwrapped(text: str) -> str:
    """Return the commands of a text, each on a line of its own, without what stands in front of them."""
    text = re.sub(r"\r\n?", "\n", text).removeprefix("\ufeff").strip()
    text = text.strip("`") if text.startswith("`") else text  # the marks of code in a page's source
    text = _CONTINUED.sub("", text)
    text = _WRAPPED_ADDRESS.sub(" ", _WRAPPED_VALUE.sub(r"\1 ", _WRAPPED_TOKEN.sub("", text)))
    return _IN_FRONT.sub(_indented, text)


def _indented(in_front: re.Match[str]) -> str:
    """Leave spaces alone as they are: they may stand in a key that is quoted."""
    return in_front[0] if in_front[0].isspace() else ""
