"""The key file: made once, private, numbered, and said in words when it is broken."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest
from itsdangerous import BadSignature

from pipeline.keys import FILE_NAME, Keys, load_keys, renew_keys
from store.errors import ConfigurationError


def test_keys_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    first = load_keys(tmp_path)
    assert load_keys(tmp_path) == first
    assert stat.S_IMODE((tmp_path / FILE_NAME).stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


def test_processes_that_start_at_once_get_the_same_key(tmp_path: Path) -> None:
    found: list[Keys] = []
    threads = [threading.Thread(target=lambda: found.append(load_keys(tmp_path))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert all(keys == found[0] for keys in found)


def test_F66_key_file_that_others_could_read_is_closed_with_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    load_keys(tmp_path)
    (tmp_path / FILE_NAME).chmod(0o644)
    load_keys(tmp_path)
    assert stat.S_IMODE((tmp_path / FILE_NAME).stat().st_mode) == 0o600
    assert "was readable by others (mode 644)" in caplog.text


def test_new_key_signs_and_the_old_one_still_verifies(tmp_path: Path) -> None:
    old = load_keys(tmp_path).serializer("session")
    signed = old.dumps("a")
    assert renew_keys(tmp_path) == 2
    new = load_keys(tmp_path).serializer("session")
    assert new.loads(signed) == "a"
    with pytest.raises(BadSignature):
        old.loads(new.dumps("a"))
    with pytest.raises(BadSignature):
        load_keys(tmp_path).serializer("answer").loads(signed)


def test_each_purpose_has_a_key_of_its_own_and_none_is_shown(tmp_path: Path) -> None:
    keys = load_keys(tmp_path)
    assert keys.derive("answer") != keys.derive("unit")
    secret = (tmp_path / FILE_NAME).read_text(encoding="ascii").split()[1]
    assert secret not in repr(keys)
    assert repr(keys) == "Keys(1)"


@pytest.mark.parametrize(("text", "line"), [("", None), ("1 abc\n", 1), (f"1 {'a' * 64}\n1 {'b' * 64}\n", 2)])
def test_broken_key_file_is_told_in_words_without_its_content(tmp_path: Path, text: str, line: int | None) -> None:
    (tmp_path / FILE_NAME).write_text(text, encoding="ascii")
    with pytest.raises(ConfigurationError, match=r"nyckelfilen är tom|64 hexadecimala siffror") as raised:
        load_keys(tmp_path)
    assert raised.value.line == line
    assert "abc" not in str(raised.value)
