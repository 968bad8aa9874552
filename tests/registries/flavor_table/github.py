"""GitHub."""

from tests.registries.flavor_table.rows import PASSWORD, Good, Row

GITHUB = {"namespace": "example-org", "username": "octo@example.com", "password": PASSWORD}

ROW = Row(
    slug="github",
    typed=GITHUB,
    good=(
        Good(
            typed=GITHUB,
            host="ghcr.io",
            prefix="example-org",
            account="octo@example.com",
            login=("octo@example.com", PASSWORD),
        ),
        Good(
            typed=GITHUB | {"namespace": "ghcr.io/Example-Org/", "username": "octocat", "password": f"{PASSWORD} \r\n"},
            host="ghcr.io",
            prefix="example-org",
            account="octocat",
            login=("octocat", PASSWORD),
        ),
        Good(
            typed=GITHUB | {"password": "github_pat_abc"},
            host="ghcr.io",
            prefix="example-org",
            account="octo@example.com",
            login=("octo@example.com", "github_pat_abc"),
            advice="fine-grained",
        ),
    ),
    refused=(
        ("namespace", {"namespace": ""}, "Enter the organization or user."),
        ("namespace", {"namespace": "acme/web"}, "alone"),
        ("namespace", {"namespace": "https://evil.example/acme"}, "alone"),
        ("namespace", {"namespace": "@acme"}, "letters and digits"),
        ("username", {"username": "octo:cat"}, "colon"),
        ("password", {"password": ""}, "Enter the personal access token."),
        ("password", {"password": "ghp_\x1b[0m"}, "control character"),
    ),
    serves=("ghcr.io",),
    look_alikes=(
        "gcr.io",
        "ghcr.io.evil.example",
        "xghcr.io",
        "ghcr.io:443",
        "ghcr.lo",
        "ghrc.io",
        "docker.pkg.github.com",
        "a.ghcr.io",
        "ghcr-io.example",
        "github.com",
    ),
)
