"""What a prefix holds: only whole parts of a path, cut at a `/`. Source: product page, section 6."""


def holds(prefix: str, repository: str) -> bool:
    """Say whether a prefix holds a repository: `acme` holds `acme/web` and never `acme-evil/web`, "" holds all."""
    return not prefix or f"{repository}/".startswith(f"{prefix}/")


def prefixes_of(repository: str) -> list[str]:
    """Return the prefixes that hold a repository, longest first: `["acme/web", "acme", ""]`."""
    parts = repository.split("/")
    return ["/".join(parts[:count]) for count in range(len(parts), -1, -1)]
