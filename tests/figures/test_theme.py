"""Charts and pages have the same colours, and they can be read."""

import re
from pathlib import Path

import pytest

from figures.theme import TOKENS, Theme

CSS = Path(__file__).parents[2] / "assets" / "tokens.css"


def tokens_of(theme: str) -> dict[str, str]:
    block = re.search(rf'\[data-theme="{theme}"\]\s*{{(.*?)}}', CSS.read_text(), re.DOTALL)
    assert block
    return dict(re.findall(r"--([\w-]+): (#[0-9A-F]{6});", block[1]))


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_charts_and_pages_share_their_colours(theme: Theme):
    assert TOKENS[theme].items() <= tokens_of(theme).items()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", ["text", "muted", "accent", "rise", "fall", "good", "fair", "poor"])
@pytest.mark.parametrize("ground", ["surface", "page"])
def test_text_stands_out_from_its_ground(theme: str, name: str, ground: str):
    assert contrast(tokens_of(theme)[name], tokens_of(theme)[ground]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", ["text", "accent", "rise", "fall"])
def test_the_chosen_can_be_read(theme: str, name: str):
    assert contrast(tokens_of(theme)[name], tokens_of(theme)["chosen"]) >= 4.5
