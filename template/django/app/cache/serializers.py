"""How values are stored in Redis."""


class TextSerializer:
    """Stores text. Django's serializer would run code that somebody put into Redis."""

    def dumps(self, text: str) -> bytes:
        return text.encode()

    def loads(self, data: bytes) -> str:
        return data.decode()
