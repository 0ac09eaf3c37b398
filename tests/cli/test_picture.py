"""The picture in the README shows the current output of the command."""

import html
import re

from tests.cli.conftest import Trivet
from tests.repository.picture import ANSWERS, PICTURE


def test_the_picture_shows_the_output_of_the_command(trivet: Trivet) -> None:
    arguments = [
        word
        for key, answer in ANSWERS.items()
        for word in (
            "--data",
            f"{key}={','.join(answer) if isinstance(answer, list) else answer}",
        )
    ]
    output = trivet("recommend", "--defaults", *arguments).out.strip()
    texts = re.findall(r"<text[^>]*>(.*?)</text>", PICTURE.read_text("utf-8"))
    drawn = "".join(html.unescape(text).replace("\xa0", " ") for text in texts)
    shown = re.sub(r"\s+", "", drawn)
    assert re.sub(r"\s+", "", output) in shown
