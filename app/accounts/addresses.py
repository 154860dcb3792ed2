"""An account gets another e-mail address: what goes with it, and what ends."""

from __future__ import annotations

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from app.accounts.audit import Actor, note_deed
from app.accounts.users import UserExists, fold_email
from app.db import begin_writing
from app.models import Invitation, PasswordReset, PlannedPublication, Revision, User


def change_address(session: Session, user: User, email: str, *, actor: Actor) -> None:
    """Let the account go by another address, and commit. Raises BadUser, UserExists."""
    folded = fold_email(email)
    begin_writing(session)
    session.refresh(user)  # another writer may have been before us
    if folded != user.email:
        if not is_free(session, folded):
            raise UserExists(f"There is an account for {folded} already.")
        move_address(session, user, folded, actor=actor)
    session.commit()


def is_free(session: Session, folded: str) -> bool:
    """Whether no account has the address."""
    return session.scalars(select(User.id).where(User.email == folded)).first() is None


def move_address(session: Session, user: User, folded: str, *, actor: Actor) -> None:
    """Give the account an address that is free. The caller holds the writers' turn, and commits.

    Texts are known as somebody's by their address: those go with it, or one could approve one's
    own. Links that were sent to the old one end, since it may be another's by now.
    """
    before = user.email
    note_deed(session, actor, "user.email", f"user:{user.id}", before=before, after=folded)
    for table in (Revision, PlannedPublication):
        theirs = func.lower(table.author_email) == before
        session.execute(update(table).where(theirs).values(author_email=folded))
    for link in (Invitation, PasswordReset):
        session.execute(delete(link).where(link.user_id == user.id))
    user.email = folded
