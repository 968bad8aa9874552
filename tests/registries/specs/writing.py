"""Files of one image each, and what stands around it, written by hand with the places of everything in them."""

from collections.abc import Sequence

from registries.specs.spec import Gap, Kind, PullSecrets, Span, Spec, Use, Word


def word(text: str, written: str, start: int) -> Word:
    """Return a scalar that is written so at an offset."""
    end = start + len(written)
    before = text[:start]
    line, column = before.count("\n") + 1, start - (before.rfind("\n") + 1) + 1
    return Word(written.strip("'\""), Span(start, end, line, column, line, column + len(written)))


def file_of(
    image: str,
    named: str | None = None,
    *,
    kind: Kind = Kind.WORKFLOW,
    secrets: Sequence[str] | None = None,
    fault: str = "",
) -> Spec:
    """Return a file of one mapping with an image, and with the name of a registry below it."""
    text = f"image: {image}\n"
    put_in = Gap(at=len(text) - 1, before="\n")
    if named is not None:
        text += f"containerRegistry: {named}\n"
    pulled = None
    if secrets is not None:
        listed = ", ".join(f"{{name: {name}}}" for name in secrets)
        if secrets:
            text += f"imagePullSecrets: [{listed}]\n"
        add = Gap(at=len(text) - 2, before=", ") if secrets else None
        pulled = PullSecrets(names=tuple(secrets), span=None, gap=None if secrets else put_in, add=add)
    use = Use(
        image=word(text, image, len("image: ")),
        named=None if named is None else word(text, named, text.index("containerRegistry: ") + len("containerRegistry: ")),
        owner="train",
        kind=kind,
        gap=put_in if named is None else None,
        secrets=pulled,
        fault=fault,
    )
    return Spec(text=text, uses=(use,))
