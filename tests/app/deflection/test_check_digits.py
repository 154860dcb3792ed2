"""Check digits: published examples pass, and one digit off does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.deflection.check_digits import (
    is_card,
    is_iban,
    is_luhn,
    is_my_number,
    is_resident_id,
    is_rrn,
    my_number_check_digit,
    resident_id_check,
    rrn_check_digit,
)


@pytest.mark.parametrize(
    "digits",
    [
        "4111111111111111",
        "5555555555554444",
        "378282246310005",
        "6011111111111117",
        "30569309025904",
    ],
)
def test_the_card_industrys_test_numbers_are_cards(digits):
    assert is_card(digits)


@pytest.mark.parametrize(
    "account",
    [
        "GB82WEST12345698765432",
        "DE89370400440532013000",
        "FR1420041010050500013M02606",
        "NO9386011117947",
        "SA0380000000608010167519",
        "CH9300762011623852957",
    ],
)
def test_the_registrys_example_accounts_are_accounts(account):
    assert is_iban(account)
    assert not is_iban(account[:-1])
    assert not is_iban(account[:2] + account[3] + account[2] + account[4:] + "")


def test_published_personal_numbers_pass():
    assert is_resident_id("11010519491231002X")
    assert is_my_number("123456789018")
    assert is_rrn("9001011234568")


@given(st.text("0123456789", min_size=12, max_size=18), st.integers(0, 17), st.integers(1, 9))
def test_one_digit_wrong_fails_luhn(first, place, change):
    valid = next(first + last for last in "0123456789" if is_luhn(first + last))
    place %= len(valid)
    wrong = valid[:place] + str((int(valid[place]) + change) % 10) + valid[place + 1 :]
    assert not is_luhn(wrong)


@given(st.text("0123456789", min_size=11, max_size=11))
def test_exactly_one_twelfth_digit_makes_a_my_number(first):
    valid = [last for last in "0123456789" if is_my_number(first + last)]
    assert valid == [my_number_check_digit(first)]


@given(st.dates(), st.integers(0, 999), st.text("0123456789", min_size=6, max_size=6))
def test_exactly_one_eighteenth_character_makes_a_resident_id(born, number, area):
    if born.year < 1800:
        return
    first = f"{area}{born:%Y%m%d}{number:03}"
    assert [c for c in "0123456789X" if is_resident_id(first + c)] == [resident_id_check(first)]


@pytest.mark.parametrize("impossible", ["9013011234568", "9002301234568", "9901321234567"])
def test_a_date_that_never_was_is_no_resident_number(impossible):
    assert not is_rrn(impossible[:12] + rrn_check_digit(impossible[:12]))
