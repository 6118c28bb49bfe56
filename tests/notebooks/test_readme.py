"""What an analyst reads holds: the tables are the frames', and every example runs."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pandas as pd
import pytest

from store.frame_columns import FRAMES

README = (Path(__file__).resolve().parents[2] / "notebooks" / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", README.split("## Sex exempel")[1], flags=re.DOTALL)


@pytest.mark.parametrize("name", list(FRAMES))
def test_table_of_a_frame_is_its_columns_with_type_and_meaning(name: str) -> None:
    part = README.split(f"### {name}: ")[1].split("### ")[0]
    assert part.startswith(FRAMES[name].row)
    assert f"ser till `{FRAMES[name].moment}`" in part
    late = "; läses bara när den begärs"
    rows = re.findall(r"^\| `(.+?)` \| `(.+?)` \| (.+) \|$", part, flags=re.MULTILINE)
    assert rows == [
        (column.name, column.dtype, column.meaning + (late if column.optional else ""))
        for column in FRAMES[name].columns
    ]


def test_there_are_six_examples_after_the_common_beginning() -> None:
    assert len(EXAMPLES) == 7


@pytest.mark.xdist_group("notebooks")
@pytest.mark.parametrize("number", range(1, 7))
def test_example_runs_and_gives_rows(number: int, homes: dict[str, Path]) -> None:
    begin = EXAMPLES[0].replace('"~/.utkik"', repr(str(homes["year"])))
    *lines, last = ast.parse(begin + EXAMPLES[number]).body
    assert isinstance(last, ast.Expr)
    names: dict[str, object] = {}
    exec(compile(ast.Module(lines, []), "README", "exec"), names)  # noqa: S102 - our own README
    result = eval(compile(ast.Expression(last.value), "README", "eval"), names)  # noqa: S307
    assert isinstance(result, pd.DataFrame | pd.Series)
    assert len(result) > 0
    names["frames"].close()  # type: ignore[attr-defined]


def test_every_notebook_is_named() -> None:
    folder = Path(__file__).resolve().parents[2] / "notebooks"
    assert re.findall(r"^\| `(\d\d-[\w-]+)`", README, flags=re.MULTILINE) == sorted(
        path.stem for path in folder.glob("*.ipynb")
    )
