"""What keeps names unreadable and findable: sealing, rotation of data keys, wrong keys (design §3)."""

import pytest
from cryptography.fernet import Fernet
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.crypto import SecretKeyError, Vault, new_secret

SECRET = new_secret()
VAULT = Vault(SECRET)
LOOKUP, OLD_KEY = SECRET.split(".")
NEW_KEY = Fernet.generate_key().decode()


@settings(max_examples=30)
@given(st.text(max_size=40))
def test_what_is_sealed_opens_again_and_is_not_readable(text: str) -> None:
    token = VAULT.seal(text)
    assert VAULT.open(token) == text
    assert len(text) < 4 or text not in token


def test_the_same_text_is_sealed_differently_each_time() -> None:
    assert VAULT.seal("李四") != VAULT.seal("李四")


def test_data_keys_rotate() -> None:
    """The new key seals, both open; the lookup key stays, so that people are still found."""
    rotated = Vault(f"{LOOKUP}.{NEW_KEY},{OLD_KEY}")
    assert rotated.open(VAULT.seal("李四")) == "李四"
    assert rotated.find_by("13812345678") == VAULT.find_by("13812345678")
    only_new = Vault(f"{LOOKUP}.{NEW_KEY}")
    assert only_new.open(rotated.seal("张三")) == "张三"
    with pytest.raises(SecretKeyError, match="密钥与数据库不符"):
        only_new.open(VAULT.seal("李四"))


def test_another_countys_key_opens_and_finds_nothing() -> None:
    other = Vault(new_secret())
    with pytest.raises(SecretKeyError):
        other.open(VAULT.seal("李四"))
    assert other.find_by("13812345678") != VAULT.find_by("13812345678")


def test_a_tampered_token_is_refused() -> None:
    token = VAULT.seal("李四")
    with pytest.raises(SecretKeyError):
        VAULT.open(token[:-4] + ("AAAA" if token[-4:] != "AAAA" else "BBBB"))


def test_lookups_forgive_spaces_and_small_letters_only() -> None:
    assert VAULT.find_by(" 13082819700307123x ") == VAULT.find_by("13082819700307123X")
    assert VAULT.find_by("13812345678") != VAULT.find_by("13812345679")
    assert "13812345678" not in VAULT.find_by("13812345678")


WITHOUT_DATA = ["", "abc", ".", "{lookup}.", "{lookup}.abc", "{lookup}.{data},"]
WITHOUT_LOOKUP = [".{data}", "密.{data}", "QUJD.{data}"]


@pytest.mark.parametrize("secret", [*WITHOUT_DATA, *WITHOUT_LOOKUP])
def test_a_malformed_key_is_named(secret: str) -> None:
    with pytest.raises(SecretKeyError, match="JINTANG_SECRET_KEY"):
        Vault(secret.format(lookup=LOOKUP, data=OLD_KEY))


def test_fresh_secrets_differ() -> None:
    assert new_secret() != new_secret()
