"""The production server: `python -m app`."""

import uvicorn

from app.settings import load_settings

if __name__ == "__main__":
    settings = load_settings()
    uvicorn.run(
        "app.asgi:app",
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        log_config=None,  # app.logging does it,
        access_log=False,  # and app.middleware does these two
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=30,
    )
