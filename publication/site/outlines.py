"""Draws `map.json` from the two files that `MAP.md` names; needs shapely 2.2, which nothing else here does."""

from __future__ import annotations

import argparse
import csv
import json
import math
import re
import sqlite3
import unicodedata
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import shapely

_SEEDS = Path(__file__).parents[2] / "dbt_project" / "seeds"

_REDRAWN = {"10": "12", "11": "12", "26": "01", "92": "87", "93": "92"}
"""Provinces whose outline in the source holds districts of another: that part goes by the nearest ward."""

_ARCHIPELAGOS = {
    "hoang_sa": (
        "48",
        {
            "Tri Tôn": (15.78, 111.20), "Bạch Quy": (16.05, 111.76), "Bông Bay": (16.04, 112.52),
            "Quang Ảnh": (16.45, 111.51), "Quang Hòa": (16.45, 111.71), "Duy Mộng": (16.46, 111.74),
            "Hoàng Sa": (16.53, 111.61), "Linh Côn": (16.67, 112.73), "Phú Lâm": (16.83, 112.34),
            "đảo Bắc": (16.97, 112.31), "đá Bắc": (17.09, 111.50),
        },
    ),
    "truong_sa": (
        "56",
        {
            "Hoa Lau": (7.37, 113.83), "An Bang": (7.89, 112.92), "Thuyền Chài": (8.17, 113.30),
            "Công Đo": (8.37, 115.24), "Trường Sa": (8.64, 111.92), "Đá Lát": (8.66, 111.67),
            "Núi Le": (8.72, 114.18), "Tốc Tan": (8.82, 113.98), "Đá Tây": (8.85, 112.22),
            "Tiên Nữ": (8.86, 114.65), "Châu Viên": (8.87, 112.83), "Trường Sa Đông": (8.93, 112.35),
            "Phan Vinh": (8.97, 113.69), "Chữ Thập": (9.55, 112.89), "Cô Lin": (9.77, 114.26),
            "Sinh Tồn": (9.89, 114.33), "Sinh Tồn Đông": (9.91, 114.57), "Vành Khăn": (9.92, 115.52),
            "Đá Lớn": (10.06, 113.85), "Nam Yết": (10.18, 114.37), "Ba Bình": (10.38, 114.36),
            "Sơn Ca": (10.38, 114.48), "Loại Ta": (10.67, 114.42), "Vĩnh Viễn": (10.73, 115.80),
            "Bình Nguyên": (10.82, 115.83), "Xu Bi": (10.92, 114.08), "Thị Tứ": (11.05, 114.28),
            "Bến Lạc": (11.08, 115.02), "Song Tử Tây": (11.43, 114.33), "Song Tử Đông": (11.45, 114.36),
        },
    ),
}  # fmt: skip
"""The province that each archipelago belongs to; latitude and longitude of its islands and main reefs."""

_WEST, _NORTH, _UNITS, _LATITUDE = 102.14, 23.4, 57.0, 16.0
_DETAIL, _ISLET = 0.8, 4.5
"""Outlines lose triangles smaller than the square of the first; the second is an islet's radius, to be seen at all."""


def draw(provinces: Path, wards: Path) -> dict[str, Any]:
    """Return the outlines of both lists and of the archipelagos, as `map.json` holds them."""
    codes, points, owners = _wards(wards)
    old = _simplified(_islands(_redrawn(_provinces(provinces, codes), points, owners), points, owners))
    with (_SEEDS / "province_crosswalk.csv").open(encoding="utf-8", newline="") as lines:
        heirs = {row["old_code"]: row["new_code"] for row in csv.DictReader(lines)}
    new: dict[str, list[Any]] = defaultdict(list)
    for code, shape in old.items():
        new[heirs[code]].append(shape)
    islands = {name: {"area": code, "path": _path(_islets(places))} for name, (code, places) in _ARCHIPELAGOS.items()}
    return {
        "view_box": "-4 -4 768 928",
        "provinces": {
            "34": {code: _path(shapely.coverage_union_all(shapes)) for code, shapes in sorted(new.items())},
            "63": {code: _path(shape) for code, shape in sorted(old.items())},
        },
        "islands": islands,
    }


def _wards(database: Path) -> tuple[dict[str, str], Any, list[str]]:
    """Return the codes of the old list by plain name, and of each ward (or island district) place and province."""
    with sqlite3.connect(database) as connection:
        rows = connection.execute(
            "select provinceCode, provinceShortKey, coalesce(wardLon, districtLon), coalesce(wardLat, districtLat)"
            " from admin_units_legacy where districtLon is not null"
        ).fetchall()
    places = {(lon, lat): (code, name) for code, name, lon, lat in rows}
    return {name: code for code, name in places.values()}, shapely.points(list(places)), [c for c, _ in places.values()]


def _provinces(source: Path, codes: dict[str, str]) -> dict[str, Any]:
    """Return the outlines of Natural Earth by code; islands that it gives to no province have an empty one."""
    found: dict[str, Any] = {}
    for feature in json.loads(source.read_text(encoding="utf-8"))["features"]:
        name = unicodedata.normalize("NFD", feature["properties"]["gn_name"] or "").lower()
        plain = re.sub(r"[^a-z]", "", name)
        [code] = [code for key, code in codes.items() if plain.endswith(key)] or [""]
        found[code] = shapely.geometry.shape(feature["geometry"])
    assert set(found) == {*codes.values(), ""}
    return found


def _redrawn(outlines: dict[str, Any], places: Any, owners: list[str]) -> dict[str, Any]:
    """Hand the districts that the source puts into a wrong province to their own, by the wards that lie in it."""
    drawn = dict(outlines)
    for code, other in _REDRAWN.items():
        outline = outlines[code]
        inside = [n for n in shapely.STRtree(places).query(outline, "contains") if owners[n] in {code, other}]
        cells = shapely.voronoi_polygons(shapely.multipoints(places[inside]), extend_to=outline, ordered=True).geoms
        own = shapely.union_all([cell for cell, n in zip(cells, inside, strict=True) if owners[n] == code])
        rest = drawn[code].difference(outline)
        drawn[code] = shapely.union_all([rest, outline.intersection(own)])
        drawn[other] = shapely.union_all([drawn[other], outline.difference(own)])
    return drawn


def _islands(outlines: dict[str, Any], places: Any, owners: list[str]) -> dict[str, Any]:
    """Give each island to the province of most of the wards on it, or else of the nearest ward."""
    tree = shapely.STRtree(places)
    parts: dict[str, list[Any]] = defaultdict(list)
    for code, outline in outlines.items():
        pieces = sorted(shapely.get_parts(outline), key=shapely.area)
        if code:
            parts[code].append(pieces.pop())
        for piece in pieces:
            on_it = [*tree.query(piece, "contains")] or [tree.nearest(piece)]
            parts[Counter(owners[n] for n in on_it).most_common(1)[0][0]].append(piece)
    return {code: shapely.union_all(pieces) for code, pieces in parts.items()}


def _simplified(outlines: dict[str, Any]) -> dict[str, Any]:
    """Return the outlines in units of the map, with fewer corners; borders stay shared."""
    clean = shapely.coverage_clean([_projected(outline) for outline in outlines.values()], gap_width=0.5)
    return dict(zip(outlines, shapely.coverage_simplify(clean, _DETAIL), strict=True))


def _projected(shape: Any) -> Any:
    wide = _UNITS * math.cos(math.radians(_LATITUDE))
    return shapely.transform(shape, lambda at: (at - (_WEST, _NORTH)) * (wide, -_UNITS))


def _islets(places: dict[str, tuple[float, float]]) -> Any:
    centres = _projected(shapely.multipoints([(longitude, latitude) for latitude, longitude in places.values()]))
    return shapely.buffer(centres, _ISLET, quad_segs=2)


def _path(shape: Any) -> str:
    """Return an SVG path in tenths of a unit, each corner told from the one before it."""
    rings = []
    for part in shapely.get_parts(shape):
        for ring in (part.exterior, *part.interiors):
            corners = [(round(x * 10), round(y * 10)) for x, y in ring.coords]
            steps = [(x - a, y - b) for (a, b), (x, y) in pairwise(corners[:-1])]
            told = " ".join(f"{x / 10:g} {y / 10:g}" for x, y in steps if x or y).replace(" -", "-")
            rings.append(f"M{corners[0][0] / 10:g} {corners[0][1] / 10:g}l{told}z")
    return "".join(rings)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("provinces", "wards"):
        parser.add_argument(name, type=Path)
    drawn = draw(**vars(parser.parse_args()))
    Path(__file__).with_name("map.json").write_text(json.dumps(drawn, indent=1) + "\n", encoding="utf-8")
