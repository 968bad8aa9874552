"""NVIDIA NGC."""

from typing import Any

from tests.registries.flavor_table.rows import DIGEST, PASSWORD, Good, Row, look_alikes_of

NGC = {"namespace": "nvidia", "password": PASSWORD}
AT_NGC: dict[str, Any] = {"host": "nvcr.io", "account": "$oauthtoken", "login": ("$oauthtoken", PASSWORD)}

ROW = Row(
    slug="ngc",
    typed=NGC,
    good=(
        Good(typed=NGC, **AT_NGC, prefix="nvidia"),
        Good(typed=NGC | {"namespace": "https://nvcr.io/NVIDIA/", "password": f"{PASSWORD}\n"}, **AT_NGC, prefix="nvidia"),
        Good(typed=NGC | {"namespace": "nvcr.io/northwind/vision"}, **AT_NGC, prefix="northwind/vision"),
        Good(typed=NGC | {"namespace": "0123456789/team_a"}, **AT_NGC, prefix="0123456789/team_a"),
        Good(typed=NGC | {"namespace": "nim/nvidia", "username": "somebody"}, **AT_NGC, prefix="nim/nvidia"),
    ),
    refused=(
        ("namespace", {"namespace": ""}, "Enter the organization or team."),
        ("namespace", {"namespace": "/"}, "Enter the organization or team."),
        ("namespace", {"namespace": "nvcr.io/"}, "Enter the organization or team."),
        ("namespace", {"namespace": "nvidia//pytorch"}, "single slashes"),
        ("namespace", {"namespace": "nvidia/pytorch:23.05-py3"}, "single slashes"),
        ("namespace", {"namespace": "$oauthtoken"}, "single slashes"),
        ("namespace", {"namespace": "nvidia\r\nX: y"}, "single slashes"),
        ("namespace", {"namespace": "nvıdia"}, "plain letters"),
        ("namespace", {"namespace": "a" * 256}, "at most 255"),
        ("password", {"password": ""}, "Enter the API key."),
        ("password", {"password": "nvapi-\x00"}, "control character"),
        ("password", {"password": "x" * 4097}, "at most 4096"),
    ),
    serves=("nvcr.io",),
    look_alikes=(
        *look_alikes_of("nvcr.io"),
        "xnvcr.io",
        "nvcr.com",
        "a.nvcr.io",
        "nvcr.nvidia.com",
        "ngc.nvidia.com",
        "nvrc.io",
    ),
    images=(
        ("nvcr.io/nvidia/pytorch:23.05-py3", {"namespace": "nvidia"}),
        ("nvcr.io/nvidia/pytorch", {"namespace": "nvidia"}),
        (f"nvcr.io/nvidia/pytorch@{DIGEST}", {"namespace": "nvidia"}),
        (f"nvcr.io/nvidia/pytorch:23.05-py3@{DIGEST}", {"namespace": "nvidia"}),
        ("nvcr.io/northwind/vision/ranker:2.4", {"namespace": "northwind/vision"}),
        ("nvcr.io/nim/meta/llama-3.1-8b-instruct:1.3.3", {"namespace": "nim/meta"}),
        ("nvcr.io/nvidia/cloud-native/gpu-operator/sub/driver:550", {"namespace": "nvidia/cloud-native/gpu-operator/sub"}),
        ("nvcr.io/0123456789/team_a/web", {"namespace": "0123456789/team_a"}),
        ("NVCR.io/nvidia/pytorch:23.05-py3", {"namespace": "nvidia"}),
        ("docker pull nvcr.io/nvidia/pytorch:23.05-py3", {"namespace": "nvidia"}),
        ("docker run --rm -it --gpus=all nvcr.io/nvidia/pytorch:23.05-py3", {"namespace": "nvidia"}),
        ("https://nvcr.io/nvidia/pytorch:23.05-py3", {"namespace": "nvidia"}),
        ("nvcr.io/pytorch", {}),
    ),
    logins=(
        ("$oauthtoken", PASSWORD, {"password": PASSWORD}),
        ("mara", PASSWORD, None),
        ("oauthtoken", PASSWORD, None),
    ),
)
