"""Members of staff as the use cases of editing know them."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.accounts.grants import grants_of
from app.editing.actors import Actor
from app.models import User


def actor_of(session: Session, user: User) -> Actor:
    """Whoever is signed in, with what they may do and where."""
    return Actor(user.name, f"user:{user.id}", user.email, grants_of(session, user))
