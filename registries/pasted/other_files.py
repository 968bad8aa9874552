"""Files that people paste in place of a file of logins, and what is said of each."""

from typing import Any

from console.sentences import say

UNKNOWN = say(
    "Berth finds no logins in this. Paste a config.json of Docker or Podman, a Kubernetes pull secret, or a docker login "
    "command."
)
SERVICE_ACCOUNT = say("This is a Google service account key. Choose Google, and paste it there as the JSON key.")
KUBECONFIG = say("This is a kubeconfig, which signs in to a cluster and not to a registry.")
ANOTHER_OBJECT = say("This is a Kubernetes object of another kind than a Secret. It holds no logins.")

_BY_KIND = {
    "SealedSecret": say("This is a SealedSecret, which only its cluster can open. Paste the Secret made of it."),
    "ExternalSecret": say("This is an ExternalSecret, which names where a login comes from. Paste the Secret made of it."),
    "Config": KUBECONFIG,
}
_BY_NAMES = (
    ({"services"}, say("This is a Compose file. It names images, and holds no logins.")),
    ({"clusters", "contexts", "users"}, KUBECONFIG),
    ({"installed"}, say("This is an OAuth client file of Google, not a login to a registry.")),
    ({"schemaVersion"}, say("This is the manifest of an image. It holds no logins.")),
    (
        {"ServerURL", "Secret"},
        say("This is the answer of a credential helper. Enter its user name and its secret in a form."),
    ),
    ({"currentContext"}, say("This Docker configuration holds no login.")),
    ({"HttpHeaders"}, say("This Docker configuration holds no login.")),
)


def what_it_is(document: dict[str, Any]) -> str:
    """Say for people what a document is that is no file of logins, in words that quote none of it."""
    kind = document.get("kind")
    if document.get("type") == "service_account":
        return SERVICE_ACCOUNT
    if isinstance(kind, str) and "apiVersion" in document:
        return _BY_KIND.get(kind, ANOTHER_OBJECT)
    return next((words for names, words in _BY_NAMES if names <= document.keys()), UNKNOWN)
