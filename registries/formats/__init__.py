"""
Hand-outs as Docker, Podman and Kubernetes read them.

This package knows the standard library, PyYAML and `registries.distribution`, and nothing of teams or requests. It is
handed logins that are open already, and what it returns holds their passwords.
"""

from registries.formats.documents import SharedHost, auth_json, docker_config, pull_secret
from registries.formats.kubernetes_names import InvalidName, check_kubernetes_name, check_namespace, kubernetes_name
from registries.formats.logins import Login, docker_config_key, path_key
from registries.formats.shell import docker_login
from registries.formats.writing import as_json, as_yaml

__all__ = [
    "InvalidName",
    "Login",
    "SharedHost",
    "as_json",
    "as_yaml",
    "auth_json",
    "check_kubernetes_name",
    "check_namespace",
    "docker_config",
    "docker_config_key",
    "docker_login",
    "kubernetes_name",
    "path_key",
    "pull_secret",
]
