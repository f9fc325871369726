"""The one way to place a grid: rows by the hundred from the server, in the order and of the name asked for."""

from collections.abc import Mapping, Sequence
from typing import Any

import dash_ag_grid as dag

Columns = Sequence[Mapping[str, Any]]

NAME = {
    "filter": "agTextColumnFilter",
    "filterParams": {"filterOptions": ["contains"], "maxNumConditions": 1},
}
NUMBER = {"type": "rightAligned", "sortingOrder": ["desc", "asc", None]}


def grid(identity: str, columns: Columns, height: str, nothing: str) -> dag.AgGrid:
    """`nothing`: what it says where there are no rows."""
    return dag.AgGrid(
        id=identity,
        rowModelType="infinite",
        columnDefs=columns,
        columnSize=None,
        defaultColDef={
            "sortable": True,
            "resizable": True,
            "suppressHeaderMenuButton": False,
            "minWidth": 70,
        },
        dashGridOptions={
            "cacheBlockSize": 100,
            "maxBlocksInCache": 12,
            "rowBuffer": 10,
            "rowHeight": 31,
            "headerHeight": 34,
            "animateRows": False,
            "suppressCellFocus": False,
            "tooltipShowDelay": 400,
            "ensureDomOrder": True,
            "theme": {"function": "dagTheme(themeQuartz)"},
            "localeText": dict.fromkeys(("noRowsToShow", "noMatchingRows"), nothing),
        },
        className="grid",
        style={"height": height},
        dangerously_allow_code=False,
    )
