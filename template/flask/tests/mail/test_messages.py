import pytest
from jinja2 import DictLoader

from app.mail import messages
from app.settings import PROJECT_NAME


@pytest.mark.usefixtures("context")
def test_a_message_has_a_text_and_the_same_in_html(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    templates = {
        "tea.txt": "{{ name }} at {{ project_name }}",
        "tea.html": "<p>{{ name }}</p>",
    }
    monkeypatch.setattr(messages.templates, "loader", DictLoader(templates))
    message = messages.create_message(
        to="ada@example.org", subject="Tea", template="tea", name="<Ada>"
    )
    assert message.recipients == ["ada@example.org"]
    assert message.body == f"<Ada> at {PROJECT_NAME}"
    assert message.html == "<p>&lt;Ada&gt;</p>"
    text = message.as_string()
    assert "From: no-reply@localhost" in text
    assert "Auto-Submitted: auto-generated" in text
    assert message.msgId.endswith("@localhost>")
