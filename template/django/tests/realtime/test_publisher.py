from app.realtime.publisher import create_hub


def test_services_that_share_redis_have_different_channels() -> None:
    hubs = [create_hub("redis://127.0.0.1:1", key) for key in ("one", "other")]
    assert all(hub.redis for hub in hubs)
    assert len({hub.channel for hub in hubs}) == 2
