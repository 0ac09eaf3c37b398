import pytest
from jinja2 import DictLoader

from app.mail import messages
from app.settings import PROJECT_NAME, Settings


def test_a_message_has_a_text_and_the_same_in_html(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    templates = {
        "tea.txt": "{{ name }} at {{ project_name }}",
        "tea.html": "<p>{{ name }}</p>",
    }
    monkeypatch.setattr(messages.templates, "loader", DictLoader(templates))
    message = messages.create_message(
        settings, to="ada@example.org", subject="Tea", template="tea", name="<Ada>"
    )
    assert (message["To"], message["From"]) == ("ada@example.org", "no-reply@localhost")
    assert {"Date", "Message-ID", "Auto-Submitted"} <= set(message.keys())
    text, html = [part.get_content().strip() for part in message.iter_parts()]
    assert text == f"<Ada> at {PROJECT_NAME}"
    assert html == "<p>&lt;Ada&gt;</p>"
