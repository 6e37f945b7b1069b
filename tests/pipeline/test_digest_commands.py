"""`python -m pipeline digest …`: files that are alike, refusals in one line, who gets what."""

from datetime import UTC, datetime

import pytest

from db import subscribers
from pipeline.__main__ import main
from tests.factories import read

NOW = "2026-11-23T17:00:00Z"
EARLIER = datetime(2020, 1, 1, tzinfo=UTC)
TEXTS = (".md", ".txt", ".html", ".csv", ".json")


@pytest.fixture(autouse=True)
def _database(database_url, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", database_url)


def digest(*arguments):
    return main(["digest", "--now", NOW, *arguments])


@pytest.mark.world("weeks")
def test_two_builds_write_the_same_bytes(tmp_path, capsys):
    assert digest("--week", "2026-W47", "--out", str(tmp_path / "first")) == 0
    said = capsys.readouterr().out
    assert "nyc 2026-W47 public: No. 4, revision 1, made:" in said
    assert digest("--week", "2026-W47", "--out", str(tmp_path / "second")) == 0
    assert "revision 1, as it was:" in capsys.readouterr().out
    first = {path.name: path.read_bytes() for path in (tmp_path / "first").iterdir()}
    second = {path.name: path.read_bytes() for path in (tmp_path / "second").iterdir()}
    assert first == second
    for edition in ("nyc-2026-W47", "nyc-2026-W47-internal"):
        assert {f"{edition}{ending}" for ending in TEXTS} <= set(first)
        for picture in ("-days.png", "-days-dark.png", "-days.svg", "-hardest.svg"):
            assert f"{edition}{picture}" in first
            assert f"{edition}-days.png" in first[f"{edition}.html"].decode()


@pytest.mark.world("weeks")
def test_what_was_accepted_and_not_yet_counted_is_in_the_edition(engine):
    assert digest("--week", "2026-W47") == 0
    counted = read(engine, "SELECT count(*) FILTER (WHERE aggregated_at IS NULL) AS n FROM batches")
    assert counted[0]["n"] == 0


@pytest.mark.world("weeks")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--week", "2026-W48"], "2026-W48 is not over in nyc"),
        (["--week", "2026-W20"], "No market had drops in 2026-W20"),
        (["--week", "2026-W47", "--market", "paris"], "There is no market 'paris'"),
    ],
)
def test_a_refusal_is_one_line_and_a_status(capsys, arguments, words):
    assert digest(*arguments) == 1
    said = capsys.readouterr()
    assert words in said.err
    assert len(said.err.strip().splitlines()) == 1


def test_a_week_that_is_none_is_refused_by_the_parser(capsys):
    with pytest.raises(SystemExit):
        digest("--week", "2026-46")
    assert "is not an ISO week" in capsys.readouterr().err


@pytest.mark.world("weeks")
def test_the_archive_links_every_public_edition(tmp_path):
    digest("--week", "2026-W46")
    digest("--week", "2026-W47")
    assert main(["digest-archive", str(tmp_path)]) == 0
    index = (tmp_path / "index.html").read_text()
    for week in ("2026-W46", "2026-W47"):
        assert f'href="nyc-{week}.html"' in index
        assert (tmp_path / f"nyc-{week}.html").exists()
    assert not list(tmp_path.glob("*internal*"))
    assert (tmp_path / "feed.atom").read_text().count("<entry>") == 2


@pytest.mark.world("weeks")
def test_subscribers_come_and_go_and_a_dry_run_sends_nothing(engine, capsys):
    digest("--week", "2026-W47")
    capsys.readouterr()
    for _ in range(2):
        assert main(["subscribe", "reader@example.org", "--market", "nyc"]) == 0
    capsys.readouterr()
    assert main(["subscribers"]) == 0
    assert capsys.readouterr().out == "reader@example.org: nyc public\n"
    subscribers.subscribe(
        engine, "early@example.org", "nyc", "public", "a-token-of-theirs-012345", now=EARLIER
    )
    assert main(["digest-send", "--dry-run"]) == 0
    assert "public: would go to early@example.org" in capsys.readouterr().out
    assert main(["digest-send"]) == 1
    assert "TABLESTAKES_SMTP_URL" in capsys.readouterr().err
    assert main(["unsubscribe", "early@example.org", "--market", "nyc"]) == 0
    main(["digest-send", "--dry-run"])
    assert "would go to nobody" in capsys.readouterr().out


def test_a_mail_address_that_is_none_is_refused(capsys):
    with pytest.raises(SystemExit):
        main(["subscribe", "nobody"])
    assert "is not a mail address" in capsys.readouterr().err
