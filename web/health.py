"""/healthz and /readyz: is the process alive, and is anybody's notice waiting for a reader (promise 6)."""

from fastapi import FastAPI, Response

from notifications.dispatcher import parked
from storage.engine import Database


def create_app(database: Database) -> FastAPI:
    """The HTTP face of a running Jintang."""
    app = FastAPI(title="金汤", docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/readyz")
    async def readyz(response: Response) -> dict[str, object]:
        async with database.reading() as session:
            waiting = await parked(session)
        response.status_code = 503 if waiting else 200
        return {"status": "parked" if waiting else "ready", "parked": waiting}

    return app
