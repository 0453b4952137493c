"""What keeps names unreadable and still findable: encryption and keyed hashes (design §3).

`JINTANG_SECRET_KEY` is `<lookup key>.<data key>[,<older data key>…]`. Data keys rotate;
the lookup key does not, or no household would be found again.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

LOOKUP_BYTES = 32


class SecretKeyError(ValueError):
    """The secret key is missing, malformed or not the one this database was written with."""


def new_secret() -> str:
    """A fresh secret key, to be shown once and kept by the county."""
    lookup = urlsafe_b64encode(secrets.token_bytes(LOOKUP_BYTES)).decode()
    return f"{lookup}.{Fernet.generate_key().decode()}"


class Vault:
    """Encrypts, decrypts and hashes with one secret key."""

    def __init__(self, secret: str) -> None:
        try:
            lookup, data_keys = secret.split(".", 1)
            self._lookup = urlsafe_b64decode(lookup)
            self._fernet = MultiFernet([Fernet(key) for key in data_keys.split(",")])
            if len(self._lookup) < LOOKUP_BYTES:
                raise ValueError("the lookup key is too short")
        except ValueError as error:
            raise SecretKeyError("JINTANG_SECRET_KEY 格式不对，请用 jintang init 生成的那一串") from error

    def seal(self, text: str) -> str:
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, token: str) -> str:
        try:
            return self._fernet.decrypt(token.encode()).decode()
        except InvalidToken as error:
            raise SecretKeyError("密钥与数据库不符，请核对 JINTANG_SECRET_KEY") from error

    def find_by(self, value: str) -> str:
        """The keyed hash by which an ID or phone number is found; the number itself is not kept."""
        return hmac.new(self._lookup, value.strip().upper().encode(), hashlib.sha256).hexdigest()

    def secret_for(self, purpose: str) -> str:
        """A secret of its own for each purpose, the same in every process; hexadecimal."""
        return hmac.new(self._lookup, f"secret for {purpose}".encode(), hashlib.sha256).hexdigest()


_vault: Vault | None = None


def use_vault(vault: Vault) -> None:
    """Makes `vault` the one that encrypted columns and lookups of this process use."""
    global _vault
    _vault = vault


def vault() -> Vault:
    if _vault is None:
        raise SecretKeyError("没有设置 JINTANG_SECRET_KEY")
    return _vault
