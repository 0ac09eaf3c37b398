"""Hostile values for inputs, up to the largest size that a service accepts."""

import json
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import TypeVar
from urllib.parse import quote

Value = TypeVar("Value")
SHARES = 10
SECRET_WORD = "swordfish"  # noqa: S105 - to find it again in output

# What most often breaks what reads text: for every input.
CLASSIC_TEXTS = ["", "\0", "\ud800", "\ufffe\uffff\U0010ffff", "9" * 5000]
TEXTS = [
    " \t ",
    f"{SECRET_WORD}\0.png",
    "\x01\x1b[2J\x7f\x85\u2028",
    "\r\nX-Injected: 1",
    "a\udfff\ud800",
    "\u200b\u00ad\u3164\u2800",
    "\u202e\u2066gnp.exe",
    "\ufeff1",
    "\u0661\u0662",
    "\uff19",
    "+10",
    "1_0",
    "-1",
    "-0",
    "00000000000000000001",
    "99999999999999999999",
    "1e999999999",
    "1e-999999999",
    "0x10",
    "NaN",
    "-Infinity",
    "null",
    "true",
    "9999-12-31T23:59:60Z",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "{00000000-0000-4000-8000-000000000000}",
    "urn:uuid:00000000-0000-4000-8000-000000000000",
    "A" * 31,
    "A" * 32,
    "AP" + "_" * 30,
    "=" * 32,
    "a.b.c",
    "eyJhbGciOiJub25lIn0.e30.",
    "eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCJ9.W10.AAAA",
    "../../../etc/passwd",
    "..\\..\\con",
    "//evil.example/",
    "http://[::1",
    "http://a:99999999/",
    "javascript:alert(1)",
    "<script>alert(1)</script>",
    "{{ 7 * 7 }}${7*7}%s%n%(a)s",
    "' OR 1=1 --\\",
    "%ff%00",
    "a@\u2488.example",
    "a@xn--a.example",
    "a@[::1]",
    f"{'a' * 64}@{'b' * 63}.{'c' * 63}.{'d' * 55}.example",
    '"a b"@example.org',
    "bytes=0-0,-1,99999999999999999999-",
    "Thu, 01 Jan 1970 00:00:00 GMT, \u0661",
    "multipart/form-data; boundary=",
    "application/json; charset=\u00fftf-16",
]
# Repeated up to the size limit: slow to normalise, to expand, to fold or to match.
SLOWEST_UNIT = "\u0327\u0301"
UNITS = ["a", "\ufdfa", "\u0130", "\U0001f469\u200d", " ", "1", "&=;"]

# For bodies that have to be JSON, and for each value in them.
JSON_VALUES = [
    b"null",
    b"true",
    b"-1",
    b"0.0000000000000000000000001",
    b"1e400",
    b"-1e400",
    b"1" * 4000,
    b"NaN",
    b"-Infinity",
    b"[]",
    b"{}",
    b'[["a"]]',
    b'{"$ref": "#", "__proto__": {}}',
    b'"\\ud800"',
    b'"\\ud800\\u0000"',
    b'"\xff\xfe"',
    b'"\xed\xa0\x80"',
    b'"\xf4\x90\x80\x80"',
    b'"\\x41"',
    b'"open',
    b"\xef\xbb\xbf1",
    b"1 1",
]


def texts(budget: int, turn: int | None = None) -> Iterator[str]:
    """Yield texts; the longest have `budget` bytes in UTF-8."""
    yield from CLASSIC_TEXTS
    yield _repeat(SLOWEST_UNIT, budget)
    yield from _share([*TEXTS, *(_repeat(unit, budget) for unit in UNITS)], turn)


def json_values(budget: int, turn: int | None = None) -> Iterator[bytes]:
    """Yield JSON values, valid and malformed."""
    for text in texts(budget - 1000, turn):
        try:
            encoded = json.dumps(text, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            encoded = json.dumps(text).encode()
        if len(encoded) < budget:  # control characters become longer
            yield encoded
    yield from json_documents(budget, turn)


def json_documents(budget: int, turn: int | None = None) -> Iterator[bytes]:
    """Yield values other than text, up to the deepest and longest."""
    yield from _share([*JSON_VALUES, *_long_documents(budget)], turn)


@cache
def _long_documents(budget: int) -> list[bytes]:
    return [
        b"[" * (budget // 2) + b"]" * (budget // 2),
        b'{"a":' * (budget // 6) + b"1" + b"}" * (budget // 6),
        b"[" + b"0," * (budget // 2 - 2) + b"0]",
        b"{" + b",".join(b'"%d":0' % n for n in range(budget // 12)) + b"}",
        b"1" * budget,
    ]


def _repeat(unit: str, budget: int) -> str:
    return unit * (budget // len(unit.encode()))


def _share(values: Sequence[Value], turn: int | None) -> Sequence[Value]:
    """Return a part of the values, another one for each turn, or all of them."""
    return values if turn is None else values[turn % SHARES :: SHARES]


@lru_cache(maxsize=1000)  # long texts take a while, and come again and again
def escape(text: str) -> str:
    """Write text for a URL or a form; surrogates become bytes that are not UTF-8."""
    return quote(text.encode("utf-8", "surrogatepass"), safe="")
