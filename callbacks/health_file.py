"""Health: a workbook of one's own, read and scored in the memory of this request alone."""

import base64
import binascii
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
from dash import Dash, Input, Output, State
from flask import current_app

from analytics.health import COMPONENTS, SCALINGS, Scaling
from analytics.health_columns import TARGETS
from callbacks.health_upload import MOST_BYTES, ScoredWorkbook, Workbook, read_workbook, score_workbook
from callbacks.health_versions import VERSIONS, Version
from callbacks.request import UPLOAD_BYTES, BadInput, one_of, page_callback
from callbacks.request import text as short_text
from layouts import health_upload as view
from layouts.health import Ids
from layouts.health_bands import COMPONENTS as WORDS
from layouts.health_bands import SCALINGS as SCALING_WORDS
from layouts.markup import text
from reports.tables import csv_bytes, xlsx_bytes

LONGEST_NAME, LONGEST_COLUMN = 300, 32_767
KINDS = (".xlsx", ".csv")
OVERHEAD = 4_000  # bytes of a request that are none of the file's
NEEDED = {"customer": "Customer", "industry": "Industry (may be missing)", "plan": "Plan (may be missing)", **WORDS}
MIMETYPES = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
OTHER = "Choose a file that ends in .xlsx or .csv."


@dataclass(frozen=True, slots=True)
class OwnFile:
    """As it was chosen. `content` is empty where it was too large to be sent; `matching` None: as it seems."""

    name: str
    size: int
    content: bytes
    matching: tuple[tuple[str, str | None], ...] | None
    scaling: Scaling


def register(app: Dash) -> None:
    file = (Input(Ids.FILE, "data"), own_file)
    # Nothing that is asked here may be kept.
    page_callback(
        app,
        [Output(Ids.FILE_MATCHED, "html"), Output(Ids.FILE_SCORED, "html")],
        {"file": file, **VERSIONS},
        update_scored,
        cached=False,
        takes_files=True,
    )
    page_callback(
        app,
        Output(Ids.FILE_DOWNLOAD, "data"),
        {"kind": (Input(Ids.FILE_WANTED, "data"), wanted), "file": (State(Ids.FILE, "data"), own_file), **SEEN},
        update_download,
        cached=False,
        takes_files=True,
        prevent_initial_call=True,
    )


def _as_seen(_raw: Any) -> tuple[Version, ...]:
    return VERSIONS["versions"][1](None)


# A download is asked for by its button alone, and not again with the next version of the score.
SEEN = {"versions": (State(VERSIONS["versions"][0].component_id, "data"), _as_seen)}


def own_file(raw: Any) -> OwnFile | None:
    """Its size was checked before it was sent; it is checked again with the request."""
    if raw is None:
        return None
    matching = raw.get("matching")
    return OwnFile(
        name=str(short_text(LONGEST_NAME)(raw["name"])),
        size=int(raw["size"]),
        content=_decoded(raw["content"]),
        matching=None if matching is None else tuple(_matched(matching).items()),
        scaling=one_of(*SCALINGS)(raw.get("scaling") or "min-max"),  # type: ignore[arg-type]
    )


def _decoded(content: str) -> bytes:
    try:
        return base64.b64decode(content, validate=True)
    except binascii.Error:
        raise BadInput("The file did not arrive whole.", "Choose it again.") from None


def _matched(raw: Any) -> dict[str, str | None]:
    """Which column is what, as it was corrected."""
    column = short_text(LONGEST_COLUMN)
    return {one_of(*TARGETS)(target): column(name) or None for target, name in raw.items()}  # type: ignore[misc]


def wanted(raw: Any) -> str:
    return str(one_of(*MIMETYPES)(raw["kind"]))


def update_scored(file: OwnFile | None, versions: tuple[Version, ...]) -> tuple[str, str]:
    if file is None:
        return text(view.nothing_chosen(most_bytes(), NEEDED)), ""
    try:
        workbook = opened(file)
    except BadInput as refusal:
        return text([view.nothing_chosen(most_bytes(), NEEDED), view.refused(refusal.error, refusal.remedy)]), ""
    matching = dict(file.matching) if file.matching is not None else workbook.matching
    read = view.matched(
        file.name, workbook.columns, NEEDED, matching, workbook.examples, file.scaling, most_bytes(),
    )  # fmt: skip
    try:
        found = _scored(workbook, file, versions)
    except BadInput as refusal:
        return text(read), text(view.refused(refusal.error, refusal.remedy))
    return text(read), text(view.scored(found.counts, found.figures, found.rows, remarks(found, file, versions)))


def most_bytes() -> int:
    """What fits into a request: three bytes of a file are four letters there."""
    return min(MOST_BYTES, (int(current_app.config[UPLOAD_BYTES]) - OVERHEAD) * 3 // 4)


def opened(file: OwnFile) -> Workbook:
    """BadInput says what to do."""
    if not file.name.lower().endswith(KINDS):
        raise BadInput(f"{file.name} is neither XLSX nor CSV.", OTHER)
    if file.size > most_bytes() and not file.content:
        raise BadInput(
            f"{file.name} has {file.size / 1e6:,.1f} MB, and {most_bytes() / 1e6:,.1f} MB fit here.",
            "Leave out columns that are not needed, or send a part of the rows.",
        )
    return read_workbook(file.content)


def _scored(workbook: Workbook, file: OwnFile, versions: tuple[Version, ...]) -> ScoredWorkbook:
    matching = dict(file.matching) if file.matching is not None else workbook.matching
    return score_workbook(workbook, matching, replace(versions[-1].recipe, scaling=file.scaling))


def remarks(found: ScoredWorkbook, file: OwnFile, versions: tuple[Version, ...]) -> list[str]:
    recipe = versions[-1].recipe
    weights = ", ".join(f"{weight:g}" for weight in recipe.weights)
    said = [
        f"Scaled {SCALING_WORDS[file.scaling].lower()} over the {len(found.rows):,} rows of the file, with the weights "
        f"in force ({weights}); Healthy from {recipe.healthy:g}, critical below {recipe.at_risk:g}."
    ]
    if found.missing:
        names = ", ".join(WORDS[name].lower().replace("csm", "CSM") for name in found.missing)
        said.append(f"Not in the file, or empty there: {names}. The other weights count more instead.")
    return said


def update_download(kind: str, file: OwnFile | None, versions: tuple[Version, ...]) -> dict[str, Any]:
    """BadInput is said in the toast."""
    if file is None:
        raise BadInput("No file is chosen.", "Choose one first.")
    found = _scored(opened(file), file, versions)
    table = as_table(found.rows)
    notes = [("Source", file.name), *(("Scored", words) for words in remarks(found, file, versions))]
    content = csv_bytes(table) if kind == "csv" else xlsx_bytes(table, "Health", notes)
    stem = file.name.rsplit(".", 1)[0]
    return {
        "content": base64.b64encode(content).decode(), "base64": True, "type": MIMETYPES[kind],
        "filename": f"{stem}-scored.{kind}",
    }  # fmt: skip


def as_table(rows: pd.DataFrame) -> pd.DataFrame:
    """In words: what the file said, then the points, the score and the band."""
    told = {"customer": "Customer", "industry": "Industry", "plan": "Plan", **WORDS}
    parts = {f"{name}_points": f"{WORDS[name]}, points" for name in COMPONENTS}
    table = rows[[*told, *parts, "score", "band"]].rename(columns={**told, **parts, "score": "Score", "band": "Band"})
    return table.dropna(axis="columns", how="all")
