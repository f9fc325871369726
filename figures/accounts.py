"""Accounts by app: the heat map of accounts and applications."""

import pandas as pd

from figures.theme import TOKENS, Chart, Theme, layout, safe, short


def account_map(wide: pd.DataFrame, measure: str, theme: Theme, height: int) -> Chart:
    """A cell per pair, darker for more. `wide`: a row per account (most use first), a column per application.

    Missing cells are not subscribed and stay blank; zero is entitled and unused.
    Colour grows with the square root, since a few accounts dwarf the rest.
    """
    if wide.empty:
        return {"data": [], "layout": layout(theme, height, xaxis={"visible": False}, yaxis={"visible": False})}
    colour = TOKENS[theme]
    values = wide.to_numpy(dtype=float)
    shade = (values / max(float(pd.Series(values.ravel()).max()), 1.0)) ** 0.5
    heat = {
        "type": "heatmap",
        "z": [[None if v != v else round(v, 3) for v in row] for row in shade],
        "customdata": [[None if v != v else round(v, 1) for v in row] for row in values],
        "x": list(range(wide.shape[1])),
        "y": list(range(wide.shape[0])),
        "text": [[f"{account}<br>{application}" for application in wide.columns] for account in map(safe, wide.index)],
        "hovertemplate": f"%{{text}}<br>{measure}: %{{customdata:,}}<extra></extra>",
        "hoverongaps": False,
        "zmin": 0,
        "zmax": 1,
        "colorscale": [[0, colour["line"]], [0.0001, colour["line"]], [1, colour["accent"]]],
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
    }
    return {
        "data": [heat],
        "layout": layout(
            theme,
            height,
            xaxis={
                "tickvals": heat["x"], "ticktext": [short(name) for name in wide.columns], "tickangle": -45,
                "showgrid": False, "automargin": True,
            },
            yaxis={
                "tickvals": heat["y"], "ticktext": [short(name) for name in wide.index], "autorange": "reversed",
                "showgrid": False, "automargin": True,
            },
        ),
    }  # fmt: skip
