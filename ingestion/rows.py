"""What does a row of the log say, in our terms, or why can it not be used?"""

from ingestion.lookups import misses
from ingestion.names import TEXT, identifier, is_number, name, plain_number, quoted, text
from ingestion.reading import UNREADABLE, Relation, UnreadableFile
from ingestion.usage_mapping import ACTIONS, Usage

# An amount beyond is a mistake, and would not fit when summed.
LARGEST_AMOUNT = 1_000_000_000
_REMEDY = "Correct usage.columns in the mapping, or the file."

# Columns of an event, before any are added for amounts.
EVENT = {
    "pair_and_person": "ubigint", "is_known": "boolean", "us": "bigint", "action": "utinyint",
    "is_automated": "boolean", "reason": "varchar",
}  # fmt: skip
PEOPLE = ("application", "account", "person")
AMOUNTS = ("events", "logins", "clicks", "records", "seconds")


def columns_of(usage: Usage) -> dict[str, str]:
    """Name and type of each column of the table of events."""
    columns = dict(EVENT)
    if usage.duplicates == "event_id":
        columns |= {"id_hash": "ubigint"}
    if usage.columns.feature:
        columns |= {"feature": "varchar"}
    if usage.amounts.given:
        columns |= dict.fromkeys(AMOUNTS, "double")
    return columns


def wanted(usage: Usage) -> list[str]:
    """The columns of the log that the mapping names."""
    given = usage.columns
    names = [*given.occurred_at, *given.account, *given.application, *(given.user or ()), *(given.event_id or ())]
    names += [column for column in (given.action, given.automated, given.feature) if column]
    names += usage.amounts.given.values()
    names += [usage.day_zero.column] if usage.day_zero else []
    return list(dict.fromkeys(names))


def check(rows: Relation, usage: Usage) -> None:
    """Raises UnreadableFile where a column is missing or of a type that it cannot have."""
    rows.check(wanted(usage), _REMEDY)
    for column in usage.amounts.given.values():
        if not (is_number(rows.kinds[column]) or rows.kinds[column] == TEXT):
            raise UnreadableFile(f"column '{column}' holds {rows.kinds[column]}, not numbers. {_REMEDY}")


def expressions(rows: Relation, usage: Usage, at: str) -> dict[str, str]:
    """SQL for each column of an event, over the columns of the file. `at` is that for the time."""
    given, kinds = usage.columns, rows.kinds
    found = {
        "application": identifier(given.application, kinds),
        "account": identifier(given.account, kinds),
        "person": identifier(given.user, kinds) if given.user else "null::varchar",
        "us": at,
        "action": _action(usage, kinds),
        "is_automated": _is_automated(usage, kinds),
    }
    found["is_known"] = f"{found['person']} is not null"
    found["pair_and_person"] = f"hash({found['application']}, {found['account']}, {found['person']})"
    if usage.duplicates == "event_id":
        found["id_hash"] = f"case when {event_id(usage, kinds)} is not null then hash({event_id(usage, kinds)}) end"
    if usage.columns.feature:
        found["feature"] = f"nullif(trim({text(usage.columns.feature, kinds[usage.columns.feature])}), '')"
    if usage.amounts.given:
        found |= _amounts(usage, kinds, found["action"])
    found["reason"] = _reason(rows, usage, found)
    return found


def event_id(usage: Usage, kinds: dict[str, str]) -> str:
    """As it is written; null where it, or one of its parts, is empty."""
    assert usage.columns.event_id is not None
    return identifier(usage.columns.event_id, kinds, trimmed=False)


def _reason(rows: Relation, usage: Usage, found: dict[str, str]) -> str:
    """The first thing that is wrong with a row, or null."""
    cases = [(f"{name(UNREADABLE)} is not null", "not a line of this table")] if UNREADABLE in rows.kinds else []
    cases += misses(usage.lookups)
    cases += [(f"({found['us']}) is null", "no valid time")]
    cases += [(f"({found[part]}) is null", f"no {part}") for part in ("account", "application")]
    cases += [
        (_is_no_amount(usage, column, rows.kinds[column]), f"no amount in {column}")
        for column in usage.amounts.given.values()
    ]
    written = " ".join(f"when {condition} then '{quoted(reason)}'" for condition, reason in cases)
    return f"case {written} end"


def _number(usage: Usage, column: str, kind: str) -> str:
    if kind != TEXT:
        return f"{name(column)}::double"
    return f"try_cast(trim({plain_number(name(column), usage.csv.decimal)}) as double)"


def _is_no_amount(usage: Usage, column: str, kind: str) -> str:
    number = _number(usage, column, kind)
    return f"{text(column, kind)} <> '' and coalesce(not {number} between 0 and {LARGEST_AMOUNT}, true)"


def _amounts(usage: Usage, kinds: dict[str, str], action: str) -> dict[str, str]:
    """What a row adds up to. Where events are not counted apart, they are those of all kinds."""
    given = {
        column: f"coalesce({_number(usage, theirs, kinds[theirs])}, 0)"
        for column, theirs in usage.amounts.given.items()
    }
    events = given.get("events", "1" if usage.every_event_is or usage.columns.action else None)
    by_kind = {
        f"{kind}s": given.get(f"{kind}s", "0")
        if events is None or usage.amounts.counts
        else f"case when ({action}) = {ACTIONS.index(kind)} then {events} else 0 end"
        for kind in ("login", "click", "record")
    }
    seconds = given.get("seconds", f"60 * {given['minutes']}" if "minutes" in given else "0")
    return {
        **by_kind,
        "events": events or " + ".join(given[kind] for kind in sorted(usage.amounts.counts)),
        "seconds": seconds,
    }


def _action(usage: Usage, kinds: dict[str, str]) -> str:
    if usage.columns.action is None:
        return f"{ACTIONS.index(usage.every_event_is or 'other')}"
    cases = " ".join(f"when '{quoted(theirs)}' then {ACTIONS.index(ours)}" for theirs, ours in usage.actions.items())
    value = text(usage.columns.action, kinds[usage.columns.action])
    return f"case {value} {cases} else {ACTIONS.index(usage.other_actions)} end"


def _is_automated(usage: Usage, kinds: dict[str, str]) -> str:
    if usage.automated is None or usage.columns.automated is None:
        return "false"
    values = ", ".join(f"'{quoted(str(value)).lower()}'" for value in usage.automated.values)
    return f"coalesce(lower({text(usage.columns.automated, kinds[usage.columns.automated])}) in ({values}), false)"
