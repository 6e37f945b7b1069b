"""A dozen of the crashes that `python -m bench.crash` tries all of."""

from bench.crash import laboratory
from bench.faults import Fault

POINTS_OF_EACH = 2  # of three phases, for each of two faults


def test_whatever_stops_ingest_tick_or_seal_nothing_is_lost_and_nothing_doubled(
    server_url, testrun_uid, worker_id
):
    with laboratory(server_url, f"crash_{testrun_uid[:8]}_{worker_id}") as lab:
        kinds: dict[tuple[str, Fault], list] = {}
        for point in lab.points():
            kinds.setdefault((point.phase.name, point.fault), []).append(point)
        assert {phase for phase, _ in kinds} == {"ingest", "tick", "seal"}
        tried = [
            points[(2 * number + 1) * len(points) // (2 * POINTS_OF_EACH)]
            for points in kinds.values()
            for number in range(POINTS_OF_EACH)
        ]
        assert len(tried) >= 12
        assert {str(point): failures for point in tried if (failures := lab.failures(point))} == {}
