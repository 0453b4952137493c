"""The proof that a secret key belongs to a database: one marker, written at `init`."""

from sqlalchemy.ext.asyncio import AsyncSession

from storage.crypto import SecretKeyError, Vault
from storage.work import Marker

NAME = "key_proof"
WORD = "金汤"


async def prove(session: AsyncSession, vault: Vault) -> None:
    """Raises `SecretKeyError` when the database was written with another key; writes the first proof."""
    kept = await session.get(Marker, NAME)
    if kept is None:
        session.add(Marker(name=NAME, value=f"{vault.find_by(WORD)}:{vault.seal(WORD)}"))
    else:
        check(kept.value, vault)


def check(proof: str, vault: Vault) -> None:
    """Both halves must fit: the one that finds and the one that reads."""
    found_by, _, sealed = proof.partition(":")
    if vault.open(sealed) != WORD or found_by != vault.find_by(WORD):
        raise SecretKeyError("密钥与数据库不符，请核对 JINTANG_SECRET_KEY")
