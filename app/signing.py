"""The key that signs links and forms."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from app.private_folders import make_private_folder
from app.settings import Settings, SettingsError


def signing_key(settings: Settings) -> str:
    """The key that signs links and forms: the one set, else one made once and kept in `var_dir`.

    Two processes that start together get the same key: the file appears whole or not at all.
    Raises SettingsError when the file cannot be written or is too short to be a key.
    """
    if settings.secret_key:
        return settings.secret_key
    path = settings.var_dir / "secret_key"
    try:
        if not path.exists():
            _write_key(path)
        key = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{path} cannot be used ({error}); mend it or set KB_SECRET_KEY."
        ) from error
    if len(key) < 32:
        raise SettingsError(f"{path} is too short to be a key; delete it and a new one is made.")
    return key


def _write_key(path: Path) -> None:
    make_private_folder(path.parent)
    draft = path.with_name(f".secret_key.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48) + "\n")
        # A hard link fails where the name exists already, so the first key made is the one kept.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
