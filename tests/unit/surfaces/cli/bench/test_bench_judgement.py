"""Which target holds on which disk, and how the figures are written."""

from datetime import UTC, datetime

import pytest

from tornvakt.surfaces.cli.bench import table, throughput
from tornvakt.surfaces.cli.dialler.outcome import Outcome, percentile

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


def outcome(per_second: int, *, ms: float = 5.0) -> Outcome:
    found = Outcome(sent=per_second, began_ns=0, ended_ns=10**9)
    found.acked.extend(range(per_second))
    found.latencies.extend([int(ms * 1e6)] * per_second)
    return found


def judged(flush_ms: float, **changes: Outcome) -> dict[str, bool | None]:
    total = {
        "plain": outcome(13_000),
        "yardstick": outcome(7_000),
        "aes": outcome(9_500),
        "once": outcome(5_000),
        "yardstick_once": outcome(4_000),
    } | changes
    return {row.name: row.is_ok for row in throughput._judge(total, flush_ms, 50 << 20)}


def test_all_targets_hold_on_a_calm_disk() -> None:
    assert judged(0.2) == {"plain": True, "aes": True, "once": True}


@pytest.mark.parametrize(
    "change",
    [
        {"plain": outcome(11_999)},
        {"plain": outcome(13_000, ms=26)},
        {"yardstick": outcome(9_000)},
    ],
)
def test_plain_needs_speed_and_latency_and_the_ratio(change: dict[str, Outcome]) -> None:
    assert judged(0.2, **change)["plain"] is False


def test_on_a_slow_disk_the_acks_of_one_flush_count() -> None:
    assert judged(4.0, plain=outcome(7_600))["plain"] is True  # 30.4 for each flush
    assert judged(4.0, plain=outcome(7_400))["plain"] is False
    assert judged(4.0)["once"] is None


def test_between_the_limits_no_target_is_claimed() -> None:
    assert judged(2.0)["plain"] is None


def test_one_that_was_never_acknowledged_spoils_the_figure() -> None:
    plain = outcome(13_000)
    plain.sent += 1
    assert judged(0.2, plain=plain)["plain"] is False


def test_enciphered_is_measured_against_plain() -> None:
    assert judged(0.2, aes=outcome(9_099))["aes"] is False


def test_the_table_names_date_machine_and_verdict() -> None:
    rows = [table.Row("one", "en förbindelse", "≤ 0,4 ms", "+0.1 ms", False, {"added_ms": 0.1})]
    text = table.markdown(rows, now=AT, is_quick=False, command="./tornvakt bench x")
    assert text.startswith("### 2026-11-22 12:00 UTC, full längd\n")
    assert table.machine() in text
    assert "| en förbindelse | ≤ 0,4 ms | +0.1 ms | **ej ok** |" in text
    assert '"added_ms": 0.1' in table.as_json(rows, now=AT, is_quick=False)


def test_percentiles_of_nothing_and_of_something() -> None:
    assert percentile([], 0.99) == 0
    assert percentile([1, 2, 3, 4], 0.5) == 3
    assert percentile([1, 2, 3, 4], 1.0) == 4
