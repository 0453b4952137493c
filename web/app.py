"""The HTTP face of a process: health, readiness, metrics and, where it receives, webhook and intake."""

from collections.abc import Collection, Mapping

from fastapi import FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from config.clock import LocalTime
from notifications.dispatcher import parked
from storage.engine import Database, is_away
from web.gauges import measure
from web.intake import intake
from web.webhook import Hook, Receive, webhook
from workflows.reception import Reception


def create_app(
    database: Database,
    time: LocalTime,
    roles: Collection[str] = (),
    hooks: Mapping[str, Hook] | None = None,
    receive: Receive | None = None,
    reception: Reception | None = None,
) -> FastAPI:
    """`hooks` are the webhooks of the bots by their paths; `receive` keeps an update.

    `reception` takes clues in.
    """
    app = FastAPI(title="金汤", docs_url=None, redoc_url=None, openapi_url=None)
    if receive is not None:
        app.include_router(webhook(hooks or {}, receive))
    if reception is not None:
        app.include_router(intake(reception))

    @app.get("/healthz")
    async def healthz() -> dict[str, object]:
        return {"status": "ok", "roles": sorted(roles)}

    @app.get("/readyz")
    async def readyz(response: Response) -> dict[str, object]:
        """Whether the database answers, and whether anybody's notice waits for a reader (promise 6)."""
        try:
            async with database.reading() as session:
                waiting = await parked(session)
        except Exception as error:
            if not is_away(error):
                raise
            response.status_code = 503
            return {"status": "no database"}
        response.status_code = 503 if waiting else 200
        return {"status": "parked" if waiting else "ready", "parked": waiting}

    @app.get("/metrics")
    async def metrics() -> Response:
        """What this process has counted, and what stands in the rows; without a database the former."""
        try:
            async with database.reading() as session:
                await measure(session, time.now())
        except Exception as error:
            if not is_away(error):
                raise
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return app
