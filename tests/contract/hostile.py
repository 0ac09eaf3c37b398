"""Hostile values for inputs, up to the largest size that a service accepts."""

import json
from collections.abc import Iterator
from urllib.parse import quote

SECRET_WORD = "swordfish"  # noqa: S105 - to find it again in output

TEXTS = [
    "",
    " \t ",
    "\0",
    f"{SECRET_WORD}\0.png",
    "\x01\x1b[2J\x7f\x85\u2028",
    "\r\nX-Injected: 1",
    "\ud800",
    "a\udfff\ud800",
    "\ufffe\uffff\U0010ffff",
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
    "9" * 5000,
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
UNITS = ["a", "\u0327\u0301", "\ufdfa", "\u0130", "\U0001f469\u200d", " ", "1", "&=;"]

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


def texts(budget: int) -> Iterator[str]:
    """Yield texts; the longest have `budget` bytes in UTF-8."""
    yield from TEXTS
    for unit in UNITS:
        yield unit * (budget // len(unit.encode()))


def json_values(budget: int) -> Iterator[bytes]:
    """Yield JSON values, valid and malformed."""
    for text in texts(budget - 1000):
        try:
            encoded = json.dumps(text, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            encoded = json.dumps(text).encode()
        if len(encoded) < budget:  # control characters become longer
            yield encoded
    yield from json_documents(budget)


def json_documents(budget: int) -> Iterator[bytes]:
    """Yield values other than text, up to the deepest and longest."""
    yield from JSON_VALUES
    yield b"[" * (budget // 2) + b"]" * (budget // 2)
    yield b'{"a":' * (budget // 6) + b"1" + b"}" * (budget // 6)
    yield b"[" + b"0," * (budget // 2 - 2) + b"0]"
    yield b"{" + b",".join(b'"%d":0' % n for n in range(budget // 12)) + b"}"
    yield b"1" * budget


def escape(text: str) -> str:
    """Encode text for a URL or a form; surrogates become invalid UTF-8."""
    return quote(text.encode("utf-8", "surrogatepass"), safe="")
