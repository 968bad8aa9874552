"""Files that others read too: merged and never overwritten, whole or not at all, and for their owner's eyes."""

import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from registries.machine import berth

NEW = {"auths": {"ghcr.io": {"auth": "bmV3"}}}
OLD = {
    "auths": {"quay.io": {"auth": "b2xk"}, "ghcr.io": {"auth": "b2xk", "identitytoken": "old"}},
    "credHelpers": {"gcr.io": "gcloud"},
    "HttpHeaders": {"X-Meta": "wörd"},
    "detachKeys": "ctrl-q",
    "proxies": {"default": {"noProxy": None}},
    "big": 12345678901234567890,
}


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def refusal(path: Path) -> str:
    with pytest.raises(berth.CouldNot) as caught:
        berth.merge_into(str(path), NEW)
    return str(caught.value)


def test_all_else_in_the_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(OLD), encoding="utf-8")

    berth.merge_into(str(path), NEW)

    merged: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    assert merged == {**OLD, "auths": {"quay.io": {"auth": "b2xk"}, "ghcr.io": {"auth": "bmV3"}}}
    assert list(merged) == list(OLD)


def test_merging_twice_changes_nothing_more(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    berth.merge_into(str(path), NEW)
    once = path.read_bytes()

    berth.merge_into(str(path), NEW)

    assert path.read_bytes() == once
    assert [entry.name for entry in tmp_path.iterdir()] == ["config.json"]


@pytest.mark.parametrize("old", [b"", b" \n", b"{}", b'{"auths": null}', b'{"auths": {}}'])
def test_a_file_that_holds_nothing_yet_is_filled(tmp_path: Path, old: bytes) -> None:
    path = tmp_path / "config.json"
    path.write_bytes(old)

    assert berth.merge_into(str(path), NEW) == NEW


def test_only_the_owner_reads_what_is_written_and_its_folder(tmp_path: Path) -> None:
    path = tmp_path / ".docker" / "config.json"

    berth.merge_into(str(path), NEW)

    assert (mode(path), mode(path.parent)) == (0o600, 0o700)


def test_a_file_that_everyone_could_read_becomes_its_owners(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text("{}", encoding="utf-8")
    path.chmod(0o666)

    berth.merge_into(str(path), NEW)

    assert mode(path) == 0o600


@pytest.mark.parametrize(
    ("old", "words"),
    [
        (b"{", "is not JSON"),
        (b'{"auths": {}} {}', "is not JSON"),
        (b"\xff\xfe{}", "is not JSON"),
        (b"\xef\xbb\xbf{}", "is not JSON"),
        (b'{"a": NaN}', "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b'{"auths": {"quay.io": {"auth": "b2xk"}}, "auths": {}}', "has auths twice in one place"),
        (b'{"auths": {"quay.io": {}, "quay.io": {"auth": "b2xk"}}}', "has quay.io twice in one place"),
        (b'{"proxies": [{"a": {"b\\u0062": 1, "bb": 1}}]}', "has bb twice in one place"),
        (b"[]", "is not a configuration"),
        (b'{"auths": []}', "auths in "),
        (b"{" + b" " * (8 * 1024 * 1024), "too long"),
    ],
)
def test_a_broken_file_is_refused_and_left_as_it_was(tmp_path: Path, old: bytes, words: str) -> None:
    path = tmp_path / "config.json"
    path.write_bytes(old)
    path.chmod(0o644)
    before = path.stat()

    assert words in refusal(path)
    assert path.read_bytes() == old
    assert (path.stat().st_ino, mode(path)) == (before.st_ino, 0o644)
    assert len(list(tmp_path.iterdir())) == 1


def test_a_link_of_ones_own_is_followed_and_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "dotfiles" / "docker.json", tmp_path / "config.json"
    real.parent.mkdir()
    real.write_text('{"detachKeys": "ctrl-q"}', encoding="utf-8")
    link.symlink_to("dotfiles/docker.json")

    berth.merge_into(str(link), NEW)

    assert link.is_symlink()
    assert json.loads(real.read_text(encoding="utf-8")) == {"detachKeys": "ctrl-q", **NEW}
    assert mode(real) == 0o600


def test_a_link_to_what_is_not_there_yet_makes_it(tmp_path: Path) -> None:
    (tmp_path / "config.json").symlink_to(tmp_path / "real.json")

    berth.merge_into(str(tmp_path / "config.json"), NEW)

    assert json.loads((tmp_path / "real.json").read_text(encoding="utf-8")) == NEW


def test_a_link_in_a_circle_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").symlink_to(tmp_path / "config.json")

    assert "leads back to itself" in refusal(tmp_path / "config.json")


@pytest.fixture
def as_another_user(monkeypatch: pytest.MonkeyPatch) -> int:
    """Run as somebody who owns nothing that the test makes, and is not root."""
    somebody = os.geteuid() + 4242
    monkeypatch.setattr(berth, "_user", lambda: somebody)
    return somebody


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_link_that_another_user_laid_is_not_followed(tmp_path: Path) -> None:
    real, link = tmp_path / "mine.json", tmp_path / "config.json"
    real.write_text("{}", encoding="utf-8")
    link.symlink_to(real)
    os.lchown(link, 4242, 4242)

    assert "is a link of another user" in refusal(link)
    assert real.read_text(encoding="utf-8") == "{}"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
@pytest.mark.parametrize(
    "path", ["link/config.json", "link/new.json", "link/deep/er/new.json", "own/config.json", "link/../mine/a"]
)
def test_a_folder_behind_a_link_that_another_user_laid_is_not_written_to(tmp_path: Path, path: str) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "config.json").write_text("{}", encoding="utf-8")
    (tmp_path / "link").symlink_to("mine")
    os.lchown(tmp_path / "link", 4242, 4242)
    (tmp_path / "own").symlink_to("link")

    words = refusal(tmp_path / path)

    assert words.startswith(
        f"{tmp_path / path} leads through {tmp_path / 'link'}, a link of another user, which is not followed."
    )
    assert [entry.name for entry in (tmp_path / "mine").iterdir()] == ["config.json"]
    assert (tmp_path / "mine" / "config.json").read_text(encoding="utf-8") == "{}"


@pytest.mark.skipif(os.geteuid() != 0, reason="the link has to be root’s")
def test_a_folder_behind_a_link_of_root_is_written_to(tmp_path: Path, as_another_user: int) -> None:
    (tmp_path / "var" / "home").mkdir(parents=True)
    (tmp_path / "home").symlink_to("var/home")

    berth.merge_into(str(tmp_path / "home" / ".docker" / "config.json"), NEW)

    assert json.loads((tmp_path / "var/home/.docker/config.json").read_text(encoding="utf-8")) == NEW


@pytest.mark.parametrize(
    "path",
    [
        "config.json",
        "./config.json",
        "sub/../config.json",
        "link/../config.json",
        "../here/config.json",
        "whole/../config.json",
    ],
)
def test_a_path_leads_where_the_system_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    for folder in ("here/sub", "elsewhere/deep"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "here" / "link").symlink_to("../elsewhere/deep")
    (tmp_path / "here" / "whole").symlink_to(tmp_path / "elsewhere" / "deep")
    monkeypatch.chdir(tmp_path / "here")

    berth.merge_into(path, NEW)

    [made] = tmp_path.rglob("config.json")
    assert made == Path(path).resolve()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_root_hands_nothing_to_whoever_made_the_file_first(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text("{}", encoding="utf-8")
    os.chown(path, 4242, 4243)

    assert "belongs to another user" in refusal(path)
    assert path.read_text(encoding="utf-8") == "{}"


@pytest.mark.parametrize("kind", ["link", "file", "pipe"])
def test_what_takes_the_place_of_the_file_meanwhile_is_not_read(tmp_path: Path, kind: str) -> None:
    path, other = tmp_path / "config.json", tmp_path / "other.json"
    path.write_text("{}", encoding="utf-8")
    other.write_text('{"auths": {"quay.io": {"auth": "c2VjcmV0"}}}', encoding="utf-8")
    target = berth.Target.find(str(path))
    path.rename(tmp_path / "aside.json")
    if kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to(other) if kind == "link" else other.rename(path)

    with pytest.raises(berth.CouldNot):
        target.read()


@pytest.mark.parametrize(("old", "new"), [('{"big": 1e999}', NEW), ("{}", {"auths": {"ghcr.io": {"auth": float("nan")}}})])
def test_a_number_that_json_has_not_is_never_written(tmp_path: Path, old: str, new: dict[str, Any]) -> None:
    path = tmp_path / "config.json"
    path.write_text(old, encoding="utf-8")

    with pytest.raises(berth.CouldNot, match="a number that JSON has not"):
        berth.merge_into(str(path), new)

    assert path.read_text(encoding="utf-8") == old


def test_a_file_of_another_user_is_refused(tmp_path: Path, as_another_user: int) -> None:
    path = tmp_path / "config.json"
    path.write_text("{}", encoding="utf-8")

    assert "belongs to another user" in refusal(path)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")

    for path in (tmp_path / "folder", tmp_path / "pipe", Path("/dev/null")):
        assert "is not a file" in refusal(path)


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    assert "cannot be written: Not a directory" in refusal(tmp_path / "file" / "config.json")


def test_what_somebody_else_writes_meanwhile_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "config.json"
    path.write_text("{}", encoding="utf-8")
    merge, rivals = berth.merged_config, [{"auths": {"quay.io": {"auth": "cml2YWw="}}}]

    def merge_while_somebody_writes(*arguments: Any) -> dict[str, Any]:
        merged = merge(*arguments)
        if rivals:
            path.write_text(json.dumps(rivals.pop()), encoding="utf-8")
        return merged

    monkeypatch.setattr(berth, "merged_config", merge_while_somebody_writes)
    berth.merge_into(str(path), NEW)

    assert set(json.loads(path.read_text(encoding="utf-8"))["auths"]) == {"quay.io", "ghcr.io"}


def test_of_many_who_merge_at_once_nobody_loses_what_another_wrote(tmp_path: Path) -> None:
    path, start = tmp_path / ".docker" / "config.json", threading.Barrier(8)

    def merge(name: str) -> None:
        start.wait()
        berth.merge_into(str(path), {"auths": {name: {"auth": "bmV3"}}})

    threads = [threading.Thread(target=merge, args=(f"{number}.example.com",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(json.loads(path.read_text(encoding="utf-8"))["auths"]) == 8


def test_a_folder_that_another_program_holds_is_not_waited_for_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(berth, "_TURN_SECONDS", 0.05)

    with berth.Target.find(str(tmp_path / "config.json")).held():
        assert "Another program holds the folder" in refusal(tmp_path / "config.json")


def test_a_disk_that_fails_leaves_the_old_file_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "config.json"
    path.write_text("{}", encoding="utf-8")

    def fail(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)

    assert "No space left on device. It was left as it is." in refusal(path)
    assert [(entry.name, entry.read_text(encoding="utf-8")) for entry in tmp_path.iterdir()] == [("config.json", "{}")]


@pytest.mark.parametrize(
    ("config", "hidden"),
    [
        ({}, []),
        ({"credHelpers": {"quay.io": "x"}}, []),
        ({"credHelpers": {"ghcr.io": "x"}}, ["ghcr.io"]),
        ({"credsStore": "desktop"}, ["gcr.io", "ghcr.io"]),
        ({"credsStore": "", "credHelpers": None}, []),
    ],
)
def test_an_entry_behind_a_helper_is_noticed(config: dict[str, Any], hidden: list[str]) -> None:
    assert berth.hidden_by_helpers(config, ["ghcr.io", "gcr.io"]) == hidden
