#!/usr/bin/python3
"""Writes fixtures/decimals.txt: pairs of JSON numbers and how they compare. unit/decimal.c reads
it. It is run by hand: tests/tools/decimals.py >tests/fixtures/decimals.txt

A line is `A B <`, `A B =` or `A B >`. Two oracles that share nothing with decimal.c agree on every
line. One is Python's decimal module, whose comparison is exact. It knows exponents of up to 18
digits. The other one takes a number apart into whole numbers of any size, and is alone for larger
exponents. The seed is fixed, so that the same table is written each time."""

import decimal
import random
import re
import sys

PARTS = re.compile(r"(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?")
EXPONENT_MAX = 10 ** 17


def take_apart(text):
    """(sign, digits without zeros at either end, exponent of a point before the first digit)"""
    minus, whole, fraction, exponent = PARTS.fullmatch(text).groups()
    digits = whole + (fraction or "")
    point = len(whole) + int(exponent or 0)
    point -= len(digits) - len(digits.lstrip("0"))
    digits = digits.strip("0")
    return (0, "", 0) if digits == "" else (-1 if minus else 1, digits, point)


def compare_parts(a, b):
    (sign, digits, point), (other_sign, other_digits, other_point) = take_apart(a), take_apart(b)
    if sign != other_sign:
        return (sign > other_sign) - (sign < other_sign)
    if sign == 0:
        return 0
    # Digits behind the point compare as strings do: a longer text is larger than its prefix.
    left, right = (point, digits), (other_point, other_digits)
    return sign * ((left > right) - (left < right))


def exponent_of(text):
    return abs(int(PARTS.fullmatch(text)[4] or 0))


def compare(a, b):
    own = compare_parts(a, b)
    if max(exponent_of(a), exponent_of(b)) < EXPONENT_MAX:
        x, y = decimal.Decimal(a), decimal.Decimal(b)
        assert own == (x > y) - (x < y), (a, b)
    return own


def variants(r, text):
    """Other ways to write the number, and its neighbours."""
    minus, whole, fraction, exponent = PARTS.fullmatch(text).groups()
    fraction, exponent = fraction or "", int(exponent or 0)
    digits = whole + fraction
    yield text
    yield f"{minus}{whole}.{fraction}{'0' * r.randint(1, 30)}e{exponent}"
    yield f"{minus}{digits.lstrip('0') or '0'}E{exponent - len(fraction)}"
    yield f"{minus}0.{'0' * 3}{digits}e+{exponent + len(whole) + 3}".replace("e+-", "e-")
    yield f"{minus}{whole}.{fraction}0000000000000000001e{exponent:0=+25d}"
    yield f"{minus}{whole}.{fraction or '0'}e{exponent + 1}"
    yield f"{minus}{whole}.{fraction or '0'}e{exponent - 1}"
    if minus == "":
        yield "-" + text
    changed = list(digits.lstrip("0") or "0")
    place = r.randrange(len(changed))
    changed[place] = r.choice("123456789")
    yield f"{minus}{''.join(changed)}e{exponent - len(fraction)}"


FIXED = """
0 -0 0.0 -0.000 0e5 0E-99999999999999999999 0.00000000000000000000000000 1 -1 1.0 10e-1 0.1e1
9007199254740992 9007199254740993 9007199254740992.5 9007199254740993.0 -9007199254740993 1.1 1.10
1.1000000000000000001 1.1000000000000000000 11e-1 0.11E1 1.09999999999999999999 999999999999999999
1000000000000000000 999999999999999999.5 9223372036854775807 9223372036854775808
-9223372036854775808 -9223372036854775809 18446744073709551615 18446744073709551616 1e400 1e-400
1e399 10e399 0.1e401 -1e400 9.999e399 1e308 1.7976931348623157e308 1.7976931348623159e308 5e-324
4.9e-324 2.4703282292062327e-324 1e99999999999999999999 1e99999999999999999998
1e100000000000000000000 10e99999999999999999998 0.1e100000000000000000000 1e-99999999999999999999
1e-99999999999999999998 1e+99999999999999999999 1e00000000000000000000099999999999999999999
-1e99999999999999999999 -1e-99999999999999999999 1e99999999999999999 1e100000000000000000
1e100000000000000001 1e-100000000000000000 1e-100000000000000001 1e9223372036854775807
1e9223372036854775808 1e-9223372036854775808 1e18446744073709551616 1e-18446744073709551616 1e000
1E+0 1e-0 100 1e2 1.00e2 0.01e4 12345678901234567890 12345678901234567891 0.3 0.30000000000000004
0.1 0.2 0.10000000000000000555 3.14 3.140 2147483648 4294967296
""".split()


def numbers(r):
    for _ in range(90):
        whole = str(r.randint(0, 10 ** r.choice((1, 2, 5, 17, 18, 19, 40))))
        fraction = "." + "".join(r.choices("0000123456789", k=r.choice((1, 2, 5, 25)))) if r.random() < .6 else ""
        exponent = r.choice("eE") + str(r.randint(-10 ** 3, 10 ** 3)) if r.random() < .4 else ""
        yield r.choice(("", "", "-")) + whole + fraction + exponent
    for _ in range(30):
        size = r.choice((17, 18, 19, 20, 40))
        yield f"{r.choice(('', '-'))}{r.randint(1, 99)}e{r.choice(('', '-'))}{r.randint(10 ** (size - 1), 10 ** size)}"
    for length in (63, 64, 100, 300, 400):
        yield "".join(r.choices("123456789", k=length))
        yield "0." + "0" * length + "7"
        yield "1" + "0" * length


def pairs(r):
    for i, a in enumerate(FIXED):
        for b in FIXED[i:]:
            yield (a, b) if r.random() < .5 else (b, a)
    pool = list(numbers(r))
    for number in pool:
        for other in variants(r, number):
            yield number, other
        yield number, r.choice(pool)
        yield number, r.choice(FIXED)


def main():
    r = random.Random(1)
    lines = {f"{a} {b} {'=><'[compare(a, b)]}": None for a, b in pairs(r)}
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
