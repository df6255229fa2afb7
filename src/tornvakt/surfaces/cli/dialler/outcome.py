"""What a run of load gave: counts, latencies, and the list of what was acknowledged."""

from array import array
from dataclasses import dataclass, field
from pathlib import Path

NS_PER_MS = 1_000_000


def percentile(sorted_values: "array[int] | list[int]", share: float) -> int:
    """Return the value that ``share`` (0..1) of the sorted values do not exceed; 0 when empty."""
    if not sorted_values:
        return 0
    return sorted_values[min(len(sorted_values) - 1, int(share * len(sorted_values)))]


def _swedish(number: float) -> str:
    return f"{number:.2f}".replace(".", ",")


@dataclass(slots=True)
class Outcome:
    """Counts of one run. Latencies are nanoseconds from the first send of a frame to its ACK."""

    sent: int = 0
    refused_time: int = 0  # NAK
    refused: int = 0  # DUH, or an answer that is none of the three
    lost_connections: int = 0
    retries: int = 0
    given_up: int = 0
    acked: "array[int]" = field(default_factory=lambda: array("q"))
    latencies: "array[int]" = field(default_factory=lambda: array("q"))
    began_ns: int = 0
    ended_ns: int = 0
    cpu_s: float = 0.0

    @property
    def seconds(self) -> float:
        """Wall time from the first frame to the last answer."""
        return max(self.ended_ns - self.began_ns, 1) / 1e9

    @property
    def per_second(self) -> float:
        """Acknowledgements a second over the whole run."""
        return len(self.acked) / self.seconds

    @property
    def all_acked(self) -> bool:
        """Whether everything that was sent was acknowledged, and anything was sent at all."""
        return 0 < self.sent == len(self.acked)

    def milliseconds(self, share: float) -> float:
        """Return a percentile of the latencies in milliseconds."""
        return percentile(sorted(self.latencies), share) / NS_PER_MS

    def summary(self) -> str:
        """Return one Swedish line with the figures a person asks for."""
        return (
            f"skickade {self.sent} · kvitterade {len(self.acked)} · "
            f"{self.per_second:.0f}/s · p50 {_swedish(self.milliseconds(0.5))} ms · "
            f"p99 {_swedish(self.milliseconds(0.99))} ms · NAK {self.refused_time} · "
            f"DUH {self.refused} · omsändningar {self.retries} · "
            f"tappade förbindelser {self.lost_connections}"
        )

    def write_acks(self, path: Path) -> None:
        """Write the number of each acknowledged signal on a line of its own."""
        path.write_text("".join(f"{n}\n" for n in self.acked), encoding="ascii")
