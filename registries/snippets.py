"""
What people paste to use a connection, and the same with the classes of a highlighter.

None of it holds a secret: what asks Berth for one does so with a machine token, which is in a file or in the environment
and never in a command line, where every process of a machine could read it. Source: reference page, section 4.
"""

import shlex
from typing import Literal
from urllib.parse import urlencode

from django.utils.safestring import SafeString, mark_safe
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import BashLexer, JsonLexer, YamlLexer

from registries import formats
from registries.formats.kubernetes_names import container_name
from registries.models import Connection

HELPER = "berth"  # Docker puts `docker-credential-` before it
PROVIDER = "berth-credential-provider"
TOKEN_FILE = "/etc/berth/token"  # noqa: S105 - where it lies, not what it is
_LEXERS = {"yaml": YamlLexer, "json": JsonLexer, "shell": BashLexer}


def workflow(connection: Connection) -> str:
    """Return the lines of a workflow file that name a connection next to its image."""
    return formats.as_yaml({"image": connection.example_image, "containerRegistry": connection.name})


# Docker and Podman ---------------------------------------------------------------------------------------------------


def docker_login(connection: Connection, username: str) -> str:
    """
    Return the line that signs Docker in with a password which the machine client fetches.

    `username` is "" where it is not known without opening the login, or is the token itself. A command line is no place
    for it then, so the client writes Docker's own file.
    """
    name = shlex.quote(connection.name)
    if not username:
        return f"berth docker-config {name} --merge ~/.docker/config.json\n"
    return f"berth credential --registry {name} --password \\\n  | {formats.docker_login(connection.host, username)}\n"


def docker_login_by_curl(connection: Connection, username: str, url: str) -> str:
    """
    Return the same for a machine without the client; `url` is Berth's own address, and the token is in `BERTH_TOKEN`.

    The shell itself writes the token into curl's standard input, so that no command line holds it. `username` is known.
    """
    asked = f"{url.rstrip('/')}/api/v1/credentials?{urlencode({'registry': connection.name})}"
    return (
        """printf 'header = "Authorization: Bearer %s"\\n' "$BERTH_TOKEN" \\\n"""
        f"  | curl -fsS --config - {shlex.quote(asked)} \\\n"
        "  | jq -j .password \\\n"
        f"  | {formats.docker_login(connection.host, username)}\n"
    )


def helper_config(connection: Connection) -> str:
    """Return the `config.json` with which Docker asks Berth for this host, and stores nothing."""
    return formats.as_json({"credHelpers": {formats.docker_config_key(connection.host): HELPER}})


def containers_helper_config(connection: Connection) -> str:
    """Return the `auth.json` with which Podman, Buildah and Skopeo ask; Docker Hub's key is another one than Docker's."""
    return formats.as_json({"credHelpers": {connection.host: HELPER}})


def containers_auth(connection: Connection) -> str:
    """Return the line that puts the login into `auth.json`, for its path alone."""
    name = shlex.quote(connection.name)
    return f"berth docker-config {name} --format containers --merge ~/.config/containers/auth.json\n"


def client(url: str) -> str:
    """Return the lines that fetch the machine client and give it the three names that it acts by."""
    folder, source = "/usr/local/bin", shlex.quote(f"{url.rstrip('/')}/machine/berth.py")
    return (
        f"sudo curl -fsSo {folder}/berth {source}\n"
        f"sudo chmod 755 {folder}/berth\n"
        f"sudo ln -sf berth {folder}/docker-credential-{HELPER}\n"
        f"sudo ln -sf berth {folder}/{PROVIDER}\n"
    )


def environment(url: str) -> str:
    """Return the lines that tell the machine client where Berth is, and where its token lies."""
    return f"export BERTH_URL={shlex.quote(url.rstrip('/'))}\nexport BERTH_TOKEN_FILE={TOKEN_FILE}\n"


# Kubernetes ----------------------------------------------------------------------------------------------------------


def pull_secret(connection: Connection, namespace: str = "ml") -> str:
    """Return the line that puts the login into a namespace of a cluster."""
    return f"berth pull-secret {shlex.quote(connection.name)} --namespace {shlex.quote(namespace)} | kubectl apply -f -\n"


def pod(connection: Connection, namespace: str = "ml") -> str:
    """Return a pod that pulls with this Secret."""
    image = connection.example_image
    # Between its last slash and its tag or digest stands an image's own name.
    name = container_name(image.partition("@")[0].rpartition("/")[2].partition(":")[0])
    return formats.as_yaml(
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": name, "namespace": namespace},
            "spec": {
                "imagePullSecrets": [{"name": formats.kubernetes_name(connection.name)}],
                "containers": [{"name": name, "image": image}],
            },
        }
    )


def credential_provider(connection: Connection, url: str) -> str:
    """Return the kubelet's `CredentialProviderConfig`, with which a node asks Berth for this connection's images."""
    flags = f"--image-credential-provider-config=FILE --image-credential-provider-bin-dir=DIR, where {PROVIDER} is"
    document = {
        "apiVersion": "kubelet.config.k8s.io/v1",
        "kind": "CredentialProviderConfig",
        "providers": [
            {
                "name": PROVIDER,
                "matchImages": [formats.path_key(connection.host, connection.prefix)],
                "defaultCacheDuration": "5m",
                "apiVersion": "credentialprovider.kubelet.k8s.io/v1",
                "env": [
                    {"name": "BERTH_URL", "value": url.rstrip("/")},
                    {"name": "BERTH_TOKEN_FILE", "value": TOKEN_FILE},
                ],
            }
        ],
    }
    return f"# kubelet {flags}\n{formats.as_yaml(document)}"


def highlighted(text: str, language: Literal["yaml", "json", "shell"] = "yaml") -> SafeString:
    """Return a snippet as HTML with classes only, since the content security policy allows no inline style."""
    # Pygments escapes what it marks up.
    marked: str = highlight(text, _LEXERS[language](), HtmlFormatter(nowrap=True))
    return mark_safe(marked)  # noqa: S308
