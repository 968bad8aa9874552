"""
Asking AWS for the twelve-hour password of its registries. Source: reference page, section 3.6.

botocore signs the request and reads the answer, and our own `Http` carries both, so that the egress policy, the deadline
and the caps hold here too. Of the machine that Berth runs on, nothing is read: no variable, no file, no metadata service.
What AWS says in words is never repeated, since it may quote the key.
"""

import base64
import json
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Any
from urllib.parse import urlsplit

from console.sentences import say
from registries.distribution import (
    AccessDenied,
    Credential,
    Http,
    NotARegistry,
    RateLimited,
    RegistryError,
    Secret,
    SignInRefused,
    Unreachable,
)
from registries.distribution.client import USER_AGENT
from registries.flavors.aws_places import Place
from registries.flavors.ends import moment

USERNAME = "AWS"
_LONGEST_PASSWORD = 16 * 1024
_LIMIT_BYTES = 64 * 1024
_ROLE_SECONDS = 900  # the least that AWS takes; one question is asked with it

_UNKNOWN_KEY = say("AWS does not know this access key, or knows it in other regions only.")
_WRONG_SECRET = say("The secret access key is not the one of this access key.")
_MAY_NOT_ASSUME = say("AWS knows the access key, which may not assume the role.")
_MAY_NOT_ASK = say("AWS knows the access key, which may not ask for a password.")
_REFUSED = {
    "UnrecognizedClientException": _UNKNOWN_KEY,
    "InvalidClientTokenId": _UNKNOWN_KEY,
    "InvalidAccessKeyId": _UNKNOWN_KEY,
    "InvalidSignatureException": _WRONG_SECRET,
    "SignatureDoesNotMatch": _WRONG_SECRET,
    "ExpiredToken": say("The session token has ended."),
    "ExpiredTokenException": say("The session token has ended."),
    "RegionDisabledException": say("This region is not enabled for the AWS account."),
    "OptInRequired": say("This region is not enabled for the AWS account."),
}
_NOT_ALLOWED = frozenset({"AccessDenied", "AccessDeniedException"})
_THROTTLED = frozenset({"Throttling", "ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded"})


@dataclass(frozen=True, kw_only=True)
class AccessKey:
    """A key of AWS's own; `session_token` comes with the temporary ones."""

    key_id: str
    secret: Secret
    session_token: Secret | None = None

    @property
    def is_one(self) -> bool:
        """Whether each part is there and could be AWS's: it signs with the secret, and sends the rest in headers."""
        parts = [self.key_id, self.secret.reveal(), *([self.session_token.reveal()] if self.session_token else [])]
        return all(part and part.isascii() and part.isprintable() and " " not in part for part in parts)


def mint(
    http: Http, *, host: str, key: AccessKey, place: Place, role: str = "", endpoint_url: str | None = None
) -> Credential:
    """
    Ask AWS for a password of the registry at `host`, after taking on the role, an ARN, where there is one.

    `endpoint_url` stands in for AWS in tests, which hand it over in Python. Raises `RegistryError`; with a key that is
    not complete `SignInRefused`, and then nothing was sent.
    """
    ask = partial(_ask, http, place=place, endpoint_url=endpoint_url)
    if role:
        seconds = _ROLE_SECONDS
        key = _assumed(ask("sts", "assume_role", key=key, RoleArn=role, RoleSessionName="berth", DurationSeconds=seconds))
    answer = ask("ecr-public" if place.public else "ecr", "get_authorization_token", key=key)
    try:
        data = answer["authorizationData"]
        data = data if place.public else data[0]
        username, _, password = base64.b64decode(data["authorizationToken"], validate=True).decode("ascii").partition(":")
        expires_at = data["expiresAt"].astimezone(UTC)
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError):
        username = password = ""
    if username != USERNAME or not password.isprintable() or not password:
        raise NotARegistry(say("AWS gave no password."), host=host)
    return Credential(host=host, username=username, password=Secret(password), expires_at=expires_at)


def password_end(password: Secret) -> datetime | None:
    """Return when a password of ECR ends, aware UTC, which it says of itself: it is base64 of JSON. Else None."""
    text = password.reveal()
    if not text.startswith("eyJ") or len(text) > _LONGEST_PASSWORD:
        return None
    try:
        told = json.loads(base64.b64decode(text, validate=True))
    except (ValueError, RecursionError):
        return None
    return moment(told.get("expiration")) if isinstance(told, dict) else None


# Asking --------------------------------------------------------------------------------------------------------------


def _ask(
    http: Http, service: str, operation: str, *, key: AccessKey, place: Place, endpoint_url: str | None, **parameters: Any
) -> Mapping[str, Any]:
    """Call one operation of one service, and return the answer as botocore reads it."""
    if not key.is_one:
        # botocore would take an empty key for none, and look for one on this machine.
        raise SignInRefused(say("The access key is not complete, or no key of AWS, so nothing was sent."))
    from botocore.exceptions import ClientError  # As below: few processes ever mint.

    host = ""
    try:
        with closing(_client(http, service, key, place, endpoint_url)) as client:
            host = urlsplit(client.meta.endpoint_url).hostname or ""
            answer: Mapping[str, Any] = getattr(client, operation)(**parameters)
            return answer
    except RegistryError:
        raise
    except ClientError as error:
        failure = _refusal(error, host)
    except Exception:  # noqa: BLE001  # Whatever it was, botocore stumbled over the answer.
        failure = NotARegistry(say("AWS answers in words that Berth does not know."), host=host)
    raise failure  # Here, so that what AWS said is not its context.


def _client(http: Http, service: str, key: AccessKey, place: Place, endpoint_url: str | None) -> Any:
    """Make a client that knows what it is told and nothing else, and sends by way of `http`."""
    # boto3 takes long to import, and few processes ever mint.
    import boto3
    import botocore.session
    from botocore.awsrequest import AWSPreparedRequest, AWSResponse
    from botocore.config import Config
    from botocore.loaders import Loader

    for name in ("boto3", "botocore"):
        logging.getLogger(name).setLevel(logging.WARNING)  # Below that they log what is signed and what is answered.

    # Each variable keeps its default, and loses the names under which the environment and the files know it.
    known = botocore.session.Session.SESSION_VARIABLES
    nameless = {name: (None, None, default, convert) for name, (_, _, default, convert) in known.items()}
    files = dict.fromkeys(("config_file", "credentials_file"), (None, None, os.devnull, None))
    session = botocore.session.Session(session_vars={**nameless, **files})
    # The usual loader would also look into a folder in somebody's home.
    data = Loader(file_loader=_files(), extra_search_paths=[Loader.BUILTIN_DATA_PATH], include_default_search_paths=False)
    session.register_component("data_loader", data)
    config = Config(
        ignore_configured_endpoint_urls=True,
        proxies={},
        retries={"total_max_attempts": 1, "mode": "standard"},
        use_dualstack_endpoint=place.dual_stack,
        use_fips_endpoint=place.fips,
        user_agent=USER_AGENT,
    )
    client = boto3.session.Session(botocore_session=session).client(
        service,
        region_name=place.region,
        endpoint_url=endpoint_url,
        verify=True,
        aws_access_key_id=key.key_id,
        aws_secret_access_key=key.secret.reveal(),
        aws_session_token=key.session_token.reveal() if key.session_token else None,
        config=config,
    )

    def carry(request: AWSPreparedRequest, **event: Any) -> AWSResponse:
        headers = {name: _text(value) for name, value in request.headers.items()}
        answer = http.request(request.method, request.url, headers, _bytes(request.body), limit_bytes=_LIMIT_BYTES)
        if answer.header("content-encoding").lower() not in ("", "identity"):
            raise NotARegistry(say("AWS answers in an encoding that was not asked for."), status=answer.status)
        return AWSResponse(request.url, answer.status, dict(answer.headers), _Body(answer.body))

    client.meta.events.register("before-send", carry)
    return client


@lru_cache(maxsize=1)
def _files() -> Any:
    """Return what reads botocore's own description of AWS: each file once, as one takes longer than a request."""
    from botocore.loaders import JSONFileLoader

    files = JSONFileLoader()
    files.load_file = lru_cache(maxsize=32)(files.load_file)
    return files


class _Body:
    """A body that was read already, as botocore takes one."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self) -> Iterator[bytes]:
        yield self._content


def _text(value: str | bytes) -> str:
    return value.decode("utf-8") if isinstance(value, bytes) else value


def _bytes(value: str | bytes | None) -> bytes:
    return value.encode("utf-8") if isinstance(value, str) else value or b""


# Reading -------------------------------------------------------------------------------------------------------------


def _assumed(answer: Mapping[str, Any]) -> AccessKey:
    given = answer.get("Credentials", {})
    token = Secret(given.get("SessionToken", ""))
    return AccessKey(
        key_id=given.get("AccessKeyId", ""), secret=Secret(given.get("SecretAccessKey", "")), session_token=token
    )


def _refusal(error: Any, host: str) -> RegistryError:
    """Return what AWS refused, by its code and its status."""
    code: str = str(error.response.get("Error", {}).get("Code", ""))
    status: int = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in _REFUSED:
        return SignInRefused(_REFUSED[code], host=host, status=status)
    if code in _NOT_ALLOWED:
        assuming = error.operation_name == "AssumeRole"
        denied = AccessDenied(_MAY_NOT_ASSUME if assuming else _MAY_NOT_ASK, host=host, status=status)
        denied.at_token_service = True
        return denied
    if code in _THROTTLED or status == 429:
        return RateLimited(host=host, status=status)
    if status >= 500 or status == 408:
        return Unreachable(say("AWS has a fault of its own."), host=host, status=status)
    if status in (401, 403):
        return SignInRefused(say("AWS refused the access key."), host=host, status=status)
    return RegistryError(say("AWS gave no password."), host=host, status=status)
