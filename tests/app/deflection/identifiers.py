"""A corpus of identifiers and of what merely looks like one, in sentences of four languages."""

import random

from app.deflection.check_digits import (
    is_iban,
    is_luhn,
    my_number_check_digit,
    resident_id_check,
    rrn_check_digit,
)

SENTENCES = (
    "my details are {} please check",
    "Refund to {}, thanks.",
    "제 정보는 {}입니다",
    "연락처({})로 답장 주세요",
    "私の番号は{}です。",
    "「{}」に返金してください",
    "请退款到{}谢谢",
    "我的号码：{}，请查一下",
)


def digits(chance, count):
    return "".join(chance.choice("0123456789") for _ in range(count))


def card(chance):
    first = chance.choice(["4", "51", "55", "2221", "6011"])
    first += digits(chance, 15 - len(first))
    whole = first + next(last for last in "0123456789" if is_luhn(first + last))
    parts = [whole[start : start + 4] for start in range(0, 16, 4)]
    return chance.choice(["", " ", "-"]).join(parts)


def iban(chance):
    country, length = chance.choice([("DE", 22), ("FR", 27), ("GB", 22), ("NL", 18), ("ES", 24)])
    account = digits(chance, length - 4)
    check = next(f"{n:02}" for n in range(2, 99) if is_iban(f"{country}{n:02}{account}"))
    whole = f"{country}{check}{account}"
    if chance.random() < 0.5:
        whole = " ".join(whole[start : start + 4] for start in range(0, length, 4))
    return whole.lower() if chance.random() < 0.3 else whole


def rrn(chance):
    first = f"{chance.randrange(50, 100)}{chance.randrange(1, 13):02}{chance.randrange(1, 29):02}"
    first += chance.choice("12") + digits(chance, 5)
    whole = first + rrn_check_digit(first)
    return f"{whole[:6]}{chance.choice(['-', '-', ''])}{whole[6:]}"


def my_number(chance):
    first = digits(chance, 11)
    whole = first + my_number_check_digit(first)
    return chance.choice(["", " ", "-"]).join((whole[:4], whole[4:8], whole[8:]))


def resident_id(chance):
    born = f"{chance.randrange(1950, 2010)}{chance.randrange(1, 13):02}{chance.randrange(1, 29):02}"
    first = f"{chance.choice(['110105', '310115', '440305'])}{born}{digits(chance, 3)}"
    last = resident_id_check(first)
    return first + chance.choice([last, last.lower()])


def phone(chance):
    d = digits
    return chance.choice(
        [
            f"010-{d(chance, 4)}-{d(chance, 4)}",
            f"010{d(chance, 8)}",
            f"010 {d(chance, 4)} {d(chance, 4)}",
            f"02-{d(chance, 3)}-{d(chance, 4)}",
            f"+82 10-{d(chance, 4)}-{d(chance, 4)}",
            f"+8210{d(chance, 8)}",
            f"090-{d(chance, 4)}-{d(chance, 4)}",
            f"03-{d(chance, 4)}-{d(chance, 4)}",
            f"0467-22-{d(chance, 4)}",
            f"+81-3-{d(chance, 4)}-{d(chance, 4)}",
            f"139{d(chance, 8)}",
            f"186 {d(chance, 4)} {d(chance, 4)}",
            f"010-{d(chance, 8)}",
            f"+86 139 {d(chance, 4)} {d(chance, 4)}",
            f"0912-{d(chance, 3)}-{d(chance, 3)}",
            f"+886 912 {d(chance, 3)} {d(chance, 3)}",
            f"(415) 555-{d(chance, 4)}",
            f"415-555-{d(chance, 4)}",
            f"+1 (212) 555-{d(chance, 4)}",
            f"+44 20 7946 {d(chance, 4)}",
            f"07700 900{d(chance, 3)}",
            f"06 12 34 {d(chance, 2)} {d(chance, 2)}",
            f"０８０－{d(chance, 4)}－{d(chance, 4)}".translate(WIDE),
        ]
    )


def mail(chance):
    name = chance.choice(["jane.doe", "kim_91", "t.sato+shop", "li-wei", "o'neil", "a1"])
    host = chance.choice(["example.com", "mail.example.co.kr", "example.jp", "qq.example.cn"])
    return f"{name}{chance.choice(['@', '@', '＠'])}{host}"


WIDE = {ord(plain): wide for plain, wide in zip("0123456789", "０１２３４５６７８９", strict=True)}
IDENTIFIERS = (card, iban, rrn, my_number, resident_id, phone, mail)


def near_miss(chance):
    d = digits
    return chance.choice(
        [
            f"2024-0{chance.randrange(1, 10)}-1{d(chance, 1)} 10:{chance.randrange(10, 60)}:05",
            f"2024.{chance.randrange(10, 13)}.{chance.randrange(10, 29)}",
            f"{chance.randrange(2000, 2030)}/0{chance.randrange(1, 10)}/1{d(chance, 1)}",
            f"{chance.randrange(1, 13)}/{chance.randrange(1, 29)}/2025",
            f"1{d(chance, 1)},{d(chance, 3)},{d(chance, 3)}",
            f"{chance.randrange(1, 999)}.{d(chance, 2)}",
            f"0.{d(chance, 10)}",
            f"v{chance.randrange(1, 20)}.{d(chance, 2)}.{d(chance, 4)}",
            f"10.0.{chance.randrange(10000, 30000)}.{d(chance, 4)}",
            f"192.168.{chance.randrange(0, 256)}.{chance.randrange(0, 256)}",
            f"0x8007{d(chance, 4)}",
            f"E-{d(chance, 4)}",
            f"ORD-{d(chance, 6)}",
            f"#{d(chance, 7)}",
            f"{chance.randrange(10_000_000, 99_999_999)}",
            f"12:{chance.randrange(10, 60)}~18:{chance.randrange(10, 60)}",
            f"2023 2024 {chance.randrange(2000, 2030)}",
            f"{d(chance, 3)}-{d(chance, 4)}",
            f"〒1{d(chance, 2)}-{d(chance, 4)}",
            f"react@18.{chance.randrange(0, 9)}.0",
            f"@user{d(chance, 2)}",
            f"iPhone 15 {chance.choice([128, 256, 512])}GB",
            f"ISBN 978-3-16-148{d(chance, 3)}-{d(chance, 1)}",
            f"1588-{d(chance, 4)}",
            f"{d(chance, 2)}kg x {d(chance, 3)}cm x {d(chance, 3)}cm",
        ]
    )


def corpus(seed=7, each=60, misses=400):
    """Sentences with (identifier, kind), then sentences with near misses."""
    chance = random.Random(seed)
    hits = []
    for make in IDENTIFIERS:
        for number in range(each):
            identifier = make(chance)
            hits.append((SENTENCES[number % len(SENTENCES)].format(identifier), identifier))
    none = [SENTENCES[n % len(SENTENCES)].format(near_miss(chance)) for n in range(misses)]
    return hits, none
