"""`jintang init` and `jintang doctor`, as a person at the county meets them."""

import re
from pathlib import Path

import pytest

KEY = re.compile(r"JINTANG_SECRET_KEY=(\S+)")


def test_without_a_command_the_help_is_shown(jintang):
    assert "import" in jintang(exit_code=2)


def test_a_new_key_is_shown_once_and_written_nowhere(folder, monkeypatch, jintang):
    key = KEY.search(jintang("init"))[1]
    assert not Path(".env").exists()
    assert "把原来的密钥填回" in jintang("init", exit_code=1)
    monkeypatch.setenv("JINTANG_SECRET_KEY", key)
    assert "JINTANG_SECRET_KEY" not in jintang("init")
    assert "密钥打得开数据库" in jintang("doctor")


def test_the_key_goes_to_the_env_file_on_request(folder, jintang):
    env = Path(".env")
    env.write_text("JINTANG_POLICY=xinfeng")
    assert not KEY.search(jintang("init", "--write-env"))
    assert env.stat().st_mode & 0o777 == 0o600
    first, second = env.read_text().splitlines()
    assert first == "JINTANG_POLICY=xinfeng"
    assert KEY.fullmatch(second)
    assert "政策 xinfeng" in jintang("doctor")


def test_area_and_drill_are_marked_and_a_second_time_changes_nothing(folder, jintang):
    first = jintang("init", "--area", "weichang", "--drill", "--write-env")
    assert "新增 365" in first
    assert "演练" in first
    assert "未变 365" in jintang("init", "--area", "weichang")


def test_another_key_does_not_open_the_database(folder, monkeypatch, jintang):
    jintang("init", "--write-env")
    other = KEY.search(a_key_from_elsewhere(folder, monkeypatch, jintang))[1]
    monkeypatch.setenv("JINTANG_SECRET_KEY", other)
    assert "密钥与数据库不符" in jintang("init", exit_code=1)
    assert "✗ 密钥与数据库不符" in jintang("doctor", exit_code=1)


def a_key_from_elsewhere(folder, monkeypatch, jintang):
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    with monkeypatch.context() as moved:
        moved.chdir(elsewhere)
        return jintang("init")


def test_doctor_says_what_to_do_before_init(folder, jintang):
    said = jintang("doctor", exit_code=1)
    assert "✗ 数据库还没有建好，请运行 jintang init" in said
    assert "✗ 没有设置 JINTANG_SECRET_KEY" in said
    assert not Path("var").exists()


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("JINTANG_DATABASE__URL", "nonsense", "JINTANG_DATABASE__URL"),
        ("JINTANG_DATABASE__URL", "nosuch+driver://x/y", "postgresql+asyncpg://"),
        ("JINTANG_DATABASE__URL", "postgresql+asyncpg://x@127.0.0.1:9/y", "连不上 127.0.0.1:9"),
        ("JINTANG_SECRET_KEY", "short", "格式不对"),
        ("JINTANG_POLICY", "nowhere", "jintang policy check"),
        ("JINTANG_POLICY_DIR", "/nowhere", "jintang policy check"),
        ("JINTANG_TIMEZONE", "Asia/Nowhere", "没有时区"),
    ],
)
def test_doctor_points_at_a_wrong_setting(folder, monkeypatch, name, value, told, jintang):
    monkeypatch.setenv(name, value)
    said = jintang("doctor", exit_code=1)
    assert said.count(told) == 1
    assert "Traceback" not in said


def test_doctor_points_at_an_open_env_file(folder, jintang):
    jintang("init", "--write-env")
    Path(".env").chmod(0o644)
    assert "chmod 600 .env" in jintang("doctor", exit_code=1)
