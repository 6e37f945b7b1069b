"""Pseudonyms: a user's id enters the database only as a keyed hash.

The key is HMAC-SHA256 under the secret of `TABLESTAKES_USER_KEY_SECRET`, cut to 128 bits. The
embedded database, which lives on one machine, makes a secret of its own and keeps it with its data.
"""

import hmac
import os
import secrets
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from settings import Settings

SECRET_FILE = "user_key_secret"
KEY_CHARACTERS = 32  # hexadecimal: 128 bits


class NoUserKeySecretError(Exception):
    """Alerts cannot be taken in without a secret to hash user ids by; the text says what to do."""


def user_key_secret(settings: Settings) -> bytes:
    """The secret of the settings, or the embedded database's own, which is made on first use.

    Raises `NoUserKeySecretError` for a configured database without a configured secret: one that
    each machine made for itself would give a user another key on each.
    """
    if settings.user_key_secret is not None:
        return settings.user_key_secret.get_secret_value().encode()
    if not takes_alerts(settings):
        raise NoUserKeySecretError(
            "Alerts are not taken in without TABLESTAKES_USER_KEY_SECRET, by which user ids are "
            "hashed: set it to a random text of at least 32 characters, the same on every machine."
        )
    return _own_secret(settings.data_dir)


def takes_alerts(settings: Settings) -> bool:
    """Whether there is a secret, or one can be made."""
    return settings.user_key_secret is not None or settings.database_url is None


def user_key(user_id: str, secret: bytes) -> str:
    """The key of a user; blanks around the id do not matter."""
    return hmac.digest(secret, user_id.strip().encode(), "sha256").hex()[:KEY_CHARACTERS]


def user_keys(user_ids: pa.ChunkedArray, secret: bytes) -> pa.ChunkedArray:
    """The keys of a column of ids; missing and empty ids have none. Each id is hashed once."""
    text = pc.utf8_trim_whitespace(user_ids.cast(pa.string()))
    known = pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)
    encoded = known.combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    keys = [user_key(user_id, secret) for user_id in encoded.dictionary.to_pylist()]
    return pa.chunked_array([pa.array(keys, pa.string()).take(encoded.indices)])


def _own_secret(folder: Path) -> bytes:
    """Reads the folder's secret; of processes that start together one makes it, for all."""
    path = folder / SECRET_FILE
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f".{SECRET_FILE}-{os.getpid()}-{secrets.token_hex(4)}"
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48))
        try:
            os.link(draft, path)  # whole or not at all, and never over another's
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip().encode()
