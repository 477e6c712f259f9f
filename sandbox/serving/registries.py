"""The HTTP registries: population (change feed and bulk file) and tax (payer list and archives of returns)."""

from __future__ import annotations

import base64
import datetime as dt
import json
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Query
from fastapi.responses import FileResponse, JSONResponse, Response, StreamingResponse

from ansinh.settings import secret
from connectors.contract import datasets
from sandbox.serving.faults import FaultInjector, Faults
from sandbox.serving.feeds import Feed
from sandbox.serving.oauth import Gatekeeper
from sandbox.serving.settings import ServingSettings

HTTP_REGISTRIES = ("population", "tax")

_CHANGES_LIMIT = 10_000
_PAGE_LIMIT = 5_000

Moment = Annotated[dt.datetime | None, Query()]
PageNumber = Annotated[int, Query(ge=1)]
PageSize = Annotated[int, Query(ge=1, le=_PAGE_LIMIT)]


def create_app(
    registry: str, folder: Path, settings: ServingSettings | None = None, faults: Faults | None = None
) -> FastAPI:
    """Return the application of one registry.

    Args:
        registry: `population` or `tax`.
        folder: what `sandbox.serving.rendering` made for it.
        faults: planned failures; default the ones of the settings.
    """
    settings = settings or ServingSettings()
    faults = faults if faults is not None else Faults(settings.faults)
    gatekeeper = Gatekeeper(client_secret(registry), settings)
    app = FastAPI(title=f"{registry} registry (stand-in)", docs_url=None, redoc_url=None)
    app.include_router(gatekeeper.router)
    if registry == "population":
        _add_population(app, folder, gatekeeper)
    else:
        _add_tax(app, folder, gatekeeper)
    app.add_middleware(FaultInjector, faults=faults, expire_tokens=gatekeeper.expire_tokens)
    return app


def client_secret(registry: str) -> str:
    """Return the OAuth2 client secret of a registry."""
    return secret(f"registry_{registry}_client")


def _add_population(app: FastAPI, folder: Path, gatekeeper: Gatekeeper) -> None:
    feeds = {name: Feed(folder, name) for name in datasets("population")}

    def feed_of(dataset: str) -> Feed:
        if dataset not in feeds:
            raise HTTPException(404, "unknown_dataset")
        return feeds[dataset]

    admitted = Depends(gatekeeper.admit)

    @app.get("/v1/{dataset}/changes", dependencies=[admitted])
    async def changes(
        dataset: str,
        after: Annotated[int, Query(ge=0)] = 0,
        until: Moment = None,
        limit: Annotated[int, Query(ge=1, le=_CHANGES_LIMIT)] = 1000,
    ) -> Response:
        """Changes that follow `after`, recorded before `until`, in the order of the feed."""
        feed = feed_of(dataset)
        start, end = feed.after(after), feed.before(until)
        stop = max(start, min(start + limit, end))
        position = feed.position(stop - 1) if stop > start else after
        tail = f',"next_after":{position},"has_more":{"true" if stop < end else "false"}}}'
        return Response(b'{"items":' + feed.items(start, stop) + tail.encode(), media_type="application/json")

    @app.get("/v1/{dataset}/bulk", dependencies=[admitted])
    async def bulk(dataset: str, until: Moment = None) -> Response:
        """All changes recorded before `until`, as one gzip NDJSON file."""
        feed = feed_of(dataset)
        rows = feed.before(until)
        position = feed.position(rows - 1) if rows else 0
        headers = {
            "X-Last-Change-Seq": str(position),
            "Content-Disposition": f'attachment; filename="{dataset}.ndjson.gz"',
        }
        return StreamingResponse(feed.gzip(rows), media_type="application/gzip", headers=headers)


def _add_tax(app: FastAPI, folder: Path, gatekeeper: Gatekeeper) -> None:
    payers = Feed(folder, "payer")
    archives: list[dict[str, Any]] = json.loads((folder / "archives.json").read_text())
    by_id = {archive["archive_id"]: archive for archive in archives}
    admitted = Depends(gatekeeper.admit)

    @app.get("/v1/payers", dependencies=[admitted])
    async def payer_list(
        updated_from: Moment = None, updated_to: Moment = None, page: PageNumber = 1, size: PageSize = 1000
    ) -> Response:
        """Payers recorded in a half-open interval, in the order of recording."""
        first = payers.before(updated_from) if updated_from else 0
        end = max(first, payers.before(updated_to))
        start = min(first + (page - 1) * size, end)
        tail = json.dumps(_paging(page, size, end - first))
        items = payers.items(start, min(start + size, end))
        return Response(b'{"items":' + items + b"," + tail[1:].encode(), media_type="application/json")

    @app.get("/v1/returns", dependencies=[admitted])
    async def archive_list(
        filed_from: Moment = None, filed_to: Moment = None, page: PageNumber = 1, size: PageSize = 1000
    ) -> Response:
        """Archives of returns filed in a half-open interval."""
        first = filed_from.isoformat() if filed_from else ""
        end = filed_to.isoformat() if filed_to else "9999"
        found = [archive for archive in archives if first <= archive["filed_at"] < end]
        items = found[(page - 1) * size : page * size]
        return JSONResponse({"items": items, **_paging(page, size, len(found))})

    @app.get("/v1/returns/{archive_id}.zip", dependencies=[admitted])
    async def archive(archive_id: str) -> Response:
        """One archive; supports Range, ETag and Repr-Digest."""
        if archive_id not in by_id:
            raise HTTPException(404, "unknown_archive")
        digest: str = by_id[archive_id]["sha256"]
        encoded = base64.b64encode(bytes.fromhex(digest)).decode()
        headers = {"ETag": f'"{digest}"', "Repr-Digest": f"sha-256=:{encoded}:"}
        return FileResponse(folder / f"{archive_id}.zip", media_type="application/zip", headers=headers)


def _paging(page: int, size: int, total: int) -> dict[str, int]:
    return {"page": page, "size": size, "total_pages": -(-total // size), "total_items": total}
