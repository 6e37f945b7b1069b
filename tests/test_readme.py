"""What README.md promises holds: its commands, its settings and its map of the files."""

import re
from pathlib import Path

from settings import PROJECT_DIR, Settings, environment_name

README = (PROJECT_DIR / "README.md").read_text()


def section(title: str) -> str:
    return README.split(f"\n## {title}\n")[1].split("\n## ")[0]


def command(title: str) -> str:
    (line,) = re.findall(r"```sh\n(.+)\n```", section(title))
    return str(line)


def rows(title: str) -> list[list[str]]:
    lines = [line for line in section(title).splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


def test_both_commands_are_one_line_that_makes_and_uses_its_own_environment():
    for title in ("Run it", "Test it"):
        steps = command(title).split(" && ")
        assert steps[0] == "python3 -m venv .venv"
        assert all(step.startswith(".venv/bin/") for step in steps[1:])
        (requirements,) = re.findall(r"-r (\S+)", command(title))
        assert (PROJECT_DIR / requirements).is_file()


def test_the_first_command_ends_by_starting_the_app_and_the_second_by_running_the_tests():
    start = command("Run it").split(" && ")[-1]
    assert start.startswith(".venv/bin/streamlit run ")
    assert (PROJECT_DIR / start.split()[-1]).is_file()
    assert command("Test it").split(" && ")[-1].startswith(".venv/bin/pytest")


def test_every_setting_is_documented_with_its_default():
    documented = {name.strip("`"): default.strip("`") for name, default, _ in rows("Settings")}
    fields = Settings.model_fields
    assert set(documented) == {environment_name(field) for field in fields}
    for field, about in fields.items():
        default = about.default
        if isinstance(default, bool | int):
            assert documented[environment_name(field)] == str(int(default))
        elif isinstance(default, Path):
            assert PROJECT_DIR / documented[environment_name(field)] == default


def test_every_file_on_the_map_exists():
    places = [place for _, place in rows("Where is…")]
    assert places
    for place in places:
        for path in re.findall(r"`([^`]+)`", place):
            assert (PROJECT_DIR / path).exists(), path


def test_all_requirements_are_pinned():
    for name in ("requirements.txt", "requirements-dev.txt"):
        lines = (PROJECT_DIR / name).read_text().splitlines()
        wanted = [line for line in lines if line and not line.startswith(("#", "-r "))]
        assert wanted
        assert all(re.fullmatch(r"[\w\[\]-]+==[\w.]+", line) for line in wanted), name
