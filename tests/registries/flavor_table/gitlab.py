"""GitLab, at gitlab.com and self-managed."""

from typing import Any

from tests.registries.flavor_table.rows import DIGEST, PASSWORD, Good, Row, look_alikes_of

GITLAB = {
    "registry": "registry.gitlab.com",
    "gitlab_host": "",
    "namespace": "northwind/vision",
    "method": "deploy",
    "username": "gitlab+deploy-token-42",
    "password": PASSWORD,
}
AT_GITLAB: dict[str, Any] = {
    "host": "registry.gitlab.com",
    "prefix": "northwind/vision",
    "account": "gitlab+deploy-token-42",
    "realms": ("https://gitlab.com",),
}
IN_VISION = {"registry": "registry.gitlab.com", "namespace": "northwind/vision"}
OWN = GITLAB | {"registry": "registry.gitlab.corp.example", "gitlab_host": "gitlab.corp.example"}

ROW = Row(
    slug="gitlab",
    typed=GITLAB,
    good=(
        Good(typed=GITLAB, **AT_GITLAB, login=("gitlab+deploy-token-42", PASSWORD)),
        Good(
            typed=GITLAB
            | {
                "registry": "https://Registry.GitLab.com/v2/",
                "namespace": "https://gitlab.com/Northwind/Vision",
                "gitlab_host": "gitlab.com",
                "password": f" {PASSWORD}\r\n",
            },
            **AT_GITLAB,
            login=("gitlab+deploy-token-42", PASSWORD),
        ),
        Good(
            typed=GITLAB | {"registry": "gitlab.com:443", "namespace": "registry.gitlab.com/northwind/vision"},
            **AT_GITLAB,
            login=("gitlab+deploy-token-42", PASSWORD),
        ),
        Good(
            typed=GITLAB | {"method": "personal", "username": "mara", "password": "mycompany-glpat-abc.01.def"},
            **AT_GITLAB | {"account": "mara"},
            login=("mara", "mycompany-glpat-abc.01.def"),
        ),
        Good(
            typed=GITLAB | {"password": "glpat-abc"},
            **AT_GITLAB,
            login=("gitlab+deploy-token-42", "glpat-abc"),
            advice="looks like an access token",
        ),
        Good(
            typed=GITLAB | {"method": "group", "password": "gldt-abc"},
            **AT_GITLAB,
            login=("gitlab+deploy-token-42", "gldt-abc"),
            advice="looks like a deploy token",
        ),
        Good(
            typed=GITLAB | {"password": "gloas-abc"},
            **AT_GITLAB,
            login=("gitlab+deploy-token-42", "gloas-abc"),
            advice="OAuth application",
        ),
        Good(
            typed=OWN | {"namespace": "gitlab.corp.example/northwind/vision"},
            **AT_GITLAB | {"host": "registry.gitlab.corp.example", "realms": ("https://gitlab.corp.example",)},
            login=("gitlab+deploy-token-42", PASSWORD),
        ),
        Good(
            typed=OWN | {"registry": "gitlab.corp.example:5050", "gitlab_host": "https://gitlab.corp.example:8443/"},
            **AT_GITLAB | {"host": "gitlab.corp.example:5050", "realms": ("https://gitlab.corp.example:8443",)},
            login=("gitlab+deploy-token-42", PASSWORD),
        ),
        Good(
            typed=OWN | {"gitlab_host": ""},
            **AT_GITLAB | {"host": "registry.gitlab.corp.example", "realms": ()},
            login=("gitlab+deploy-token-42", PASSWORD),
            advice="another host",
        ),
    ),
    refused=(
        ("registry", {"registry": ""}, "Enter the registry host."),
        ("registry", {"registry": "registry.gitlab.com/northwind"}, "Enter the host alone."),
        ("registry", {"registry": "http://registry.corp.example"}, "This form is for https."),
        ("registry", {"registry": f"https://u:{PASSWORD}@registry.corp.example"}, "Leave the login out"),
        ("registry", {"registry": "registry.gitlab.com#x"}, "Leave out"),
        ("registry", {"registry": "registry.gitlаb.com"}, "plain letters"),
        ("registry", {"registry": "registry.corp.example:0"}, "port"),
        ("gitlab_host", {"gitlab_host": "gitlab.corp.example"}, "Leave this blank"),
        ("gitlab_host", OWN | {"gitlab_host": "gitlab.corp.example/northwind"}, "Enter the host alone."),
        ("gitlab_host", OWN | {"gitlab_host": "http://gitlab.corp.example"}, "This form is for https."),
        ("namespace", {"namespace": ""}, "Enter the group or project."),
        ("namespace", {"namespace": "https://gitlab.com/"}, "Enter the group or project."),
        ("namespace", {"namespace": "northwind/../vision"}, "single slashes"),
        ("namespace", {"namespace": "northwind/vision:latest"}, "single slashes"),
        ("namespace", {"namespace": "gitlab+deploy-token-42"}, "single slashes"),
        ("method", {"method": "password"}, "Choose one"),
        ("username", {"username": ""}, "Enter the token username."),
        ("username", {"username": "gitlab:token"}, "colon"),
        ("password", {"password": ""}, "Enter the token."),
        ("password", {"password": "gldt-\x00"}, "control character"),
    ),
    serves=("registry.gitlab.com",),
    look_alikes=(
        *look_alikes_of("registry.gitlab.com"),
        "gitlab.com",
        "xregistry.gitlab.com",
        "registry.gitlab.org",
        "registry.gitlab.com.example",
        "registry.gitiab.com",
        "registry.gitlab.corp.example",
    ),
    images=(
        ("registry.gitlab.com/northwind/vision/ranker:2.4", IN_VISION),
        ("registry.gitlab.com/northwind/vision/ranker", IN_VISION),
        (f"registry.gitlab.com/northwind/vision/ranker@{DIGEST}", IN_VISION),
        (f"registry.gitlab.com/northwind/vision/ranker:2.4@{DIGEST}", IN_VISION),
        ("registry.gitlab.com/northwind/vision:2.4", IN_VISION | {"namespace": "northwind"}),
        (
            "registry.gitlab.com/northwind/labs/vision/ranker/train:2.4",
            IN_VISION | {"namespace": "northwind/labs/vision/ranker"},
        ),
        ("registry.gitlab.com/north_wind/vi.sion/ranker:2.4", IN_VISION | {"namespace": "north_wind/vi.sion"}),
        ("Registry.GitLab.com/northwind/vision/ranker:2.4", IN_VISION),
        ("docker pull registry.gitlab.com/northwind/vision/ranker:2.4", IN_VISION),
        ("nerdctl image pull registry.gitlab.com/northwind/vision/ranker", IN_VISION),
        ("FROM registry.gitlab.com/northwind/vision/ranker:2.4", IN_VISION),
        ("image: registry.gitlab.com/northwind/vision/ranker:2.4\n", IN_VISION),
        ('"registry.gitlab.com/northwind/vision/ranker:2.4"', IN_VISION),
        ("https://registry.gitlab.com/northwind/vision/ranker", IN_VISION),
        ("registry.gitlab.com/ranker:2.4", {"registry": "registry.gitlab.com"}),
    ),
    logins=(
        (
            "gitlab+deploy-token-42",
            PASSWORD,
            {"method": "deploy", "username": "gitlab+deploy-token-42", "password": PASSWORD},
        ),
        ("pull-only", "gldt-abc", {"method": "deploy", "username": "pull-only", "password": "gldt-abc"}),
        ("mara", "glpat-abc", {"method": "personal", "username": "mara", "password": "glpat-abc"}),
        (
            "gitlab+deploy-token-42",
            "glpat-abc",
            {"method": "personal", "username": "gitlab+deploy-token-42", "password": "glpat-abc"},
        ),
        ("mara", "gloas-abc", {"username": "mara", "password": "gloas-abc"}),
        ("mara", PASSWORD, {"username": "mara", "password": PASSWORD}),
        ("gitlab-ci-token", "glcbt-64_abc", None),
    ),
)
