"""Members of staff as the use cases of editing know them."""

from __future__ import annotations

from app.editing.actors import Actor, Grant
from app.models import User


def actor_of(user: User) -> Actor:
    """Whoever is signed in, with the one role that counts everywhere."""
    return Actor(user.name, f"user:{user.id}", user.email, (Grant(user.role),))
