"""`rili user import`: reads the file, and tells what it comes to."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path
from typing import Annotated, NoReturn

import msgspec
import typer

from rili.actions import people_file
from rili.actions.people_file import COLUMNS, LINES, Line, Report
from rili.cli.command import (
    Config,
    Json,
    Org,
    Record,
    Url,
    corp_id_of,
    fail,
    now_ms,
    print_record,
    print_records,
    read,
    write,
)
from rili.store.db import Tx

FILE_BYTES = 64 * 1024 * 1024
_NO_CELLS: list[str] = []


def import_users(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", exists=True, dir_okay=False)],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would be done.")] = False,
    make_departments: Annotated[
        bool, typer.Option("--make-departments", help="Make departments that are missing.")
    ] = False,
    org: Org = None,
    config: Config = None,
    database: Url = None,
    as_json: Json = False,
) -> None:
    """Add and change people from a CSV file, all or none. Its columns are in docs/running.md."""
    lines = read_lines(file)
    instant = now_ms()

    def act(tx: Tx) -> Report:
        return people_file.import_people(
            tx,
            corp_id_of(tx, org),
            lines,
            write=not dry_run,
            make_departments=make_departments,
            now_ms=instant,
            new_bytes=os.urandom,
            progress=lambda done: typer.echo(f"{done} of {len(lines)} written", err=True),
        )

    report = (read if dry_run else write)(config, database, act)
    problems: list[Record] = [msgspec.structs.asdict(problem) for problem in report.problems]
    if as_json:
        print_record(
            msgspec.structs.asdict(report) | {"problems": problems, "written": not dry_run and not problems},
            as_json=True,
        )
    else:
        if problems:
            print_records("problems", problems, as_json=False)
        print_record(
            {
                "added": len(report.added),
                "changed": len(report.changed),
                "left_alone": len(report.left_alone),
                "made_departments": report.made_departments,
                "written": not dry_run and not problems,
            },
            as_json=False,
        )
    raise typer.Exit(1 if problems else 0)


def read_lines(file: Path) -> list[Line]:
    """The lines of a CSV file with a line of column names, UTF-8 with or without a byte order mark."""
    if file.stat().st_size > FILE_BYTES:
        fail(f"{file} is larger than {FILE_BYTES // 1024 // 1024} MiB")
    try:
        text = file.read_text("utf-8-sig")
    except UnicodeDecodeError as wrong:
        fail(f"{file} is not UTF-8: byte {wrong.start}; save it as CSV UTF-8")
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        columns = [name.strip() for name in next(rows, _NO_CELLS)]
        _check_columns(columns)
        lines: list[Line] = []
        for cells in rows:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(columns):
                fail(f"line {rows.line_num}: {len(cells)} cells, where there are {len(columns)} columns")
            lines.append(Line(rows.line_num, dict(zip(columns, cells, strict=True))))
    except csv.Error as wrong:
        fail(f"line {rows.line_num}: {wrong}")
    if len(lines) > LINES:
        fail(f"{len(lines)} lines are more than the {LINES} of one file")
    return lines


def _check_columns(columns: list[str]) -> None:
    if unknown := [name for name in columns if name not in COLUMNS]:
        _bad_columns(f"no such column: {', '.join(unknown)}")
    if len(set(columns)) != len(columns):
        _bad_columns("a column stands there twice")
    if "userid" not in columns:
        _bad_columns("the column userid is missing")


def _bad_columns(rule: str) -> NoReturn:
    fail(f"line 1: {rule}; there are {', '.join(COLUMNS)}")
