"""Do the documents tell of everything there is, and only of files that exist?"""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel
from typer.main import get_command

from analytics.states import State
from dashboard.cli import cli
from dashboard.pages import PAGES
from dashboard.settings import PREFIX, Settings
from data_access.filters import Measure
from ingestion.mapping import Mapping, read_mapping

HOUSE = Path(__file__).parents[1]
README, CONNECT, METRICS, DEPLOY = (
    HOUSE / name for name in ("README.md", "docs/connect.md", "docs/metrics.md", "docs/deploy.md")
)
DOCUMENTS = (README, HOUSE / "CHANGELOG.md", *sorted((HOUSE / "docs").glob("*.md")))
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


@pytest.mark.parametrize("setting", Settings.model_fields)
def test_every_setting_is_in_the_table_of_deploy(setting):
    assert f"| `{PREFIX}{setting.upper()}` |" in DEPLOY.read_text()


@pytest.mark.parametrize("name", sorted(re.findall(r"DASHBOARD_\w+", (HOUSE / "deploy/gunicorn.conf.py").read_text())))
def test_every_variable_of_gunicorn_is_in_the_table_of_deploy(name):
    assert f"| `{name}` |" in DEPLOY.read_text()


def test_deploy_names_no_setting_that_does_not_exist():
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    known |= {"DASHBOARD_BIND", "DASHBOARD_WORKERS", "DASHBOARD_THREADS"}
    deployed = [path for path in (HOUSE / "deploy").iterdir() if path.is_file()]
    for path in (*DOCUMENTS, *deployed, HOUSE / "Dockerfile"):
        assert set(re.findall(r"DASHBOARD_[A-Z_]*[A-Z]", path.read_text())) <= known, path


@pytest.mark.parametrize("command", sorted(get_command(cli).commands))
def test_every_command_is_told_of(command):
    assert f"dashboard {command}" in README.read_text() + DEPLOY.read_text() + CONNECT.read_text()


@pytest.mark.parametrize("term", [*Measure, *State])
def test_every_measure_and_state_has_its_heading(term):
    assert str(term) in HEADING.findall(METRICS.read_text())


def test_the_states_stand_in_the_order_in_which_they_are_tried():
    headings = HEADING.findall(METRICS.read_text())
    assert [heading for heading in headings if heading in list(State)] == list(State)


@pytest.mark.parametrize(
    "target", re.search(r"^\.PHONY: (.+)$", (HOUSE / "Makefile").read_text(), re.MULTILINE)[1].split()
)
def test_every_target_of_make_is_in_the_readme(target):
    assert f"| `make {target}` |" in README.read_text()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.word)
def test_every_page_is_in_the_readme(page):
    assert f"| {page.title} | `{page.path}` |" in README.read_text()


def _keys(model: type[BaseModel], where: str = "") -> Iterator[tuple[str, str]]:
    """(section, key) of every key that a mapping file may hold, sections included."""
    for name, field in model.model_fields.items():
        if where:
            yield where, name
        for section in _models(field.annotation):
            yield from _keys(section, f"{where}.{name}".lstrip("."))


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models(part)]


def test_the_keys_of_a_mapping_are_found():
    assert {("source", "name"), ("usage.columns", "user"), ("usage.automated", "values"),
            ("contacts.columns", "is_main"), ("accounts", "uri")} <= set(_keys(Mapping))  # fmt: skip


@pytest.mark.parametrize(("section", "key"), sorted(set(_keys(Mapping))), ids=".".join)
def test_every_key_of_a_mapping_is_in_its_table(section, key):
    assert any(f"`{key}`" in text for text in _told_of(section))


def _told_of(section: str) -> list[str]:
    """First cells of the tables, and text before them, that tell of `section` of a mapping."""
    parts = dict(re.findall(r"^### (.+?)\n(.*?)(?=^##|\Z)", CONNECT.read_text(), re.MULTILINE | re.DOTALL))
    if section in parts:
        return re.findall(r"^\| (`.+?) \|", parts[section], re.MULTILINE)
    tables = parts["Tables beside the log"]
    table, _, rest = section.partition(".")
    if rest in ("csv", "s3", "day_zero"):  # the same as of the log, and told of there
        return _told_of(f"usage.{rest}")
    key = f"{table}.columns" if rest == "columns" else "any table"
    found = re.search(rf"^\| key of {re.escape(key)} \|.*?(?:\n\n|\Z)", tables, re.MULTILINE | re.DOTALL)
    return re.findall(r"^\| (.+) \|$", found[0], re.MULTILINE) if found else []


def _links() -> list[tuple[str, str]]:
    return [
        (str(document.relative_to(HOUSE)), target)
        for document in DOCUMENTS
        for target in LINK.findall(document.read_text())
        if "://" not in target
    ]


@pytest.mark.parametrize(("document", "target"), _links())
def test_every_link_leads_somewhere(document, target):
    name, _, fragment = target.partition("#")
    file = (HOUSE / document).parent / name if name else HOUSE / document
    assert file.exists()
    if fragment:
        assert fragment in {heading.lower().replace(" ", "-") for heading in HEADING.findall(file.read_text())}


@pytest.mark.parametrize("document", [README, CONNECT], ids=lambda path: path.name)
def test_the_examples_can_be_read(document, tmp_path, monkeypatch):
    monkeypatch.setenv("EXPORTS", "/exports")
    examples = re.findall(r"^ *```toml\n(.*?)^ *```", document.read_text(), re.MULTILINE | re.DOTALL)
    assert examples
    usage = ""
    for example in examples:
        text = example if "[usage]" in example else usage + example
        usage = text if "[usage]" in example else usage
        (tmp_path / "mapping.toml").write_text(text)
        read_mapping(tmp_path / "mapping.toml")


def test_the_image_holds_every_package():
    included = tomllib.loads((HOUSE / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]["find"][
        "include"
    ]
    packages = {f"!{pattern.rstrip('*')}" for pattern in included}
    assert packages <= set((HOUSE / ".dockerignore").read_text().splitlines())


def test_the_image_is_built_with_the_uv_of_make():
    version = re.search(r"^UV_VERSION = (\S+)$", (HOUSE / "Makefile").read_text(), re.MULTILINE)[1]
    assert f"uv=={version}" in (HOUSE / "Dockerfile").read_text()
