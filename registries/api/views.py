"""The addresses of the API (product page, section 8). Each asks for the login, and writes the answer."""

from typing import Annotated, Any, Literal

from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import StringConstraints

from registries import formats
from registries.api import asking
from registries.api.answers import CredentialAnswer, ProblemAnswer, RegistriesAnswer, RegistryAnswer
from registries.api.door import Machine
from registries.api.problems import Problem
from registries.models import Asker, HandOut, HandOutResult

Image = Annotated[
    str, Query(max_length=2048, description="An image as workloads write it, such as `ghcr.io/example-org/app:1.4`.")
]
Server = Annotated[
    str, Query(max_length=2048, description="The host of a registry, or its address as Docker’s credential helper asks.")
]
Registry = Annotated[
    str, Query(max_length=2048, description="The name of a registry, as `containerRegistry` has it, or a former one.")
]
Names = Annotated[
    list[Annotated[str, StringConstraints(min_length=1, max_length=64)]],
    Query(max_length=100, description="The name of a registry. Without one: all that have a login and are not paused."),
]

PROBLEMS: dict[int, Any] = {400: ProblemAnswer}  # `description` names those of each address.

router = Router(auth=Machine(), tags=["hand-outs"])


class MachineRequest(HttpRequest):
    """A request that came through the machines' door."""

    auth: Asker


@router.get("/credentials", response={200: CredentialAnswer, **PROBLEMS}, summary="The login for an image")
def credentials(
    request: MachineRequest, image: Image = "", server: Server = "", registry: Registry = ""
) -> CredentialAnswer:
    """
    The login that an image gets: of the connections with its host whose prefix holds it, the longest prefix wins.

    With `registry` it has to be that connection, and the image has to fit. `server` asks for a host, as Docker’s
    credential helper does; `registry` alone asks by name.
    """
    if bool(image) + bool(server) != 1 and not (registry and not image and not server):
        raise Problem("invalid_request", "Ask by image, or by server, or by registry alone.")
    if server and registry:
        raise Problem("invalid_request", "A server is asked for without a registry’s name.")
    if image:
        found = asking.for_image(request.auth, image, registry)
    else:
        found = asking.for_server(request.auth, server) if server else asking.by_name(request.auth, registry)
    return CredentialAnswer.made_of(*found)


@router.get("/registries", response={200: RegistriesAnswer, **PROBLEMS}, summary="The registries of this token")
def registries(request: MachineRequest) -> RegistriesAnswer:
    """The names, addresses and health of the connections that this token may have. No secrets."""
    HandOut.objects.note(request.auth, HandOutResult.GIVEN, kind=HandOut.Kind.LIST)
    rows = asking.visible(request.auth).select_related("last_check").order_by(Lower("name"))
    return RegistriesAnswer(registries=[RegistryAnswer.made_of(row) for row in rows])


@router.get("/docker-config", response={200: dict[str, Any], **PROBLEMS}, summary="A config.json")
def docker_config(
    request: MachineRequest,
    registry: Names = [],  # noqa: B006  # ninja reads it, and nobody changes it.
    format: Annotated[  # noqa: A002  # It is the parameter's name.
        Literal["docker", "containers"], Query(description="Whose file it is.")
    ] = "docker",
) -> HttpResponse:
    """
    The logins of some registries, or of all that this token may have, as Docker’s `config.json`.

    `format=containers` is the `auth.json` of Podman, Buildah and Skopeo, whose keys tell two paths of one host apart.
    """
    paths = format == "containers"
    logins = asking.several(request.auth, registry, kind=HandOut.Kind.DOCKER_CONFIG, paths=paths)
    document = formats.auth_json(logins) if paths else formats.docker_config(logins)
    return HttpResponse(formats.as_json(document), content_type="application/json")


@router.get("/pull-secret", response={200: dict[str, Any], **PROBLEMS}, summary="A Kubernetes pull secret")
def pull_secret(
    request: MachineRequest,
    registry: Names = [],  # noqa: B006
    name: Annotated[str, Query(max_length=253, description="The name of the Secret.")] = "",
    namespace: Annotated[str, Query(max_length=63, description="Its namespace; none is written where none is named.")] = "",
    format: Annotated[Literal["yaml", "json"], Query(description="How it is written.")] = "yaml",  # noqa: A002
) -> HttpResponse:
    """
    A Secret of the type `kubernetes.io/dockerconfigjson` with the logins of some registries, or of all.

    Without a name it is called after its only registry, else `berth`.
    """
    try:
        name = name or (formats.kubernetes_name(registry[0]) if len(registry) == 1 else "berth")
        formats.check_kubernetes_name(name)
        if namespace:
            formats.check_namespace(namespace)
    except formats.InvalidName as error:
        raise Problem("invalid_name", str(error)) from None
    logins = asking.several(request.auth, registry, kind=HandOut.Kind.PULL_SECRET, paths=True)
    secret = formats.pull_secret(logins, name=name, namespace=namespace)
    if format == "json":
        return HttpResponse(formats.as_json(secret), content_type="application/json")
    return HttpResponse(formats.as_yaml(secret), content_type="application/yaml")
