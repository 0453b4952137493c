"""Each way in which a server's database cannot be reached has its own words; nothing else has."""

import socket

import pytest
from sqlalchemy import make_url

from jintang.reaching import BY_STATE, why

URL = make_url("postgresql+asyncpg://jintang@db.example/county")


class Said(Exception):
    def __init__(self, sqlstate: str) -> None:
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (Said("3D000"), "createdb county"),
        (Said("28P01"), "jintang 的密码"),
        (ConnectionRefusedError(), "db.example:5432"),
        (OSError("Multiple exceptions: [Errno 111] Connect call failed"), "db.example:5432"),
        (socket.gaierror(), "找不到主机 db.example"),
    ],
)
def test_the_reason_says_what_to_do(error: Exception, words: str) -> None:
    said = why(error, URL)
    assert said is not None
    assert words in said
    assert "JINTANG_DATABASE__URL" in said


def test_what_is_of_another_kind_has_no_words() -> None:
    assert "42P01" not in BY_STATE
    assert why(Said("42P01"), URL) is None
    assert why(PermissionError("var"), URL) is None
