"""Login commands, as registries' pages, terminals, scripts and workflows show them."""

import re
import shlex
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registries.distribution import Secret
from registries.pasted.login_line import LIMIT_BYTES, LoginLine, read_login_line, read_login_lines
from registries.pasted.password_source import COMMAND, PLACEHOLDER, UNREADABLE, VARIABLE
from tests.conftest import CANARY

ECR = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
GHCR = LoginLine("ghcr.io", "", "U", Secret("P"))
TOKEN = "eyJwYXlsb2FkIjoi" + "Ab3+/x9" * 40
KEY = '{\n  "type": "service_account",\n  "project_id": "acme"\n}'


def made(by: str, host: str = "ghcr.io", username: str = "U") -> LoginLine:
    return LoginLine(host, "", username, None, by)


READ = {
    # Options, in each way that docker takes them.
    "docker login -u U -p P ghcr.io": GHCR,
    "docker login ghcr.io -u U -p P": GHCR,
    "docker login --username U --password P ghcr.io": GHCR,
    "docker login --username=U --password=P ghcr.io": GHCR,
    "docker login -uU -pP ghcr.io": GHCR,
    "docker login -u=U -p=P ghcr.io": GHCR,
    'docker login -u="U" -p="P" ghcr.io': GHCR,
    "docker login -u 'U' -p \"P\" 'ghcr.io'": GHCR,
    "docker login -u U -p P -e none ghcr.io": GHCR,
    "docker login -u U -p P --email=me@example.com ghcr.io": GHCR,
    "docker --config /tmp/x login -u U -p P ghcr.io": GHCR,
    "docker -H tcp://10.0.0.1:2375 --log-level debug login -u U -p P ghcr.io": GHCR,
    "docker --debug login -u U -p P ghcr.io": GHCR,
    "docker login -u U -p P -- ghcr.io": GHCR,
    "docker login -u U -p P ghcr.io > /dev/null 2>&1": GHCR,
    "docker login -u U -p P ghcr.io 2>/dev/null && docker pull ghcr.io/acme/web": GHCR,
    "docker login -u U -p P ghcr.io  # for CI": GHCR,
    "cd deploy; docker login -u U -p P ghcr.io": GHCR,
    "docker login -u U -p a=b ghcr.io": LoginLine("ghcr.io", "", "U", Secret("a=b")),
    "docker login -u U -p=a=b= ghcr.io": LoginLine("ghcr.io", "", "U", Secret("a=b=")),
    "docker login --password=-x -u U ghcr.io": LoginLine("ghcr.io", "", "U", Secret("-x")),
    # Of two places neither is taken: the one that can be read may be another host than the one that was meant.
    "docker login -u U -p P $REG b.example": LoginLine("", "", "U", Secret("P")),
    "docker login -u U -p P my_reg.internal good.example": LoginLine("", "", "U", Secret("P")),
    "docker login -u U -p P --new-option ca.crt ghcr.io": LoginLine("", "", "U", Secret("P")),
    # What stands in front.
    "$ docker login -u U -p P ghcr.io": GHCR,
    "# docker login -u U -p P ghcr.io": GHCR,
    "sudo docker login -u U -p P ghcr.io": GHCR,
    "sudo -E -u deploy docker login -u U -p P ghcr.io": GHCR,
    "$ sudo docker login -u U -p P ghcr.io": GHCR,
    "alice@box:~/src$ docker login -u U -p P ghcr.io": GHCR,
    "(venv) alice@box:~$ docker login -u U -p P ghcr.io": GHCR,
    "alice@mac ~ % docker login -u U -p P ghcr.io": GHCR,
    "[root@box ~]# docker login -u U -p P ghcr.io": GHCR,
    "PS C:\\Users\\alice> docker login -u U -p P ghcr.io": GHCR,
    "C:\\Users\\alice>docker.exe login -u U -p P ghcr.io": GHCR,
    "/usr/local/bin/docker login -u U -p P ghcr.io": GHCR,
    "DOCKER_CONFIG=/tmp/x docker login -u U -p P ghcr.io": GHCR,
    "env DOCKER_CONFIG=/tmp/x docker login -u U -p P ghcr.io": GHCR,
    "RUN docker login -u U -p P ghcr.io": GHCR,
    "- docker login -u U -p P ghcr.io": GHCR,
    "      - run: docker login -u U -p P ghcr.io": GHCR,
    "- run: |\n    docker login -u U -p P ghcr.io": GHCR,
    "`docker login -u U -p P ghcr.io`": GHCR,
    "```sh\ndocker login -u U -p P ghcr.io\n```": GHCR,
    "\ufeff  docker login -u U -p P ghcr.io\r\n": GHCR,
    # Lines that go on.
    "docker login \\\n  -u U \\\n  -p P \\\n  ghcr.io": GHCR,
    "docker login \\  \r\n  -u U \\\r\n  -p P ghcr.io\r\n": GHCR,
    "docker login `\n  -u U `\n  -p P `\n  ghcr.io": GHCR,
    "docker login ^\r\n  -u U ^\r\n  -p P ^\r\n  ghcr.io": GHCR,
    "docker login -u U -p\nP\nhttps://ghcr.io": GHCR,
    # Quotes, as shells, PowerShell and word processors have them.
    "docker login -u U -p 'P ' ghcr.io": LoginLine("ghcr.io", "", "U", Secret("P ")),
    "docker login -u U -p 'it'\\''s' ghcr.io": LoginLine("ghcr.io", "", "U", Secret("it's")),
    'docker login -u U -p "a\\"b\\$c\\\\d" ghcr.io': LoginLine("ghcr.io", "", "U", Secret('a"b$c\\d')),
    "docker login -u U -p 'a$b`c`%d%' ghcr.io": LoginLine("ghcr.io", "", "U", Secret("a$b`c`%d%")),
    'docker login -u U -p "a`$b" ghcr.io': LoginLine("ghcr.io", "", "U", Secret("a$b")),
    "docker login -u U -p a\\ b ghcr.io": LoginLine("ghcr.io", "", "U", Secret("a b")),
    "docker login -u U -p pä#ß:🚢 ghcr.io": LoginLine("ghcr.io", "", "U", Secret("pä#ß:🚢")),
    "docker login –u “U” —password ‘P’ ghcr.io": GHCR,
    "docker login -u U -p don't ghcr.io": LoginLine("ghcr.io", "", "U", Secret("don't")),
    # Names that look like variables.
    "docker login nvcr.io -u '$oauthtoken' -p P": LoginLine("nvcr.io", "", "$oauthtoken", Secret("P")),
    "docker login nvcr.io -u $oauthtoken -p P": LoginLine("nvcr.io", "", "$oauthtoken", Secret("P")),
    "docker login nvcr.io -u \\$oauthtoken -p P": LoginLine("nvcr.io", "", "$oauthtoken", Secret("P")),
    'docker login -u "robot$acme+ci" -p P h.example.com': LoginLine("h.example.com", "", "robot$acme+ci", Secret("P")),
    "docker login -u='123|acme' -p=P registry.redhat.io": LoginLine("registry.redhat.io", "", "123|acme", Secret("P")),
    "docker login -u ns+ci -p P quay.io": LoginLine("quay.io", "", "ns+ci", Secret("P")),
    # Where to.
    "docker login -u U -p P": LoginLine("docker.io", "", "U", Secret("P")),
    "docker login -u U -p P https://index.docker.io/v1/": LoginLine("docker.io", "", "U", Secret("P")),
    "docker login -u U -p P HTTPS://GHCR.IO/": GHCR,
    "docker login -u U -p P https://ghcr.io:443/v2/": GHCR,
    "docker login -u U -p P localhost:5000": LoginLine("localhost:5000", "", "U", Secret("P")),
    "docker login -u U -p P [::1]:5000": LoginLine("[::1]:5000", "", "U", Secret("P")),
    "podman login -u U -p P quay.io/acme/web": LoginLine("quay.io", "acme/web", "U", Secret("P")),
    "docker login -u U -p P intranet": LoginLine("", "", "U", Secret("P")),
    "docker login -u U -p P https://me:secret@ghcr.io": LoginLine("", "", "U", Secret("P")),
    # Nothing but the address, or half of the login.
    "docker login": LoginLine("docker.io", "", "", None),
    "docker login ghcr.io": LoginLine("ghcr.io", "", "", None),
    "docker login -u U ghcr.io": LoginLine("ghcr.io", "", "U", None),
    "docker login -p P ghcr.io": LoginLine("ghcr.io", "", "", Secret("P")),
    "docker login -u U -p '' ghcr.io": LoginLine("ghcr.io", "", "U", None),
    "docker login ghcr.io -u U -p": LoginLine("ghcr.io", "", "U", None),
    "docker login -u U --password-stdin ghcr.io": LoginLine("ghcr.io", "", "U", None),
    # Other programs.
    "podman login --authfile /run/a.json --tls-verify=false -u U -p P ghcr.io": GHCR,
    "podman --log-level debug login -u U -p P ghcr.io": GHCR,
    "buildah login -u U -p P ghcr.io": GHCR,
    "skopeo login --cert-dir /etc/certs -u U -p P ghcr.io": GHCR,
    "nerdctl -n k8s.io login -u U -p P ghcr.io": GHCR,
    "helm registry login ghcr.io -u U -p P --insecure": GHCR,
    "oras login --registry-config x.json -u U -p P ghcr.io": GHCR,
    "crane auth login ghcr.io -u U -p P": GHCR,
    # The password from what is written before or after.
    "echo P | docker login -u U --password-stdin ghcr.io": GHCR,
    "echo -n P|docker login -u U --password-stdin ghcr.io": GHCR,
    "echo 'P' | sudo docker login ghcr.io --username U --password-stdin": GHCR,
    "echo P |\n  docker login -u U --password-stdin ghcr.io": GHCR,
    "$ echo P | docker login -u U --password-stdin ghcr.io": GHCR,
    "printf P | docker login -u U --password-stdin ghcr.io": GHCR,
    "printf '%s' P | docker login -u U --password-stdin ghcr.io": GHCR,
    "printf '%s\\n' 'P' | docker login -u U --password-stdin ghcr.io": GHCR,
    'printf "P\\n" | docker login -u U --password-stdin ghcr.io': GHCR,
    "Write-Output P | docker login -u U --password-stdin ghcr.io": GHCR,
    '"P" | docker login -u U --password-stdin ghcr.io': GHCR,
    "docker login -u U --password-stdin ghcr.io <<< P": GHCR,
    'docker login -u U --password-stdin ghcr.io <<<"P"': GHCR,
    # The password from a program, a file or a variable.
    f"aws ecr get-login-password --region us-east-1 | docker login --username AWS --password-stdin {ECR}": made(
        "aws ecr get-login-password", ECR, "AWS"
    ),
    f"aws --profile x ecr get-login-password | docker login -u AWS --password-stdin https://{ECR}": made(
        "aws ecr get-login-password", ECR, "AWS"
    ),
    f"docker login -u AWS -p $(aws ecr get-login-password --region us-east-1) {ECR}": made(
        "aws ecr get-login-password", ECR, "AWS"
    ),
    f'docker login -u AWS -p "$(aws ecr get-login-password)" {ECR}': made("aws ecr get-login-password", ECR, "AWS"),
    f"docker login -u AWS -p `aws ecr get-login-password` {ECR}": made("aws ecr get-login-password", ECR, "AWS"),
    "gcloud auth print-access-token | docker login -u oauth2accesstoken --password-stdin https://gcr.io": made(
        "gcloud auth print-access-token", "gcr.io", "oauth2accesstoken"
    ),
    "cat key.json | docker login -u _json_key --password-stdin https://us-docker.pkg.dev": made(
        "cat key.json", "us-docker.pkg.dev", "_json_key"
    ),
    'docker login -u _json_key -p "$(cat ~/key.json)" https://gcr.io': made("cat ~/key.json", "gcr.io", "_json_key"),
    "docker login -u _json_key --password-stdin gcr.io < key.json": made("cat key.json", "gcr.io", "_json_key"),
    "docker login -u U -p $(<token.txt) ghcr.io": made("cat token.txt"),
    "Get-Content key.json -Raw | docker login -u U --password-stdin ghcr.io": made("cat key.json"),
    "type key.json | docker login -u U --password-stdin ghcr.io": made("cat key.json"),
    f"cat {'k' * 40}.json | docker login -u U --password-stdin ghcr.io": made("cat"),
    "cat 'my key.json' | docker login -u U --password-stdin ghcr.io": made("cat"),
    f"cat ghp_{'a' * 36} | docker login -u U --password-stdin ghcr.io": made("cat"),
    "cat $KEY | docker login -u U --password-stdin ghcr.io": made("cat"),
    "cat | docker login -u U --password-stdin ghcr.io": made("cat"),
    "cat a.b64 | base64 -d | docker login -u U --password-stdin ghcr.io": made(COMMAND),
    "./token s3cret | docker login -u U --password-stdin ghcr.io": made(COMMAND),
    "docker login -u U -p $(vault read s3cret) ghcr.io": made(COMMAND),
    "printf '%s-%s' a b | docker login -u U --password-stdin ghcr.io": made(COMMAND),
    "echo | docker login -u U --password-stdin ghcr.io": made(COMMAND),
    "docker login -u U -p $TOKEN ghcr.io": made(VARIABLE),
    'docker login -u U -p "${TOKEN}" ghcr.io': made(VARIABLE),
    "docker login -u U -p pre$TOKEN ghcr.io": made(VARIABLE),
    "docker login -u U -p=$TOKEN ghcr.io": made(VARIABLE),
    "docker login -u U -p %TOKEN% ghcr.io": made(VARIABLE),
    "docker login -u U -p $env:TOKEN ghcr.io": made(VARIABLE),
    "docker login -u U -p $(acrPassword) ghcr.io": made(VARIABLE),
    "docker login -u U -p ${{ secrets.TOKEN }} ghcr.io": made(VARIABLE),
    "docker login -u U --password-stdin ghcr.io <<< $TOKEN": made(VARIABLE),
    "echo $TOKEN | docker login -u U --password-stdin ghcr.io": made(VARIABLE),
    'echo "${{ secrets.T }}" | docker login ghcr.io -u ${{ github.actor }} --password-stdin': made(VARIABLE, username=""),
    'docker login -u "$CI_REGISTRY_USER" -p "$CI_REGISTRY_PASSWORD" $CI_REGISTRY': made(VARIABLE, "", ""),
    "docker login -u <user> -p <your token> ghcr.io": made(PLACEHOLDER, username=""),
    "docker login -u U -p 'a\tb' ghcr.io": made(UNREADABLE, username=""),
    "docker login -u U -p a\x00b ghcr.io": made(UNREADABLE, username=""),
    "docker login -u U -p \ud800 ghcr.io": made(UNREADABLE, username=""),
    f"docker login -u _json_key -p '{KEY}' https://gcr.io": LoginLine("gcr.io", "", "_json_key", Secret(KEY)),
}

NONE = [
    "",
    " ",
    "hunter2",
    "login",
    "docker",
    "docker logout ghcr.io",
    "docker pull ghcr.io/acme/login",
    "gh auth login",
    "az acr login --name acme",
    "mylogin -u U -p P ghcr.io",
    "Use docker login first",
    "docker login is what signs you in",
    "echo docker login -u U -p P ghcr.io",
    "# see docker login",
    '{"auths": {"ghcr.io": {"auth": "login"}}}',
    "$(aws ecr get-login --no-include-email)",
    "docker login -u U -p " + "x" * LIMIT_BYTES,
]


@pytest.mark.parametrize("text", READ)
def test_a_login_command_is_read_as_people_copy_it(text: str) -> None:
    assert read_login_line(text) == READ[text]


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_login_command_is_none(text: str) -> None:
    assert read_login_line(text) is None
    assert read_login_lines(text) == []


@pytest.mark.parametrize("columns", range(40, 160, 7))
def test_a_token_that_a_terminal_wrapped_is_joined(columns: int) -> None:
    line = f"docker login -u AWS -p {TOKEN}"
    wrapped = "\n".join(line[at : at + columns] for at in range(0, len(line), columns))

    assert read_login_line(f"{wrapped} https://{ECR}") == LoginLine(ECR, "", "AWS", Secret(TOKEN))
    assert read_login_line(f"{wrapped}\nhttps://{ECR}\n") == LoginLine(ECR, "", "AWS", Secret(TOKEN))


def test_a_long_token_at_the_end_of_a_line_does_not_swallow_the_next_line() -> None:
    token = "x" * 40

    lines = read_login_lines(f"docker login -u U -p {token}\n/usr/local/bin/docker login -u U -p P ghcr.io")

    assert lines == [LoginLine("docker.io", "", "U", Secret(token)), GHCR]


def test_every_command_of_a_script_is_read_in_its_order() -> None:
    script = """#!/bin/sh
    set -eu
    don't mind this line
    docker login -u U -p P ghcr.io && docker pull ghcr.io/acme/web
    echo "signed in" | tee log
    cat key.json | docker login -u _json_key --password-stdin https://gcr.io
    docker logout ghcr.io
    docker login --password-stdin -u U quay.io <<EOF
    nothing
    EOF
    podman login \\
      -u U -p P docker.io/acme
    """

    assert read_login_lines(script) == [
        GHCR,
        made("cat key.json", "gcr.io", "_json_key"),
        LoginLine("quay.io", "", "U", None),
        LoginLine("docker.io", "acme", "U", Secret("P")),
    ]
    assert read_login_line(script) == GHCR


@pytest.mark.parametrize(
    "text",
    [
        f"docker login -u U -p {CANARY} ghcr.io",
        f"docker login -u {CANARY} -p {CANARY} ghcr.io",
        f"echo {CANARY} | docker login -u U --password-stdin ghcr.io",
        f"cat {CANARY}{CANARY} | docker login -u U --password-stdin ghcr.io",
        f"cat {CANARY} | docker login -u U --password-stdin ghcr.io",
        f"./give {CANARY} | docker login -u U --password-stdin ghcr.io",
        f"docker login -u U -p $({CANARY} x) ghcr.io",
        f"docker login -u U -p {CANARY}$x ghcr.io",
        f"docker login -u U -p P {CANARY}",
        f"docker login -u U -p P https://u:{CANARY}@ghcr.io",
    ],
)
def test_what_a_line_shows_of_itself_has_no_secret(text: str) -> None:
    line = read_login_line(text)

    assert line is not None
    assert CANARY not in repr(line)
    assert CANARY not in line.made_by


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), min_size=1, max_size=60))
def test_any_password_that_a_shell_quotes_comes_back(password: str) -> None:
    line = f"docker login -u U -p {shlex.quote(password)} ghcr.io"

    assert read_login_line(line) == LoginLine("ghcr.io", "", "U", Secret(password))


PIECES = [
    "docker", "login", " ", "-u", "-p", "--password-stdin", "'", '"', "$(", ")", "`", "\\", "\n", "|", "<", "<<<", ">", "&",
    ";", "#", "echo", "cat", "$X", "{{", "}}", "“", "‘", "ghcr.io", "\x00", "\ud800", "%T%", "=", "PS C:\\>", "sudo",
]  # fmt: skip


@given(
    st.one_of(
        st.text(),
        st.lists(st.sampled_from(PIECES), max_size=40).map("".join),
        st.binary().map(lambda b: b.decode("latin-1")),
    )
)
def test_no_text_at_all_is_too_odd_to_be_read(text: str) -> None:
    for line in read_login_lines(f"docker login {text}") + read_login_lines(text):
        assert re.fullmatch(r"[a-z0-9.:\[\]-]*", line.host)
        assert line.username.isprintable() or not line.username.isascii()
        assert line.password is None or not line.made_by


@pytest.mark.parametrize(
    "piece",
    [
        "'", '"', "“", "‘", "$(", "$(()", "\\", " ", "\n", "|", "`", "${", "{{", "<a", "x@y ", "a@b c ", "[a", "' ", "A=",
        '"\\"', " #", "- run: ", "docker login ", "-p\n", "a" * 20 + "\n", "\nhttps://a", "docker login -p x\n", ";",
        "(a) ",
    ],
)  # fmt: skip
@pytest.mark.parametrize("start", ["login ", "docker login -p '", 'docker login -p "', "docker login -p $("])
def test_a_text_made_to_be_slow_is_read_soon(piece: str, start: str) -> None:
    text = (start + piece * LIMIT_BYTES)[: LIMIT_BYTES // len(piece[0].encode())]
    began = time.perf_counter()

    read_login_lines(text)

    assert time.perf_counter() - began < 3  # what takes quadratic time takes minutes
