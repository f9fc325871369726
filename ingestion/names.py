"""How is a column of any type named and written as text, in SQL?"""

TEXT = "VARCHAR"
_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
_UNSIGNED = tuple(f"U{kind}" for kind in _WHOLE)
_BROKEN = ("FLOAT", "DOUBLE")
_NESTED = ("STRUCT", "MAP", "UNION", "LIST", "VARIANT")
BETWEEN_PARTS = " · "


def name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def quoted(text: str) -> str:
    return text.replace("'", "''")


def is_number(kind: str) -> bool:
    return kind in (*_WHOLE, *_UNSIGNED, *_BROKEN) or kind.startswith("DECIMAL")


def is_nested(kind: str) -> bool:
    return kind.startswith(_NESTED) or kind.endswith("]")


def text(column: str, kind: str) -> str:
    """The column as text; a whole number is written without decimals, whatever its type."""
    if kind == TEXT:
        return name(column)
    if kind in _BROKEN or kind.startswith("DECIMAL"):
        number, written = f"{name(column)}::double", f"{name(column)}::varchar"
        is_whole = f"abs({number}) < 9007199254740992 and {number} = floor({number})"
        return f"case when {is_whole} then {number}::bigint::varchar when isfinite({number}) then {written} end"
    return f"{name(column)}::varchar"


def identifier(columns: tuple[str, ...], kinds: dict[str, str], trimmed: bool = True) -> str:
    """SQL for an identifier: null where it, or one of its parts, is empty."""
    written = (text(column, kinds[column]) for column in columns)
    parts = [f"nullif(trim({part}), '')" if trimmed else f"nullif({part}, '')" for part in written]
    return f" || '{BETWEEN_PARTS}' || ".join(parts)


def plain_number(written: str, decimal: str) -> str:
    """SQL for a number as text, with a decimal point. Where decimals follow a comma, a point parts thousands."""
    return f"replace(replace({written}, '.', ''), ',', '.')" if decimal == "," else written
