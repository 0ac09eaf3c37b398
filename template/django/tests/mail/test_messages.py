from typing import Any

from django.core import mail

from app.mail.messages import send_message


def test_a_message_has_a_text_and_the_same_in_html(settings: Any) -> None:
    templates = {
        "tea.txt": "{{ name|safe }}",
        "tea.html": "<p>{{ name }}</p>",
    }
    settings.TEMPLATES = [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "loaders": [("django.template.loaders.locmem.Loader", templates)]
            },
        }
    ]
    send_message(to="ada@example.org", subject="Tea", template="tea", name="<Ada>")
    message: Any = mail.outbox[-1]
    assert message.to == ["ada@example.org"]
    assert message.from_email == "no-reply@localhost"
    assert message.body == "<Ada>"
    assert message.alternatives[0].content == "<p>&lt;Ada&gt;</p>"
