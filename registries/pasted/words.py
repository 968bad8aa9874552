"""
The words and pipelines of a shell's line, whichever shell it is for, without running any of it.

The words are parted here and not by `shlex`, which forgets which quotes a word stood in: `'$oauthtoken'` is a user name,
`"$TOKEN"` a variable.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, repr=False)
class Word:
    """A word without its quotes; `made` where the shell would put something else into its place."""

    text: str
    made: bool = False
    quoted: bool = False


@dataclass(repr=False)
class Command:
    """One command of a pipeline: its words, and what its input is redirected from, by `<<<` or by `<`."""

    words: list[Word] = field(default_factory=list)
    here: Word | None = None
    file: Word | None = None
    next_is: str = "word"

    def take(self, word: Word) -> None:
        if self.next_is == "word":
            self.words.append(word)
        elif self.next_is in ("here", "file"):
            setattr(self, self.next_is, word)
        self.next_is = "word"

    @property
    def called(self) -> list[Word]:
        """The program and what it is given, without `sudo -E`, `NAME=value` and the like in front."""
        start, sudo = 0, False
        while start < len(self.words):
            text = self.words[start].text
            if sudo and text in ("-u", "-g"):
                start += 1
            elif not ((sudo and text.startswith("-")) or text.lower() in _FIRST or _ASSIGNMENT.fullmatch(text)):
                break
            sudo = sudo or text.lower() in _FIRST
            start += 1
        return self.words[start:]

    @property
    def program(self) -> str:
        """The name of the program, `docker` of `C:\\Docker\\docker.exe`, "" where there is none."""
        return next((re.split(r"[/\\]", word.text.lower())[-1].removesuffix(".exe") for word in self.called), "")


_FIRST = {"command", "doas", "env", "exec", "nohup", "run", "sudo", "then", "time", "winpty"}
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=.*", re.ASCII | re.DOTALL)

# Each alternative stops where the next one of its kind begins, so that no text is gone through more than a few times.
_PIECE = re.compile(
    r"""
      (?P<space>[^\S\n]+|(?<!\S)\#[^\n]*)
    | (?P<pipe>\|&?(?!\|))
    | (?P<here><<<)
    | (?P<elsewhere>[0-9]?>>?(?:&[0-9-])?|&>>?|<<-?)
    | (?P<placeholder><[A-Za-z][^<>|\n]{0,60}(?<!\s)>)
    | (?P<file><)
    | (?P<end>\n|;|&&?|\|\|)
    | '(?P<single>[^'\n]*|\s*\{[^']*)'
    | [‘’](?P<curly_single>[^‘’\n]*)[‘’]
    | "(?P<double>(?:[^"\\\n]|\\[\s\S])*)"
    | [“”](?P<curly_double>[^“”\n]*)[“”]
    | (?P<made>\$\((?:[^()\n]|\([^()\n]*\))*\)|\$?\{\{[^{}\n]*\}\}|\$\{[^{}\n]*\}|\$[A-Za-z_][\w:]*|`[^`\n]+`)
    | \\(?P<escaped>[\s\S])
    | (?P<bare>[^\s'"‘’“”|;&<>$`\\{]+|[\s\S])
    """,
    re.VERBOSE,
)
_IN_A_WORD = ("single", "curly_single", "double", "curly_double", "made", "placeholder", "escaped", "bare")
_ESCAPED = re.compile(r"[\\`]([\\$\"`])")  # the backslash of a shell, the backtick of PowerShell
_MADE = re.compile(r"\$[A-Za-z_{(]|`[^`]+`|\{\{")
_CMD_VARIABLE = re.compile(r"%[A-Za-z_]\w{0,60}%", re.ASCII)


def pipelines(text: str) -> Iterator[list[Command]]:
    """Read each pipeline of a text; one has at least one command, which may be without words."""
    pipeline, parts = [Command()], list[Word]()
    for piece in _PIECE.finditer(text + "\n"):
        kind = piece.lastgroup or ""
        if kind in _IN_A_WORD:
            parts.append(_part(kind, piece[kind]))
            continue
        if parts:
            pipeline[-1].take(_joined(parts))
            parts = []
        if kind == "pipe":
            pipeline.append(Command())
        elif kind in ("here", "file", "elsewhere"):
            # `2>&1` is whole by itself, and no word follows it.
            pipeline[-1].next_is = "word" if "&" in piece[kind][1:] else kind
        elif kind == "end" and (pipeline[-1].words or piece[kind] != "\n"):  # a line that ends with a pipe goes on
            yield pipeline
            pipeline = [Command()]
    yield pipeline


def _part(kind: str, text: str) -> Word:
    if "double" in kind:
        return Word(_ESCAPED.sub(r"\1", text), made=bool(_MADE.search(_ESCAPED.sub("", text))), quoted=True)
    return Word(text, made=kind in ("made", "placeholder"), quoted="single" in kind)


def _joined(parts: list[Word]) -> Word:
    text = "".join(part.text for part in parts)
    made = any(part.made for part in parts) or bool(_CMD_VARIABLE.fullmatch(text))
    return Word(text, made=made, quoted=all(part.quoted for part in parts))
