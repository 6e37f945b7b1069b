"""`python -m pipeline`: files of every kind in, and one clear line when something is wrong."""

import gzip
import json
import os
import subprocess
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from db import migrate
from pipeline.__main__ import main
from tests.factories import at, closed, contents, new_drop, read, sent

NOON = at("2026-11-16 17:00")
EVENTS = sent([new_drop(NOON, party_size=2), closed(at("2026-11-16 17:04"), NOON)])
COLUMNS = list(EVENTS[0])


@pytest.fixture(autouse=True)
def _database(database_url, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", database_url)


def write_csv(path, opener=open):
    with opener(path, "wt", encoding="utf-8") as file:
        file.write(",".join(COLUMNS) + "\n")
        for event in EVENTS:
            file.write(",".join(str(event.get(name, "")) for name in COLUMNS) + "\n")


def write_ndjson(path, opener=open):
    with opener(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(event) + "\n" for event in EVENTS)


def write_parquet(path):
    table = pa.Table.from_pylist(EVENTS)
    for name in ("slot_at", "opened_at", "occurred_at"):
        instants = table[name].cast(pa.timestamp("us", tz="UTC"))
        table = table.set_column(table.column_names.index(name), name, instants)
    pq.write_table(table, path)


TIMES = "2026-11-20T19:00:00Z,2026-11-16T17:00:00Z,2026-11-16T17:00:00Z"
CSV = "event_type,venue_id,slot_id,slot_at,opened_at,occurred_at,party_size,venue_name\n" + "".join(
    f"NEW_DROP,v{row},s{row},{TIMES},2,Joe {row}\n" for row in range(60)
)
ROWS = CSV.encode().split(b"\n", 1)[1]
DAMAGED = gzip.compress(CSV.encode(), mtime=0)
DAMAGED = DAMAGED[:60] + b"\xff" * 10 + DAMAGED[70:]


def in_parquet(table):
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    return sink.getvalue().to_pybytes()


TWICE = in_parquet(pa.table([["v"]] * (len(COLUMNS) + 1), [*COLUMNS, "venue_id"]))

WRITERS = {
    "drops.csv": write_csv,
    "drops.csv.gz": lambda path: write_csv(path, gzip.open),
    "drops.ndjson": write_ndjson,
    "drops.ndjson.gz": lambda path: write_ndjson(path, gzip.open),
    "drops.parquet": write_parquet,
}


@pytest.mark.parametrize("name", WRITERS)
def test_every_kind_of_file_gives_the_same(name, tmp_path, engine, capsys):
    WRITERS[name](tmp_path / name)
    assert main(["ingest", str(tmp_path / name)]) == 0
    assert main(["tick", "--now", "2026-11-17T00:00:00Z"]) == 0
    assert "received 2, accepted 2, duplicate 0, rejected 0, late 0" in capsys.readouterr().out
    assert [
        (row["party_size"], row["closed_seconds"]) for row in contents(engine, "drop_rollup")
    ] == [(2, [240])]


def test_the_same_file_again_changes_nothing(tmp_path, engine, capsys):
    path = tmp_path / "drops.csv"
    write_csv(path)
    main(["ingest", str(path)])
    before = contents(engine, "batches")
    assert main(["ingest", str(path)]) == 0
    assert contents(engine, "batches") == before
    assert "accepted 0, duplicate 2" in capsys.readouterr().out


def test_bad_rows_are_kept_and_the_others_go_in(tmp_path, engine, capsys):
    path = tmp_path / "drops.csv"
    write_csv(path)
    with path.open("a", encoding="utf-8") as file:
        file.write("one,column,too,many,for,this,header,row\n")
        file.write("NEW_DROP,v,s2,yesterday,yesterday,tomorrow,2\n")
    assert main(["ingest", str(path)]) == 0
    assert "received 4, accepted 2, duplicate 0, rejected 2" in capsys.readouterr().out
    reasons = {row["reason"] for row in read(engine, "SELECT reason FROM rejected_events")}
    assert any("columns" in reason for reason in reasons)
    assert any("not an ISO-8601 time" in reason for reason in reasons)


def test_why_rows_were_rejected_is_printed_with_a_row_of_each_reason(tmp_path, engine, capsys):
    header, *rows = CSV.splitlines()
    rows[1] = "NEW_DROP,too,few"
    for k in (4, 6, 9):
        rows[k] = rows[k].replace(TIMES, f"day {k}" + TIMES[TIMES.index(",") :])
    rows[7] = rows[7].replace("NEW_DROP", "OPENED")
    path = tmp_path / "drops.csv"
    path.write_text("\n".join([header, "", *rows]), encoding="utf-8")
    assert main(["ingest", str(path)]) == 0
    (batch,) = contents(engine, "batches")
    assert capsys.readouterr().out.splitlines() == [
        "drops.csv: received 60, accepted 55, duplicate 0, rejected 5, late 0, pending 0",
        "  rejected: 3 rows like row 5: slot_at 'day 4' is not an ISO-8601 time",
        "  rejected: row 2: the row has 3 columns, the header 8",
        "  rejected: row 8: event_type OPENED is unknown: send NEW_DROP or CLOSED",
        f"  Each row, why, and what was sent: table rejected_events, batch_id {batch['batch_id']}; "
        "the last ones on the page Data health.",
    ]


def test_only_the_most_frequent_reasons_are_printed(tmp_path, engine, capsys):
    path = tmp_path / "drops.csv"
    rows = [f"NEW_DROP,v,s{n},{TIMES},2,{'x,' * (n + 1)}" for n in range(60)]
    path.write_text("\n".join([CSV.splitlines()[0], *rows]), encoding="utf-8")
    assert main(["ingest", str(path)]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert len(printed) == 8
    assert printed[1] == "  rejected: row 1: the row has 9 columns, the header 8"
    assert printed[6] == "  rejected: 55 more, for other reasons"


def test_rows_have_the_files_numbers_however_it_is_read(tmp_path, engine, monkeypatch):
    monkeypatch.setattr("pipeline.ingest.BYTES_AT_ONCE", 1000)
    header, *rows = CSV.splitlines()
    odd = (0, 1, 13, 14, 15, 40, 58, 59)
    for k in odd:
        rows[k] = f"odd {k}"
    path = tmp_path / "drops.csv"
    path.write_text("\n".join([header, *rows]), encoding="utf-8")
    assert main(["ingest", str(path)]) == 0
    assert [
        (row["row_number"], row["payload"]["line"])
        for row in read(engine, "SELECT * FROM rejected_events ORDER BY row_number")
    ] == [(k + 1, f"odd {k}") for k in odd]


def test_a_command_says_nothing_of_how_the_schema_came_about(engine, database_url):
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    environment = {**os.environ, "DATABASE_URL": database_url}
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "tick"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    assert done.stdout.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("empty.csv", b"", "is empty"),
        ("other.csv", b"colour,shape\nred,round\n", "cannot tell what is in it"),
        ("broken.parquet", b"not parquet at all", "is not a Parquet file"),
        (
            "cut.ndjson.gz",
            gzip.compress(b'{"event_type": "NEW_DROP"}\n' * 99, mtime=0)[:40],
            "cannot be read",
        ),
        ("notes.txt", b"hello", "is not one of"),
        ("damaged.csv.gz", DAMAGED, "cannot be read"),
        ("wide.csv", CSV.encode("utf-16"), "save the file as CSV in UTF-8"),
        ("twice.csv", CSV.replace("party_size", "venue_id").encode(), "column venue_id there more"),
        ("twice.parquet", TWICE, "column venue_id there more"),
        ("quote.csv", CSV.replace(",v2,", ',"v2,').encode(), "line 4: a quote"),
        ("quoted.csv", CSV.replace(",v2,", ',"v2,').replace(",v7", ',v7"').encode(), "line 4: a"),
        ("time.csv", CSV.replace(",2,Joe 2\n", ',"2,Joe 2\n').encode(), "line 4: a quote"),
        ("name.csv", CSV.replace(",Joe 2\n", ',"Joe 2\n').encode(), "line 4: a quote"),
        ("type.csv", CSV.replace("NEW_DROP,v2", '"NEW_\nDROP",v2').encode(), "line 4: a quote"),
        ("long.csv", CSV.replace(",v2,", ',"v2,').encode() + ROWS * 9_000, "line 4: a quote"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_whole(tmp_path, engine, capsys, name, content, says):
    path = tmp_path / name
    path.write_bytes(content)
    assert main(["ingest", str(path)]) == 1
    complaint = capsys.readouterr().err.strip().splitlines()[-1]
    assert name in complaint
    assert says in complaint
    assert contents(engine, "batches") == []


def test_a_name_may_be_written_over_several_lines(tmp_path, engine, capsys):
    path = tmp_path / "drops.csv"
    path.write_text(CSV.replace("Joe 2\n", '"Joe ""2"",\nand Ann"\n'), encoding="utf-8")
    assert main(["ingest", str(path)]) == 0
    assert "received 60, accepted 60" in capsys.readouterr().out
    names = read(engine, "SELECT name FROM venues WHERE venue_id = 'v2'")
    assert names == [{"name": 'Joe "2",\nand Ann'}]


@pytest.mark.parametrize("name", ["drops.csv", "drops.ndjson"])
def test_a_mark_before_the_first_line_is_no_part_of_it(name, tmp_path, capsys):
    path = tmp_path / name
    WRITERS[name](path)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert main(["ingest", str(path)]) == 0
    assert "received 2, accepted 2, duplicate 0, rejected 0" in capsys.readouterr().out


def test_a_file_that_is_not_there_is_named(capsys):
    assert main(["ingest", "nowhere.csv"]) == 1
    assert "nowhere.csv" in capsys.readouterr().err


def test_a_time_without_a_zone_is_refused(capsys):
    with pytest.raises(SystemExit) as error:
        main(["tick", "--now", "2026-11-17T00:00:00"])
    assert error.value.code == 2
    assert "has no zone" in capsys.readouterr().err


def test_unsafe_settings_are_refused_by_every_command(monkeypatch, capsys):
    monkeypatch.setenv("TABLESTAKES_RETENTION_DAYS", "5")
    assert main(["status"]) == 1
    assert "TABLESTAKES_RETENTION_DAYS=5" in capsys.readouterr().err


def test_verify_holds_and_names_the_first_thing_that_does_not(tmp_path, engine, capsys):
    write_csv(tmp_path / "drops.csv")
    main(["ingest", str(tmp_path / "drops.csv")])
    main(["tick"])
    assert main(["verify"]) == 0
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE batches SET rows_accepted = rows_accepted + 1")
    assert main(["verify"]) == 1
    assert "batch" in capsys.readouterr().err


def test_seal_rescore_and_status_say_what_they_did(tmp_path, engine, capsys):
    write_csv(tmp_path / "drops.csv")
    main(["ingest", str(tmp_path / "drops.csv")])
    assert main(["seal", "--now", "2027-03-01T00:00:00Z"]) == 0
    assert main(["rescore", "--now", "2027-03-01T00:00:00Z"]) == 0
    assert main(["status", "--json", "--now", "2027-03-01T00:00:00Z"]) == 0
    printed = capsys.readouterr().out
    assert "2026-11-16: sealed, 2 raw events pruned" in printed
    state = json.loads(printed.splitlines()[-1])
    assert {job["job"] for job in state["jobs"]} == {"seal", "tick"} - {"tick"}
    assert state["backlog"]["rows"] == 0


def test_commands_bring_the_schema_up_to_date(engine, capsys):
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    assert main(["status"]) == 0
    assert migrate.is_current(engine)
