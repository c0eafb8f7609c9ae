"""A receipt in a file: JSON, sorted, as a state is. Never overwrites what is no receipt."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from pydantic import ValidationError

from coursesync.applying.receipt import Receipt, is_possible
from coursesync.errors import Command, CoursesyncError, Remedy, Shell, UnusableFile
from coursesync.files import read, shown, write_named
from coursesync.kinds.address import parse_address

if TYPE_CHECKING:
    from pathlib import Path

_MAX_BYTES = 67_108_864  # 5,000 writes, a day's allowance, of the longest titles and addresses


def read_receipt(path: Path) -> Receipt:
    """Read a receipt.

    Raises:
        CoursesyncError: it can't be read, or is none of this version.
    """
    try:
        receipt = Receipt.model_validate_json(read(path, _MAX_BYTES))
    except UnusableFile as error:
        raise CoursesyncError(f"the receipt {error.problem}", error.remedy) from error
    except ValidationError as error:
        raise _no_receipt(path) from error
    if not all(map(parse_address, receipt.items)) or not is_possible(receipt):
        raise _no_receipt(path)
    return receipt


def _no_receipt(path: Path) -> CoursesyncError:
    return CoursesyncError(
        f"{shown(path)} is no receipt of this version",
        Remedy("A receipt is written by", Command("apply", receipt="FILE")),
    )


def write_receipt(path: Path, receipt: Receipt) -> None:
    """Write a receipt, in the place of an older one or where nothing is.

    Raises:
        CoursesyncError: it can't be written, or something else is there, as is the receipt of a run
            that did something: nobody else may remember what that did.
    """
    if os.path.lexists(path) and _is_receipt(path) and read_receipt(path).items:
        raise CoursesyncError(
            f"{shown(path)} is the receipt of an earlier run, and is kept",
            Remedy("Name another file:", Shell("--receipt", another(path))),
        )
    document = receipt.model_dump(mode="json")
    text = json.dumps(document, indent=2, sort_keys=True, ensure_ascii=True) + "\n"
    write_named(path, text, "receipt", _is_receipt)


def another(path: Path) -> Path:
    """Return a file beside a receipt, for the next."""
    return path.with_stem(f"{path.stem}-2")


def _is_receipt(path: Path) -> bool:
    try:
        read_receipt(path)
    except CoursesyncError:
        return False
    return True
