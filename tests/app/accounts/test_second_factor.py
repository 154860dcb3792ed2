"""Codes of an authenticator app: asked for, used once; recovery codes; who must have an app."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from app.accounts.audit import COMMAND_LINE, Actor, list_deeds
from app.accounts.pending import VALID, begin_pending, find_pending
from app.accounts.sealing import SealBroken
from app.accounts.second_factor import (
    ENROLMENT,
    MOST_OF_CODES,
    RECOVERY_CODES,
    AlreadyEnrolled,
    CodeRefused,
    NotEnrolled,
    Trial,
    begin_enrolment,
    check_code,
    confirm_enrolment,
    count_recovery_codes,
    is_enrolled,
    is_second_factor_missing,
    read_enrolment,
    remove_second_factor,
    renew_recovery_codes,
)
from app.accounts.throttling import WINDOW, TooManyAttempts
from app.accounts.users import add_user, disable_user, set_password
from app.models import RecoveryCode, SecondFactor

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
STEP = timedelta(seconds=30)
KEY = "k" * 40
PASSWORD = "green kettle on the roof"


@pytest.fixture
def session(sessions):
    with sessions() as session:
        yield session


@pytest.fixture
def user(session):
    return make(session, "kim@example.com", "owner")


@pytest.fixture
def app_secret(session, user):
    return enrol(session, user)[0]


def make(session, email, role="reader", password=PASSWORD):
    return add_user(session, email=email, name="", role=role, password=password, actor=COMMAND_LINE)


def enrol(session, user, at=NOW - 10 * STEP):
    begin_enrolment(session, user, secret=KEY, now=at)
    secret = read_enrolment(session, user, secret=KEY, issuer="Help", now=at).secret
    return secret, confirm_enrolment(session, user, trial(code_at(secret, at), at))


def code_at(secret, moment):
    return pyotp.TOTP(secret).at(moment)


def trial(code, at=NOW, client="192.0.2.1", key=KEY):
    return Trial(code=code, client=client, secret=key, now=at)


def test_codes_are_those_of_rfc_6238(session, user, monkeypatch):
    """Appendix B: the secret 12345678901234567890 at 1111111109 seconds gives ...081804."""
    monkeypatch.setattr(pyotp, "random_base32", lambda: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
    at = datetime.fromtimestamp(1111111109, UTC)
    begin_enrolment(session, user, secret=KEY, now=at)
    assert len(confirm_enrolment(session, user, trial("081804", at))) == RECOVERY_CODES


def test_a_first_code_switches_the_app_on(session, user):
    begin_enrolment(session, user, secret=KEY, now=NOW)
    assert not is_enrolled(session, user)
    told = read_enrolment(session, user, secret=KEY, issuer="Help center", now=NOW)
    assert told.uri.startswith("otpauth://totp/Help%20center:kim%40example.com?")
    assert f"secret={told.secret}" in told.uri
    with pytest.raises(CodeRefused):
        confirm_enrolment(session, user, trial("000000"))
    assert not is_enrolled(session, user)
    confirm_enrolment(session, user, trial(code_at(told.secret, NOW)))
    assert is_enrolled(session, user)


def test_the_secret_of_an_app_in_use_is_neither_shown_again_nor_replaced(session, user, app_secret):
    with pytest.raises(NotEnrolled):
        read_enrolment(session, user, secret=KEY, issuer="Help", now=NOW)
    with pytest.raises(AlreadyEnrolled):
        begin_enrolment(session, user, secret=KEY, now=NOW)
    with pytest.raises(NotEnrolled):
        confirm_enrolment(session, user, trial(code_at(app_secret, NOW)))


def test_an_app_is_set_up_soon_or_anew(session, user):
    begin_enrolment(session, user, secret=KEY, now=NOW)
    late = NOW + ENROLMENT
    told = read_enrolment(session, user, secret=KEY, issuer="Help", now=late - STEP)
    with pytest.raises(NotEnrolled):
        read_enrolment(session, user, secret=KEY, issuer="Help", now=late)
    with pytest.raises(NotEnrolled):
        confirm_enrolment(session, user, trial(code_at(told.secret, late), late))
    assert enrol(session, user, at=late)[0] != told.secret


def test_a_code_is_used_once_and_so_are_those_before_it(session, user, app_secret):
    check_code(session, user, trial(code_at(app_secret, NOW)))
    for moment in (NOW, NOW - STEP):
        with pytest.raises(CodeRefused):
            check_code(session, user, trial(code_at(app_secret, moment)))
    check_code(session, user, trial(code_at(app_secret, NOW + STEP), NOW + STEP))


def test_the_code_that_switched_it_on_is_used_up(session, user):
    secret, _ = enrol(session, user, at=NOW)
    with pytest.raises(CodeRefused):
        check_code(session, user, trial(code_at(secret, NOW)))


@pytest.mark.parametrize(("steps", "taken"), [(-2, False), (-1, True), (0, True), (1, True)])
def test_a_clock_may_be_half_a_minute_wrong(session, user, app_secret, steps, taken):
    code = trial(code_at(app_secret, NOW + steps * STEP))
    if taken:
        check_code(session, user, code)
    else:
        with pytest.raises(CodeRefused):
            check_code(session, user, code)


@pytest.mark.parametrize("shape", ["{0} {1}", "{0}-{1}", " {0}{1} "])
def test_a_code_may_have_blanks_and_wide_digits(session, user, app_secret, shape):
    code = code_at(app_secret, NOW)
    wide = code.translate({ord("0") + n: ord("０") + n for n in range(10)})
    check_code(session, user, trial(shape.format(wide[:3], wide[3:])))


@pytest.mark.parametrize("code", ["", "0", "abcdef", "12345678", "-" * 100])
def test_what_is_no_code_is_refused(session, user, app_secret, code):
    with pytest.raises(CodeRefused):
        check_code(session, user, trial(code))


def test_guessing_codes_is_stopped_whoever_guesses(session, user, app_secret):
    for number in range(MOST_OF_CODES):
        with pytest.raises(CodeRefused):
            check_code(session, user, trial("wrong", client=f"192.0.2.{number}"))
    right = code_at(app_secret, NOW)
    with pytest.raises(TooManyAttempts):
        check_code(session, user, trial(right, client="192.0.2.99"))
    later = NOW + WINDOW
    check_code(session, user, trial(code_at(app_secret, later), later))


def test_right_codes_do_not_count_as_attempts(session, user, app_secret):
    for number in range(MOST_OF_CODES + 2):
        at = NOW + number * STEP
        check_code(session, user, trial(code_at(app_secret, at), at))


def test_a_recovery_code_works_once(session, user):
    _, codes = enrol(session, user)
    assert len(set(codes)) == count_recovery_codes(session, user) == RECOVERY_CODES
    check_code(session, user, trial(codes[3].upper().replace("-", " ")))
    assert count_recovery_codes(session, user) == RECOVERY_CODES - 1
    with pytest.raises(CodeRefused):
        check_code(session, user, trial(codes[3]))
    check_code(session, user, trial(codes[4]))


def test_a_recovery_code_is_one_persons(session, user):
    _, codes = enrol(session, user)
    other = make(session, "lee@example.com")
    enrol(session, other)
    with pytest.raises(CodeRefused):
        check_code(session, other, trial(codes[0]))


def test_new_recovery_codes_end_the_old_ones(session, user, app_secret):
    with pytest.raises(CodeRefused):
        renew_recovery_codes(session, user, trial("wrong"))
    codes = renew_recovery_codes(session, user, trial(code_at(app_secret, NOW)))
    again = renew_recovery_codes(session, user, trial(codes[0]))
    assert count_recovery_codes(session, user) == RECOVERY_CODES
    with pytest.raises(CodeRefused):
        check_code(session, user, trial(codes[1]))
    check_code(session, user, trial(again[1]))


def test_the_database_alone_makes_no_code(session, user):
    secret, codes = enrol(session, user)
    kept = session.get(SecondFactor, user.id)
    assert secret not in kept.sealed_secret
    hashes = {row.code_hash for row in session.query(RecoveryCode)}
    assert not hashes & {*codes, *(code.replace("-", "") for code in codes)}
    with pytest.raises(SealBroken):
        check_code(session, user, trial(code_at(secret, NOW), key="another key"))


def test_a_sealed_secret_opens_nothing_in_another_row(session, user):
    enrol(session, user)
    other = make(session, "lee@example.com")
    enrol(session, other)
    session.get(SecondFactor, other.id).sealed_secret = session.get(
        SecondFactor, user.id
    ).sealed_secret
    session.commit()
    with pytest.raises(SealBroken):
        check_code(session, other, trial("123456"))


def test_removing_the_app_leaves_nothing_and_is_noted(session, user, app_secret):
    remove_second_factor(session, user, actor=Actor.of(user))
    assert not is_enrolled(session, user)
    assert count_recovery_codes(session, user) == 0
    with pytest.raises(NotEnrolled):
        remove_second_factor(session, user, actor=COMMAND_LINE)
    deeds = [deed.action for deed in list_deeds(session, subject=f"user:{user.id}")]
    assert deeds[:2] == ["second-factor.remove", "second-factor.enrol"]
    assert app_secret not in str([deed.details for deed in list_deeds(session)])


def test_a_used_recovery_code_is_noted(session, user):
    _, codes = enrol(session, user)
    check_code(session, user, trial(codes[0]))
    assert list_deeds(session)[0].action == "second-factor.recover"


@pytest.mark.parametrize(
    ("role", "least", "password", "missing"),
    [
        ("owner", "off", PASSWORD, False),
        ("owner", "admin", PASSWORD, True),
        ("admin", "admin", PASSWORD, True),
        ("publisher", "admin", PASSWORD, False),
        ("reader", "reader", PASSWORD, True),
        ("owner", "reader", None, False),
    ],
)
def test_who_must_have_an_app(session, role, least, password, missing):
    user = make(session, "kim@example.com", role, password)
    assert is_second_factor_missing(session, user, least) is missing
    enrol(session, user)
    assert not is_second_factor_missing(session, user, least)


def test_a_sign_in_half_done_ends_with_its_time_its_password_and_its_account(session, user):
    lee = make(session, "lee@example.com")
    token = begin_pending(session, lee, now=NOW)
    assert find_pending(session, token, now=NOW).id == lee.id
    for wrong, at in (("", NOW), ("guess", NOW), (token, NOW + VALID)):
        assert find_pending(session, wrong, now=at) is None
    set_password(session, lee, "another kettle entirely", actor=COMMAND_LINE)
    assert find_pending(session, token, now=NOW) is None
    token = begin_pending(session, lee, now=NOW)
    disable_user(session, lee, actor=COMMAND_LINE, now=NOW)
    assert find_pending(session, token, now=NOW) is None
