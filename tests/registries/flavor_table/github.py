"""GitHub."""

from tests.registries.flavor_table.rows import DIGEST, PASSWORD, Good, Row, look_alikes_of

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
        *look_alikes_of("ghcr.io"),
        "gcr.io",
        "xghcr.io",
        "ghcr.lo",
        "ghrc.io",
        "docker.pkg.github.com",
        "a.ghcr.io",
        "ghcr-io.example",
        "github.com",
    ),
    images=(
        ("ghcr.io/example-org/streamlit-app:latest", {"namespace": "example-org"}),
        ("ghcr.io/example-org/streamlit-app", {"namespace": "example-org"}),
        (f"ghcr.io/acme/web@{DIGEST}", {"namespace": "acme"}),
        (f"ghcr.io/acme/web:1.4@{DIGEST}", {"namespace": "acme"}),
        ("ghcr.io/acme/team/sub/web:1.4", {"namespace": "acme"}),
        ("ghcr.io/acme-inc/web.api:v2_1", {"namespace": "acme-inc"}),
        ("GHCR.io/acme/web:1.4", {"namespace": "acme"}),
        ("docker pull ghcr.io/acme/web:1.4", {"namespace": "acme"}),
        ("  $ sudo docker pull ghcr.io/acme/web:1.4\n", {"namespace": "acme"}),
        ("podman run GHCR.IO/acme/web", {"namespace": "acme"}),
        ("FROM ghcr.io/acme/web:1.4", {"namespace": "acme"}),
        ("image: 'ghcr.io/acme/web:1.4'", {"namespace": "acme"}),
        ("https://ghcr.io/acme/web", {"namespace": "acme"}),
        ("docker://ghcr.io/acme/web:1.4", {"namespace": "acme"}),
        ("ghcr.io/web:1.4", {}),
    ),
    logins=(
        ("octocat", f"ghp_{PASSWORD}", {"username": "octocat", "password": f"ghp_{PASSWORD}"}),
        ("octo@example.com", PASSWORD, {"username": "octo@example.com", "password": PASSWORD}),
        ("github-actions[bot]", "ghs_1_a.b.c", {"username": "github-actions[bot]", "password": "ghs_1_a.b.c"}),
    ),
)
