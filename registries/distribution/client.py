"""
The one client of the registry protocol: sign in, read a manifest, list, prove that a push would be let in.

Sources: distribution-spec; https://distribution.github.io/distribution/spec/auth/ for tokens. Three rules keep a
login where it belongs, whatever a registry answers:

- it goes to the registry's own origin and to token services known to belong to it, and nowhere else;
- no redirect is followed, and a link is followed only within the registry's origin;
- a challenge counts only in answer to a request that carried no login, and what is asked of the token service is
  our own scope, never one that the registry named.
"""

import base64
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from enum import Enum
from typing import Any, NoReturn, Protocol
from urllib.parse import urlencode

from console.sentences import say
from registries.distribution.access import granted
from registries.distribution.allowance import Allowance
from registries.distribution.answers import Answer
from registries.distribution.challenge import Challenge, parse_challenges
from registries.distribution.credential import Credential, Secret
from registries.distribution.errors import (
    AccessDenied,
    NotARegistry,
    NotFound,
    RealmRefused,
    RegistryError,
    SignInRefused,
    Unreachable,
)
from registries.distribution.manifest import ACCEPT, Manifest, ManifestBody, is_manifest, platform
from registries.distribution.origin import host_of, origin_of, same_origin_url
from registries.distribution.reference import InvalidReference, is_digest, is_repository, is_tag
from registries.distribution.token_host import may_be_approved, spells

USER_AGENT = "berth/0.1"  # always sent, because Docker Hub may refuse a client that has no name

_MANIFEST_LIMIT_BYTES = 4 * 1024 * 1024  # what the specification asks registries to take at least
_CONFIG_LIMIT_BYTES = 1024 * 1024
_LIST_LIMIT_BYTES = 1024 * 1024
_MOST_PAGES = 5
_TOKEN = re.compile(r"[!-~]{1,32768}", re.ASCII)
_LIKE_A_TOKEN = re.compile(r"[^@.\s]{20,}")  # a user name that may be a secret itself, and no e-mail address
_NEXT = re.compile(r"<([^<>]{1,2048})>[ \t]*;[ \t]*rel=\"?next\"?", re.ASCII | re.IGNORECASE)


class Http(Protocol):
    """The way to the network: one request, one answer, no redirect followed; raises `RegistryError` and nothing else."""

    def request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"", *, limit_bytes: int = 65536
    ) -> Answer: ...


class SignIn(Enum):
    """How a sign-in went."""

    OPEN = "open"  # nobody was asked, so a login, if there is one, is not proved
    BASIC = "basic"  # the registry itself took the login
    TOKEN = "token"  # noqa: S105  # the token service took the login, and the registry its token
    ANONYMOUS = "anonymous"  # there is no login; a token service gives what is public


class Client:
    """
    Speak to the registry at `origin`, such as `https://ghcr.io`, for one examination.

    `realms` are the origins of token services that belong to this registry beside its own. Every method raises
    `RegistryError` for whatever the registry does.
    """

    def __init__(
        self,
        origin: str,
        http: Http,
        *,
        credential: Credential | None,
        realms: Collection[str] = (),
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._origin = origin_of(origin)
        if not self._origin:
            raise ValueError("A registry's origin is http or https, a host and perhaps a port.")
        self._host = host_of(origin)
        self._http = http
        self._credential = credential
        self._realms = frozenset(filter(None, map(origin_of, realms)))
        self._now = now
        self._challenge: Challenge | None = None
        self._tokens: dict[str, Secret] = {}
        self._accepted = False

    # Signing in ------------------------------------------------------------------------------------------------------

    def ping(self) -> list[Challenge]:
        """Ask `/v2/` without a login and return its challenges, [] where the registry is open to all."""
        answer = self._send("GET", "/v2/")
        if answer.status == 401:
            challenges = parse_challenges(answer.all("www-authenticate"))
            self._challenge = self._choose(challenges)
            return challenges
        if answer.status == 403:
            # No login was offered yet, so this says nothing of it: network rules answer so, at Azure for one.
            raise Unreachable(say("The registry turns Berth away before any login."), host=self._host, status=403)
        self._checked_api(answer)
        if not _looks_like_a_registry(answer):
            raise NotARegistry(host=self._host, status=answer.status)
        return []

    def sign_in(self) -> SignIn:
        """Offer the login as `docker login` does; raise `SignInRefused` where it is not taken."""
        if not self.ping():
            return SignIn.OPEN
        if self._credential is None:
            return self._sign_in_anonymously()
        self._checked_api(self._send("GET", "/v2/", self._authorization("")))
        self._accepted = True
        return SignIn.BASIC if self._scheme == "basic" else SignIn.TOKEN

    def _sign_in_anonymously(self) -> SignIn:
        if self._scheme == "basic":
            self._refuse_for_want_of_a_login()
        # A token without a scope proves nothing here, and Harbor refuses one although its public images can be read.
        self._token_service()
        return SignIn.ANONYMOUS

    # Reading ---------------------------------------------------------------------------------------------------------

    def manifest(self, repository: str, reference: str) -> Manifest:
        """Read what a tag or a digest of a repository stands for."""
        path, scope = _manifest_path(repository, reference), f"repository:{repository}:pull"
        answer = self._ask("GET", path, scope, {"Accept": ACCEPT}, limit_bytes=_MANIFEST_LIMIT_BYTES)
        body = ManifestBody.read(answer, asked_for=reference, host=self._host)
        allowance = Allowance.read(answer)
        size_bytes, sized_for = body.size_bytes, ""
        # Where manifests are counted, the second one would be one more pull.
        if body.usual_variant and allowance is None:
            platform_name, digest = body.usual_variant
            size_bytes = self._size_of(repository, digest, scope)
            sized_for = platform_name if size_bytes is not None else ""
        platforms = body.listed_platforms or self._platform_of_config(repository, body.config_digest, scope)
        return Manifest(body.digest, body.media_type, size_bytes, platforms, sized_for, allowance)

    def _size_of(self, repository: str, digest: str, scope: str) -> int | None:
        """Return the size of one image of an index, which is not worth a failure."""
        with suppress(RegistryError):
            path = _manifest_path(repository, digest)
            answer = self._ask("GET", path, scope, {"Accept": ACCEPT}, limit_bytes=_MANIFEST_LIMIT_BYTES)
            return ManifestBody.read(answer, asked_for=digest, host=self._host).size_bytes
        return None

    def _platform_of_config(self, repository: str, digest: str, scope: str) -> tuple[str, ...]:
        if not digest:
            return ()
        # Most large registries redirect blobs to a storage service, which is not followed: the platform is then unknown.
        with suppress(RegistryError, ValueError):
            answer = self._ask("GET", f"/v2/{repository}/blobs/{digest}", scope, limit_bytes=_CONFIG_LIMIT_BYTES)
            return tuple(filter(None, [platform(answer.json())]))
        return ()

    def anyone_can_read(self, repository: str, reference: str) -> bool:
        """
        Whether an image can be read without the login; raise `RegistryError` where that is not told.

        The login is not sent. The question is a HEAD, which a registry that counts pulls does not count.
        """
        stranger = Client(self._origin, self._http, credential=None, realms=self._realms, now=self._now)
        if self._scheme == "bearer":  # What is known already need not be asked for.
            stranger._challenge = self._challenge
        path = _manifest_path(repository, reference)
        try:
            answer = stranger._ask("HEAD", path, f"repository:{repository}:pull", {"Accept": ACCEPT})
        except (AccessDenied, NotFound, SignInRefused):
            return False
        return is_manifest(answer)

    def tags(self, repository: str, limit: int = 100) -> list[str]:
        """Return up to `limit` tags of a repository, in the registry's order."""
        pages = self._pages(f"/v2/{_named(repository)}/tags/list?n={limit}", f"repository:{repository}:pull")
        return [tag for page in pages for tag in _texts(page, "tags") if is_tag(tag)][:limit]

    def catalog(self, limit: int = 100) -> list[str]:
        """Return up to `limit` repositories, in the registry's order; many registries refuse this."""
        pages = self._pages(f"/v2/_catalog?n={limit}", "registry:catalog:*")
        return [name for page in pages for name in _texts(page, "repositories") if is_repository(name)][:limit]

    def _pages(self, path: str, scope: str) -> Iterator[Any]:
        for _ in range(_MOST_PAGES):
            answer = self._ask("GET", path, scope, limit_bytes=_LIST_LIMIT_BYTES)
            try:
                yield answer.json()
            except ValueError:
                raise NotARegistry(say("The registry sent something that is not a list."), host=self._host) from None
            link = _NEXT.search(answer.header("link"))
            url = same_origin_url(self._origin + path, link[1]) if link else ""
            if not url:
                return
            path = url.removeprefix(self._origin)

    # Writing ---------------------------------------------------------------------------------------------------------

    def try_push(self, repository: str) -> None:
        """Start an upload and cancel it, which leaves nothing behind; raise `AccessDenied` where it may not be started."""
        path = f"/v2/{_named(repository)}/blobs/uploads/"
        scope = f"repository:{repository}:push,pull"
        answer = self._ask("POST", path, scope)
        if answer.status not in (201, 202):
            raise NotARegistry(say("The registry answers an upload oddly."), host=self._host, status=answer.status)
        location = same_origin_url(self._origin + path, answer.header("location"))
        if location.startswith(self._origin + path):  # Nothing else of the registry is deleted at its word.
            # What the registry says to this does not matter: it ends unfinished uploads by itself.
            with suppress(RegistryError):
                self._send("DELETE", location.removeprefix(self._origin), self._authorization(scope))

    def may_push(self, repository: str) -> bool:
        """
        Whether the token service grants a push, by its token's own words; False where they cannot be read.

        Nothing is sent to the registry. Some token services create a repository when they are asked, so the caller has
        to know that this one does not.
        """
        if self._scheme != "bearer":
            return False
        scope = f"repository:{_named(repository)}:push,pull"
        self._authorization(scope)
        return "push" in granted(self._tokens[scope].reveal(), repository)

    # One request -----------------------------------------------------------------------------------------------------

    def _ask(
        self, method: str, path: str, scope: str, headers: Mapping[str, str] | None = None, *, limit_bytes: int = 65536
    ) -> Answer:
        """Send a request with what lets it in; where that is not known yet, learn it from a 401 and repeat once."""
        headers = headers or {}
        authorization = self._authorization(scope)
        answer = self._send(method, path, {**headers, **authorization}, limit_bytes=limit_bytes)
        if answer.status == 401 and not authorization:
            self._challenge = self._choose(parse_challenges(answer.all("www-authenticate")))
            authorization = self._authorization(scope)
            answer = self._send(method, path, {**headers, **authorization}, limit_bytes=limit_bytes)
        return self._checked(answer)

    def _checked(self, answer: Answer) -> Answer:
        """Return an answer about a repository where it is a success, else raise what it means."""
        try:
            return answer.checked(self._host, self._now)
        except SignInRefused as error:
            if not self._accepted and self._credential is not None:
                raise
            # There is no login, or it was taken before, so what is lacking is a right: Harbor says 401 to both.
            raise AccessDenied(host=self._host, status=error.status, code=error.code) from None

    def _checked_api(self, answer: Answer, *, at_token_service: bool = False) -> Answer:
        """Return an answer of the API's own pages where it is a success; where they are missing, there is no registry."""
        try:
            return self._checked(answer)
        except NotFound as error:
            refusal: RegistryError = NotARegistry(host=self._host, status=error.status, code=error.code)
        except RegistryError as error:
            refusal = error
        refusal.at_token_service = at_token_service
        raise refusal

    def _send(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, *, limit_bytes: int = 65536
    ) -> Answer:
        return self._http.request(
            method, self._origin + path, {"User-Agent": USER_AGENT, **(headers or {})}, limit_bytes=limit_bytes
        )

    # Authorization ---------------------------------------------------------------------------------------------------

    @property
    def was_asked_for_a_login(self) -> bool:
        """Whether the registry asked for a login until now, so that one was sent where there is one."""
        return self._challenge is not None

    @property
    def _scheme(self) -> str:
        return self._challenge.scheme if self._challenge else ""

    def _choose(self, challenges: list[Challenge]) -> Challenge:
        for challenge in challenges:
            if challenge.scheme in ("basic", "bearer"):
                return challenge
        raise NotARegistry(say("The host asks for a login in a way no registry does."), host=self._host, status=401)

    def _authorization(self, scope: str) -> dict[str, str]:
        if self._challenge is None:
            return {}
        if self._scheme == "basic":
            return self._basic() or self._refuse_for_want_of_a_login()
        if scope not in self._tokens:
            self._tokens[scope] = self._fetch_token(scope)
        return {"Authorization": f"Bearer {self._tokens[scope].reveal()}"}

    def _basic(self) -> dict[str, str]:
        if self._credential is None:
            return {}
        login = f"{self._credential.username}:{self._credential.password.reveal()}"
        return {"Authorization": "Basic " + base64.b64encode(login.encode()).decode()}

    def _refuse_for_want_of_a_login(self) -> NoReturn:
        raise SignInRefused(say("The registry asks for a login, and none is given."), host=self._host, status=401)

    def _fetch_token(self, scope: str) -> Secret:
        realm = self._token_service()
        named = {"service": self._challenge.service if self._challenge else "", "scope": scope}
        query = urlencode({name: value for name, value in named.items() if value})
        url = realm + ("&" if "?" in realm else "?") + query if query else realm
        answer = self._http.request("GET", url, {"User-Agent": USER_AGENT, **self._basic()})
        return self._token_in(self._checked_api(answer, at_token_service=True))

    def _token_service(self) -> str:
        """Return the realm, once it is sure that it may have the login; an anonymous client keeps to the same rule."""
        realm = self._challenge.realm if self._challenge else ""
        origin = origin_of(realm)
        known = origin in self._realms and origin.startswith("https://")
        if not origin or not (origin == self._origin or known):
            raise RealmRefused(host=self._host, origin="" if self._may_not_be_told(origin) else origin)
        return realm

    def _may_not_be_told(self, origin: str) -> bool:
        """Whether the name of a token service stays untold: nobody may approve it, or the login stands in it."""
        if not may_be_approved(origin):
            return True
        secrets = [token.reveal() for token in self._tokens.values()]
        if self._credential is not None:
            secrets += [self._credential.password.reveal(), self._basic()["Authorization"].removeprefix("Basic ")]
            secrets += _LIKE_A_TOKEN.findall(self._credential.username)
        return any(spells(origin, secret) for secret in secrets)

    def _token_in(self, answer: Answer) -> Secret:
        try:
            content = answer.json()
        except ValueError:
            content = None
        if isinstance(content, dict):
            token = content.get("token") or content.get("access_token")
            if isinstance(token, str) and _TOKEN.fullmatch(token):
                return Secret(token)
        error = NotARegistry(say("The token service sent no token."), host=self._host, status=answer.status)
        error.at_token_service = True
        raise error


def _named(repository: str) -> str:
    if not is_repository(repository):
        raise InvalidReference(say("This is not the name of a repository."))
    return repository


def _manifest_path(repository: str, reference: str) -> str:
    if not (is_tag(reference) or is_digest(reference)):
        raise InvalidReference(say("A manifest is asked for by a tag or a digest."))
    return f"/v2/{_named(repository)}/manifests/{reference}"


def _texts(page: Any, name: str) -> list[str]:
    values = page.get(name) if isinstance(page, dict) else None
    return [value for value in values if isinstance(value, str)] if isinstance(values, list) else []


def _looks_like_a_registry(answer: Answer) -> bool:
    """Whether a success at `/v2/` is a registry's: by its header, or since its body is empty or JSON and not a web page."""
    if answer.header("docker-distribution-api-version").startswith("registry/2") or not answer.body.strip():
        return True
    try:
        answer.json()
    except ValueError:
        return False
    return True
