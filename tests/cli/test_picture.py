"""The picture in the README shows what the command says today."""

import html
import re

from tests.cli.conftest import Trivet
from tests.repository.picture import ANSWERS, PICTURE


def test_the_picture_shows_what_the_command_says(trivet: Trivet) -> None:
    told = [
        word
        for key, answer in ANSWERS.items()
        for word in (
            "--data",
            f"{key}={','.join(answer) if isinstance(answer, list) else answer}",
        )
    ]
    said = trivet("recommend", "--defaults", *told).out.strip()
    texts = re.findall(r"<text[^>]*>(.*?)</text>", PICTURE.read_text("utf-8"))
    drawn = "".join(html.unescape(text).replace("\xa0", " ") for text in texts)
    shown = re.sub(r"\s+", "", drawn)
    assert re.sub(r"\s+", "", said) in shown
