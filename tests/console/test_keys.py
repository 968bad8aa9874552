"""The key files of the first start: made once, readable by their owner alone, never replaced."""

from pathlib import Path

import pytest

from console import keys


@pytest.fixture(autouse=True)
def nothing_given(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SECRET_KEY", "BERTH_SEALING_KEYS"):
        monkeypatch.delenv(name, raising=False)


def test_the_first_start_makes_a_private_folder_with_two_private_files(tmp_path: Path) -> None:
    made = keys.make_missing(tmp_path / "home" / "keys")

    assert oct((tmp_path / "home").stat().st_mode & 0o777) == "0o700"
    assert [path.name for path in made] == ["secret_key", "sealing_keys"]
    assert oct((tmp_path / "home" / "keys").stat().st_mode & 0o777) == "0o700"
    assert {oct(path.stat().st_mode & 0o777) for path in made} == {"0o600"}


def test_a_second_start_changes_nothing(tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in keys.make_missing(tmp_path / "keys")}

    assert keys.make_missing(tmp_path / "keys") == []
    assert {path: path.read_bytes() for path in (tmp_path / "keys").iterdir()} == before


def test_a_key_that_the_environment_gives_is_not_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY_FILE", "/run/secrets/key")

    assert [path.name for path in keys.make_missing(tmp_path / "keys")] == ["sealing_keys"]
