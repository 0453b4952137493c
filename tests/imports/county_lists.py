"""Fictional people and lines of lists about them."""

import csv
import io
from collections.abc import Mapping, Sequence

from workflows.imports.private import id_check_digit

VILLAGE = "130828107206"
TOWNSHIP = "130828107000"
COUNTY = "130828000000"
RULE = {"source_dept": "医保", "rule_code": "medical_burden"}


def id_number(serial: int, born: str = "19700307") -> str:
    first17 = f"130828{born}{serial:03d}"
    return first17 + id_check_digit(first17)


def official(serial: int, post: str = "village_clerk", region: str = VILLAGE, **more: str) -> dict[str, str]:
    return {
        "staff_no": f"S{serial}",
        "name": f"干部{serial}",
        "phone": f"138{serial:08d}",
        "region_code": region,
        "post": post,
        "from": "2025-01-01",
        "to": "",
        "deputy_staff_no": "",
    } | more


def household(serial: int, **more: str) -> dict[str, str]:
    return {
        "household_no": f"H{serial}",
        "region_code": VILLAGE,
        "group": "3",
        "head_name": f"户主{serial}",
        "id_number": id_number(serial % 1000),
        "members": "4",
        "kind": "一般农户",
        "labour": "2",
        "level": "",
        "helper_staff_no": "",
    } | more


def clue(serial: int, **more: str) -> dict[str, str]:
    return {
        "signal_id": f"YB-{serial}",
        **RULE,
        "event_date": "2026-03-01",
        "received_date": "2026-03-10",
        "village_code": VILLAGE,
        "household_no": f"H{serial}",
        "id_number": "",
        "person_role": "户主",
        "risk_code": "01",
        "direction": "漏",
        "band": "high",
        "note": "本季度住院两次",
    } | more


def csv_bytes(rows: Sequence[Mapping[str, object]], encoding: str = "utf-8") -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode(encoding)
