"""`jintang key`: a key is shown once, listed without itself, revoked; what is wrong is said."""

import re

import pytest

KEY = re.compile(r"jt_[0-9a-f]{8}_[0-9a-f]{64}")


@pytest.fixture(autouse=True)
def ready(folder, jintang):
    jintang("init", "--write-env")


def test_a_key_is_shown_once_listed_and_revoked(jintang):
    key = KEY.search(jintang("key", "add", "医保", "--until", "2099-12-31"))[0]
    listed = jintang("key", "list")
    assert key not in listed
    for word in (key[:12], "医保", "2099-12-31", "在用"):
        assert word in listed
    assert "已停用" in jintang("key", "revoke", "医保")
    assert "已停用" in jintang("key", "list")
    assert KEY.search(jintang("key", "add", "医保"))[0] != key


def test_a_name_that_is_no_department_needs_one(jintang):
    assert "没有 大数据局 这个部门，请用 --dept 写明：" in jintang("key", "add", "大数据局", exit_code=1)
    jintang("key", "add", "大数据局", "--all")
    jintang("key", "add", "医保2027", "--dept", "医保")
    listed = jintang("key", "list")
    assert "全部" in listed
    assert "医保2027" in listed


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["add", "医保", "--all", "--dept", "医保"], "只能写一个"),
        (["add", "医保", "--until", "明天"], "请写成 2026-03-01 这样"),
        (["add", "医保", "--until", "2020-01-01"], "已经过去"),
        (["add", " "], "名字不能空着"),
        (["revoke", "医保"], "没有在用的密钥叫 医保"),
    ],
)
def test_what_is_wrong_is_said(jintang, words, said):
    assert said in jintang("key", *words, exit_code=1)


def test_two_keys_in_use_have_two_names(jintang):
    jintang("key", "add", "医保")
    assert "已经有叫 医保 的密钥" in jintang("key", "add", "医保", exit_code=1)
