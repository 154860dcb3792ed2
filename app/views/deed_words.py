"""What the deeds in the record are called, in the reader's language."""

from __future__ import annotations

from flask_babel import gettext  # type: ignore[import-untyped]


def deed_word(action: str) -> str:
    """What was done, of an action of the record; one that is not known is shown as it is."""
    words = _deeds_on_articles() | _deeds_of_people() | _deeds_on_the_rest()
    return str(words.get(action, action))


def _deeds_on_articles() -> dict[str, str]:
    return {
        "create": gettext("Began"),
        "save": gettext("Saved a draft"),
        "discard": gettext("Discarded the draft"),
        "submit": gettext("Asked for a review"),
        "approve": gettext("Approved"),
        "send-back": gettext("Sent back"),
        "comment": gettext("Remarked"),
        "resolve-comment": gettext("Dealt with a remark"),
        "publish": gettext("Put on the site"),
        "publish-failed": gettext("Could not publish at the planned time"),
        "unpublish": gettext("Took off the site"),
        "schedule": gettext("Set the times"),
        "expire": gettext("Expired"),
        "update": gettext("Changed by a file"),
        "archive": gettext("Put into the archive"),
        "unarchive": gettext("Took out of the archive"),
        "retire": gettext("Put into the archive, as the file is gone"),
        "delete": gettext("Deleted it"),
        "undelete": gettext("Undid the deletion"),
        "rename": gettext("Renamed"),
        "merge": gettext("Merged with the file"),
        "conflict": gettext("Changed twice"),
        "resolve": gettext("Settled what was changed twice"),
        "reviewed": gettext("Reviewed"),
        "translate-by-machine": gettext("Translated by machine"),
    }


def _deeds_of_people() -> dict[str, str]:
    return {
        "user.add": gettext("Added an account"),
        "user.invite": gettext("Invited"),
        "user.password": gettext("Changed the password"),
        "user.ask-reset": gettext("Asked for a new password"),
        "user.reset": gettext("Set a new password by mail"),
        "user.role": gettext("Changed the role"),
        "user.email": gettext("Changed the e-mail address"),
        "user.grant": gettext("Granted a right"),
        "user.ungrant": gettext("Took a right away"),
        "user.disable": gettext("Disabled an account"),
        "user.enable": gettext("Enabled an account"),
        "identity.add": gettext("Came by single sign-on"),
        "identity.link": gettext("Linked single sign-on"),
        "session.open": gettext("Signed in"),
        "session.close": gettext("Signed out"),
        "session.close-others": gettext("Signed out everywhere else"),
        "session.refuse": gettext("Was not let in"),
        "token.make": gettext("Made an API token"),
        "token.revoke": gettext("Revoked an API token"),
        "second-factor.enrol": gettext("Set up two-step sign-in"),
        "second-factor.recovery-codes": gettext("Made new recovery codes"),
        "second-factor.remove": gettext("Took two-step sign-in off"),
        "second-factor.recover": gettext("Signed in by a recovery code"),
    }


def _deeds_on_the_rest() -> dict[str, str]:
    return {
        "picture.add": gettext("Added a picture"),
        "notice.add": gettext("Added a notice"),
        "notice.end": gettext("Ended a notice"),
        "site.add": gettext("Added a website"),
        "site.remove": gettext("Removed a website"),
        "site.holdout": gettext("Set a website's control group"),
        "costs.set": gettext("Set the costs"),
        "improvement.plan": gettext("Planned an improvement"),
        "improvement.change": gettext("Changed an improvement"),
        "improvement.settle": gettext("Settled an improvement"),
        "ticket.reply": gettext("Replied to a request"),
        "ticket.close": gettext("Closed a request"),
        "articles.export": gettext("Exported the articles"),
        "articles.import-from": gettext("Imported from elsewhere"),
        "backup.make": gettext("Made a backup"),
        "backup.restore": gettext("Restored a backup"),
    }
