import gzip
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum
from threading import Barrier, Event
from types import SimpleNamespace

import dash
import pytest
from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html
from dash.exceptions import PreventUpdate
from flask import g
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callbacks.request import (
    BadInput,
    NotAllowed,
    canonical,
    guard_dispatch,
    one_of,
    optional,
    page_callback,
    text,
    verify,
    whole_number,
)
from data_access.cache import open_answers
from data_access.filters import Measure, Period
from data_access.scope import Role, Scope

MIA = Scope("mia@example.com", Role.MANAGER, "mia@example.com")
LEA = Scope("lea@example.com", Role.LEADER)
LEO = Scope("leo@example.com", Role.LEADER)


class Page:
    """An application whose callbacks count how often they are called."""

    def __init__(self, folder):
        self.app, self.folder, self.calls = Dash(__name__), folder, []
        self.app.layout = html.Div([dcc.Input(id="size"), dcc.Input(id="colour"), html.Div(id="box")])
        self.scope, self.generation = LEA, 1

        @self.app.server.before_request
        def admit():
            g.scope, g.generation = self.scope, SimpleNamespace(number=self.generation, identity=str(self.generation))

    def add(self, function, inputs=None, outputs=None, **options):
        inputs = {"size": (Input("size", "value"), whole_number(1, 99))} if inputs is None else inputs
        outputs = Output("box", "children") if outputs is None else outputs

        def counted(**values):
            self.calls.append(values)
            return function(**values)

        page_callback(self.app, outputs, inputs, counted, **options)
        return self

    def serve(self):
        guard_dispatch(self.app, open_answers("", self.folder / "cache", b"a secret of sixteen bytes or more"))
        verify(self.app)
        return self.app.server.test_client()


def body(*values, output="box.children", states=(), **more):
    """What the browser sends for the inputs `size`, `colour` with these values."""
    return {
        "output": output,
        "outputs": {"id": "box", "property": "children"},
        "inputs": [
            {"id": name, "property": "value", "value": value}
            for name, value in zip(("size", "colour"), values, strict=False)
        ],
        "state": list(states),
        "changedPropIds": ["size.value"],
        **more,
    }


def ask(client, *values, **more):
    return client.post("/_dash-update-component", json=body(*values, **more))


def said(answer):
    assert answer.status_code == 200, answer.text
    return answer.json["response"]["box"]["children"]


@pytest.fixture
def page(tmp_path):
    return Page(tmp_path)


# Registration


def test_a_function_is_called_with_parsed_values_by_name(page):
    client = page.add(lambda size: f"{size} wide").serve()
    assert said(ask(client, 3)) == "3 wide"
    assert page.calls == [{"size": 3}]


def test_two_names_may_read_one_input_which_is_registered_once(page):
    size = Input("size", "value")
    inputs = {"small": (size, whole_number(1, 99)), "double": (size, lambda raw: raw * 2)}
    client = page.add(lambda small, double: f"{small} {double}", inputs).serve()
    assert len(page.app.callback_map["box.children"]["inputs"]) == 1
    assert said(ask(client, 4)) == "4 8"


def test_what_one_name_only_reads_and_another_is_called_by_triggers(page):
    inputs = {"read": (State("size", "value"), whole_number(1, 9)), "by": (Input("size", "value"), whole_number(1, 9))}
    client = page.add(lambda read, by: f"{read} {by}", inputs).serve()
    assert page.app.callback_map["box.children"]["state"] == []
    assert said(ask(client, 4)) == "4 4"


def test_states_come_after_inputs_whatever_the_order_of_names(page):
    inputs = {"colour": (State("colour", "value"), text(9)), "size": (Input("size", "value"), whole_number(1, 9))}
    client = page.add(lambda colour, size: f"{size} {colour}", inputs).serve()
    states = [{"id": "colour", "property": "value", "value": "red"}]
    assert said(ask(client, 4, states=states)) == "4 red"


def test_several_outputs_are_answered_together(page):
    outputs = [Output("box", "children"), Output("box", "title")]
    client = page.add(lambda size: (size, "title"), outputs=outputs).serve()
    answer = ask(client, 4, output="..box.children...box.title..", outputs="ignored")
    assert answer.json["response"] == {"box": {"children": 4, "title": "title"}}


def test_options_go_to_dash(page):
    page.add(lambda size: size, prevent_initial_call=True)
    assert page.app._callback_list[0]["prevent_initial_call"] is True


def test_ids_that_match_many_components_are_refused(page):
    with pytest.raises(ValueError, match="pattern-matching"):
        page.add(lambda size: size, {"size": (Input({"kind": "size", "n": dash.ALL}, "value"), text(9))})


def test_the_start_fails_where_a_callback_is_not_checked(page):
    page.add(lambda size: size)
    page.app.callback(Output("box", "title"), Input("size", "value"))(lambda size: size)
    with pytest.raises(RuntimeError, match=r"page_callback.*box\.title"):
        page.serve()


def test_the_start_fails_where_a_global_callback_is_not_checked(page):
    dash.callback(Output("box", "title"), Input("size", "value"))(lambda size: size)
    try:
        with pytest.raises(RuntimeError, match=r"box\.title"):
            page.serve()
    finally:
        dash._callback.GLOBAL_CALLBACK_MAP.clear()
        dash._callback.GLOBAL_CALLBACK_LIST.clear()


def test_the_start_fails_where_dash_dispatches_itself(page):
    with pytest.raises(RuntimeError, match="guard_dispatch"):
        verify(page.app)


def test_callbacks_that_stay_in_the_browser_need_no_check(page):
    page.app.clientside_callback(ClientsideFunction("a", "b"), Output("box", "title"), Input("size", "value"))
    page.serve()


# Refusals


@pytest.mark.parametrize("value", [0, 100, True, "3", 3.0, None, [3], {"a": 3}, 1e300, -1])
def test_a_value_that_no_control_offers_is_refused(page, value):
    client = page.add(lambda size: size).serve()
    answer = ask(client, value)
    assert (answer.status_code, sorted(answer.json)) == (400, ["error", "of", "remedy"])
    assert page.calls == []


def test_a_value_for_others_is_forbidden(page):
    def own(raw):
        raise NotAllowed("This account is not yours.")

    client = page.add(lambda size: size, {"size": (Input("size", "value"), own)}).serve()
    answer = ask(client, 3)
    assert (answer.status_code, answer.json["error"]) == (403, "This account is not yours.")


@pytest.mark.parametrize("failure", [KeyError, TypeError, ValueError, ZeroDivisionError, AttributeError, OverflowError])
def test_a_parser_that_stumbles_over_a_value_refuses_it(page, failure):
    def stumble(raw):
        raise failure("secret detail")

    answer = ask(page.add(lambda size: size, {"size": (Input("size", "value"), stumble)}).serve(), 3)
    assert answer.status_code == 400
    assert "secret" not in answer.text


@pytest.mark.parametrize(
    "change",
    [
        {"output": "other.children"},
        {"output": None},
        {"output": ["box.children"]},
        {"inputs": []},
        {"inputs": None},
        {"inputs": "size"},
        {"inputs": [None]},
        {"inputs": [{"id": "colour", "property": "value", "value": 3}]},
        {"inputs": [{"id": "size", "property": "id", "value": 3}]},
        {"inputs": [{"id": {"a": 1}, "property": "value", "value": 3}]},
        {"inputs": [{"id": "size", "property": "value", "value": 3}] * 2},
        {"state": [{"id": "size", "property": "value", "value": 3}]},
        {"state": {}},
        {"changedPropIds": "size.value"},
        {"changedPropIds": [1]},
    ],
)
def test_a_body_that_is_not_ours_is_refused(page, change):
    client = page.add(lambda size: size).serve()
    assert client.post("/_dash-update-component", json={**body(3), **change}).status_code == 400
    assert page.calls == []


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"null", b"[]", b"3", b"\xff", b'{"output": "\\ud800"}', b"[" * 100_000, b"NaN", b'{"output":NaN}'],
)
def test_what_is_no_json_object_is_refused(page, data):
    client = page.add(lambda size: size).serve()
    assert client.post("/_dash-update-component", data=data, content_type="application/json").status_code == 400


def test_a_body_that_needs_no_preflight_is_refused(page):
    client = page.add(lambda size: size).serve()
    data = json.dumps(body(3))
    assert client.post("/_dash-update-component", data=data, content_type="text/plain").status_code == 400


def test_what_else_a_body_holds_is_not_heard(page):
    client = page.add(lambda size: dash.ctx.outputs_list["id"], cached=False).serve()
    deep = json.loads("[" * 900 + "]" * 900)
    assert said(ask(client, 3, outputs={"id": "other", "property": "x"}, junk=deep)) == "box"


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["size", "value", "box.children"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@st.composite
def mutated_bodies(draw):
    """A good body with a few of its parts replaced, dropped or doubled, at any depth."""
    mutated = json.loads(json.dumps(body(3, "red")))
    for _ in range(draw(st.integers(1, 3))):
        inside = mutated
        while True:
            keys = list(inside) if isinstance(inside, dict) else list(range(len(inside)))
            if not keys:
                break
            key = draw(st.sampled_from(keys))
            if isinstance(inside[key], dict | list) and draw(st.booleans()):
                inside = inside[key]
                continue
            change = draw(st.sampled_from(["replace", "drop", "double"]))
            if change == "replace":
                inside[key] = draw(ANYTHING)
            elif change == "drop":
                del inside[key]
            elif isinstance(inside, list):
                inside.append(inside[key])
            break
    return mutated


@pytest.fixture
def pair(page):
    inputs = {
        "size": (Input("size", "value"), whole_number(1, 99)),
        "colour": (Input("colour", "value"), optional(text(9))),
    }
    return page.add(lambda size, colour: f"{size} {colour}", inputs).serve()


@given(mutated=mutated_bodies())
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_mutated_body_is_answered_or_refused_and_never_breaks_anything(pair, mutated):
    answer = pair.post("/_dash-update-component", data=json.dumps(mutated), content_type="application/json")
    assert answer.status_code in (200, 400)
    assert "Traceback" not in answer.text
    assert set(answer.json) in ({"error", "remedy"}, {"error", "of", "remedy"}, {"response", "multi"})


@given(data=st.binary(max_size=200))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_noise_is_refused(pair, data):
    assert pair.post("/_dash-update-component", data=data, content_type="application/json").status_code == 400


# The cache


def test_a_question_asked_again_is_not_computed_again(page):
    client = page.add(lambda size: f"{size} wide").serve()
    first, second = ask(client, 3), ask(client, 3)
    assert first.json == second.json
    assert len(page.calls) == 1


def test_other_inputs_are_another_question(page):
    client = page.add(lambda size: size).serve()
    assert [said(ask(client, size)) for size in (1, 2, 1)] == [1, 2, 1]
    assert len(page.calls) == 2


def test_a_new_generation_is_another_question(page):
    client = page.add(lambda size: page.generation).serve()
    assert said(ask(client, 3)) == 1
    page.generation = 2
    assert said(ask(client, 3)) == 2


def test_only_those_who_see_the_same_share_an_answer(page):
    client = page.add(lambda size: str(g.scope.portfolio)).serve()
    for page.scope, expected in ((LEA, "None"), (MIA, "mia@example.com"), (LEO, "None")):
        assert said(ask(client, 3)) == expected
    assert len(page.calls) == 2


def test_checks_come_before_the_cache(page):
    def own(raw):
        if g.scope == MIA:
            raise NotAllowed("This account is not yours.")
        return raw

    client = page.add(lambda size: size, {"size": (Input("size", "value"), own)}).serve()
    assert ask(client, 3).status_code == 200
    page.scope = MIA
    assert ask(client, 3).status_code == 403


def test_another_version_is_another_question(tmp_path):
    for version, expected in (("1", "old"), ("2", "new"), ("1", "old")):
        client = Page(tmp_path).add(lambda size, word=expected: word, version=version).serve()
        assert said(ask(client, 3)) == expected


def test_a_callback_may_be_asked_each_time(page):
    client = page.add(lambda size: size, cached=False).serve()
    for _ in range(2):
        assert said(ask(client, 3)) == 3
    assert len(page.calls) == 2


def test_what_triggered_is_told_only_where_nothing_is_kept(page):
    client = page.add(lambda size: str(dash.ctx.triggered_id)).serve()
    assert said(ask(client, 3)) == "None"


def test_what_triggered_is_told_where_each_time_is_asked(page):
    client = page.add(lambda size: dash.ctx.triggered_id, cached=False).serve()
    assert said(ask(client, 3, changedPropIds=["size.value", "no.such"])) == "size"


def test_raw_values_reach_no_function(page):
    client = page.add(lambda size: str(dash.ctx.inputs["size.value"]), cached=False).serve()
    assert said(ask(client, 3)) == "None"


def test_a_kept_answer_leaves_compressed_as_it_lies(page):
    client = page.add(lambda size: "wide " * 1000).serve()
    for _ in range(2):
        answer = client.post("/_dash-update-component", json=body(3), headers={"Accept-Encoding": "gzip"})
        assert answer.headers["Content-Encoding"] == "gzip"
        assert len(answer.data) < 200
        assert json.loads(gzip.decompress(answer.data))["response"]["box"]["children"] == "wide " * 1000
    assert len(page.calls) == 1


def test_a_hundred_who_ask_at_once_cause_one_call(page):
    barrier, began, may_end = Barrier(101), Event(), Event()

    def slow(size):
        began.set()
        assert may_end.wait(10)
        return size

    client = page.add(slow).serve()
    client.get("/")  # Dash finishes its set-up

    def one():
        barrier.wait()
        return said(ask(page.app.server.test_client(), 3))

    with ThreadPoolExecutor(100) as threads:
        futures = [threads.submit(one) for _ in range(100)]
        barrier.wait()
        assert began.wait(10)
        may_end.set()
        assert {future.result() for future in futures} == {3}
    assert len(page.calls) == 1


# Failures


@pytest.mark.parametrize("cached", [True, False])
def test_a_fault_in_a_function_is_told_without_what_is_inside_and_not_kept(page, cached):
    broken = [True]

    def sometimes(size):
        if broken:
            raise RuntimeError("password=hunter2")
        return size

    client = page.add(sometimes, cached=cached).serve()
    answer = ask(client, 3)
    assert (answer.status_code, sorted(answer.json)) == (500, ["error", "remedy"])
    assert "hunter2" not in answer.text
    broken.clear()
    assert said(ask(client, 3)) == 3


def test_a_fault_that_the_application_turns_into_an_answer_is_not_kept(tmp_path):
    page = Page(tmp_path)
    page.app._on_error = lambda error: "a nice answer"
    answer = ask(page.add(lambda size: 1 // 0).serve(), 3)
    assert answer.status_code == 500


def test_a_refusal_says_whose_value_it_is_about(page):
    answer = ask(page.add(lambda size: size).serve(), "wide")
    assert answer.json["of"] == "size.value"


def test_a_function_may_refuse_what_it_finds_out_late(page):
    def late(size):
        raise BadInput("There is no such week.", "Choose another week.")

    answer = ask(page.add(late).serve(), 3)
    assert (answer.status_code, answer.json["remedy"]) == (400, "Choose another week.")


@pytest.mark.parametrize("cached", [True, False])
def test_a_function_may_change_nothing(page, cached):
    def nothing(size):
        raise PreventUpdate

    answer = ask(page.add(nothing, cached=cached).serve(), 3)
    assert (answer.status_code, answer.data) == (204, b"")


def test_what_a_parser_returns_must_fit_into_a_key(page):
    inputs = {"size": (Input("size", "value"), lambda raw: object())}
    assert ask(page.add(lambda size: 1, inputs).serve(), 3).status_code == 500


# Parsers and keys


class Size(StrEnum):
    SMALL = "small"


class Level(IntEnum):
    ONE = 1


@dataclass(frozen=True)
class Wide:
    value: object


@dataclass(frozen=True)
class Tall:
    value: object


def test_one_of_compares_with_types():
    parse = one_of(1, "2", None, Size.SMALL)
    assert [parse(raw) for raw in (1, "2", None, "small")] == [1, "2", None, Size.SMALL]
    for raw in (True, 1.0, 2, "SMALL", "", [], {}):
        with pytest.raises(BadInput):
            parse(raw)


def test_one_of_names_the_members_of_an_enum_by_value():
    assert one_of(*Measure)("clicks") is Measure.CLICKS


@pytest.mark.parametrize("raw", ["x" * 10, "nul\0", "\ud800", "a\udfff", 3, None, ["a"]])
def test_text_is_short_and_made_of_characters(raw):
    with pytest.raises(BadInput):
        text(9)(raw)


@pytest.mark.parametrize("raw", ["", "Žižkov", "🙂", "\u202e", "<b>", "=1+1"])
def test_text_may_hold_what_names_hold(raw):
    assert text(9)(raw) == raw


def test_optional_accepts_nothing_too():
    parse = optional(whole_number(1, 9))
    assert (parse(None), parse(3)) == (None, 3)
    with pytest.raises(BadInput):
        parse(0)


def test_values_that_differ_have_keys_that_differ():
    day = date(2024, 1, 1)
    values = [
        *(None, "None", True, 1, 1.0, "1", "", Level.ONE, Size.SMALL, "small", day, day.isoformat()),
        *((), ("",), ("a", "b"), ("a,b",), ("a', 'b",), (("a",), "b"), (("a", "b"),), frozenset({"a", "b"})),
        *(Wide(1), Wide("1"), Tall(1), Wide(None), Wide(Wide(1)), Period(day, day), MIA, LEA),
    ]
    assert len({canonical(value) for value in values}) == len(values)


def test_equal_sets_have_equal_keys_in_any_order():
    words = [f"word {number}" for number in range(20)]
    assert canonical(frozenset(words)) == canonical(frozenset(reversed(words)))


@given(one=st.tuples(st.text(), st.text()), other=st.tuples(st.text(), st.text()))
def test_no_text_imitates_another(one, other):
    assert (canonical(one) == canonical(other)) == (one == other)
