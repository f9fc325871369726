import pandas as pd

from figures.accounts import account_map


def test_the_map_shades_by_square_root_and_leaves_blank_what_is_not_subscribed():
    wide = pd.DataFrame({"Permit": [100.0, 25.0], "Fleet": [0.0, float("nan")]}, index=["Ash", "Birch"])
    heat = account_map(wide, "Records created", "light", 400)["data"][0]
    assert heat["z"] == [[1.0, 0.0], [0.5, None]]
    assert heat["customdata"] == [[100.0, 0.0], [25.0, None]]
    assert heat["text"][1][0] + heat["hovertemplate"] == (
        "Birch<br>Permit%{text}<br>Records created: %{customdata:,}<extra></extra>"
    )


def test_a_name_is_never_markup():
    wide = pd.DataFrame({"<b>": [1.0]}, index=["<img src=x onerror=alert(1)>"])
    chart = account_map(wide, "Records created", "light", 400)
    assert "<img" not in str(chart)
    assert chart["layout"]["xaxis"]["ticktext"] == ["&lt;b&gt;"]
