from flask import Flask

from app.realtime.extension import EXTENSION, add_hub
from app.realtime.hub import Hub
from app.settings import Settings


def test_services_that_share_redis_have_different_channels(settings: Settings) -> None:
    channels = set()
    for secret_key in ("one", "other"):
        update = {"redis_url": "redis://127.0.0.1:1", "secret_key": secret_key}
        app = Flask(__name__)
        add_hub(app, settings.model_copy(update=update))
        hub = app.extensions[EXTENSION]
        assert isinstance(hub, Hub)
        assert hub.redis
        channels.add(hub.channel)
    assert len(channels) == 2
