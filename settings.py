"""Everything that can be configured, read once from the environment and checked together.

Names are those of the environment: `DATABASE_URL`, and `TABLESTAKES_…` for the rest. A `.env` file
in the project folder may hold the same names; the environment wins over it. No other module reads
the environment: entry points call `load_settings()` and pass the frozen result on.
"""

import difflib
import os
import re
from pathlib import Path
from typing import Annotated, Literal, Self, get_args

from dotenv import dotenv_values
from pydantic import (
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PROJECT_DIR = Path(__file__).resolve().parent

Scope = Literal["read", "read:metrics", "write:events", "write:alerts"]
Role = Literal["editor", "founder", "writer"]

NEW_KEY_COMMAND = (
    'python3 -c "import hashlib, secrets; key = secrets.token_urlsafe(32); '
    'print(key, hashlib.sha256(key.encode()).hexdigest())"'
)


class SettingsError(Exception):
    """The environment holds settings that cannot or must not be used; one line a problem."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problems))


class ApiKey(BaseModel):
    """A bearer token's SHA-256 digest (the token itself is never stored) and what it may do."""

    model_config = ConfigDict(frozen=True)

    digest: str = Field(repr=False, pattern=r"^[0-9a-f]{64}$")
    scopes: frozenset[Scope] = Field(min_length=1)


class Reader(BaseModel):
    """Somebody who may log in, by the e-mail address that the login provider vouches for."""

    model_config = ConfigDict(frozen=True)

    email: str = Field(pattern=r"^[^@\s=]+@[^@\s=]+$")
    roles: frozenset[Role] = Field(min_length=1)


class Settings(BaseSettings):
    """The settings of one process, frozen. Times carry their unit in their name."""

    model_config = SettingsConfigDict(
        env_prefix="TABLESTAKES_",
        env_ignore_empty=True,
        populate_by_name=True,
        extra="ignore",
        frozen=True,
    )

    database_url: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices("DATABASE_URL"),
        description="a PostgreSQL URL, postgresql://user:password@host:5432/name",
    )
    data_dir: Path = Field(
        default=PROJECT_DIR / ".tablestakes",
        description="the folder of the embedded database",
    )
    demo: bool = Field(default=True, description="1 or 0")
    slot_horizon_days: int = Field(
        default=14, ge=1, le=365, description="a whole number of days from 1 to 365"
    )
    retention_days: int = Field(
        default=21,
        ge=1,
        le=3650,
        description="a whole number of days from TABLESTAKES_SLOT_HORIZON_DAYS + 1 to 3650",
    )
    alert_retention_days: int = Field(
        default=30, ge=1, le=3650, description="a whole number of days from 1 to 3650"
    )
    max_lead_days: int = Field(
        default=400, ge=1, le=3650, description="a whole number of days from 1 to 3650"
    )
    poll_interval_seconds: int = Field(
        default=60, ge=1, le=3600, description="a whole number of seconds from 1 to 3600"
    )
    reaction_seconds: int = Field(
        default=60, ge=1, le=86_400, description="a whole number of seconds from 1 to 86400"
    )
    conversion_window_hours: int = Field(
        default=24, ge=1, le=720, description="a whole number of hours from 1 to 720"
    )
    api_keys: Annotated[tuple[ApiKey, ...], NoDecode] = Field(
        default=(),
        description=(
            "entries of the form <SHA-256 of the key>=<scope>[,<scope>…], separated by spaces, "
            f"with the scopes {', '.join(get_args(Scope))}; make a key and its digest with "
            f"{NEW_KEY_COMMAND}"
        ),
    )
    public_url: str | None = Field(
        default=None,
        pattern=r"^https?://[^\s/?#]+(/[^\s?#]*[^\s/?#])?$",
        description="the address readers reach this at, as https://tables.example.com",
    )
    smtp_url: SecretStr | None = Field(
        default=None,
        description=(
            "a mail server's URL: smtp://user:password@host:587 (STARTTLS), smtps://…:465, or "
            "smtp+plain://host:25 for one on this machine"
        ),
    )
    mail_from: str | None = Field(
        default=None,
        pattern=r"^([^<>@]*<[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+)$",
        description="who mails come from, as Table Stakes <digest@example.com>",
    )
    roles: Annotated[tuple[Reader, ...], NoDecode] = Field(
        default=(),
        description=(
            "entries of the form <e-mail>=<role>[,<role>…], separated by spaces, with the roles "
            f"{', '.join(get_args(Role))}"
        ),
    )
    user_key_secret: SecretStr | None = Field(
        default=None,
        min_length=32,
        description="a random text of at least 32 characters, kept for as long as the data is",
    )

    @field_validator("database_url")
    @classmethod
    def _is_postgresql(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None and not re.match(
            r"postgres(ql(\+psycopg)?)?://", url.get_secret_value()
        ):
            raise ValueError("is not a PostgreSQL URL")
        return url

    @field_validator("smtp_url")
    @classmethod
    def _is_smtp(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None and not re.match(
            r"(smtp|smtps|smtp\+plain)://([^@/\s]+@)?[^@/:\s]+(:\d{1,5})?$", url.get_secret_value()
        ):
            raise ValueError("is not a mail server's URL")
        return url

    @field_validator("data_dir")
    @classmethod
    def _absolute(cls, data_dir: Path) -> Path:
        """A relative folder is one of the project, wherever the process was started."""
        return (PROJECT_DIR / data_dir.expanduser()).resolve()

    @field_validator("api_keys", mode="before")
    @classmethod
    def _parsed(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        keys = []
        for number, entry in enumerate(value.split(), start=1):
            digest, separator, scopes = entry.partition("=")
            if not separator:
                raise ValueError(f"has no scopes in entry {number}")
            keys.append({"digest": digest.lower(), "scopes": scopes.split(",")})
        return keys

    @field_validator("roles", mode="before")
    @classmethod
    def _parsed_roles(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        readers: dict[str, dict[str, object]] = {}
        for number, entry in enumerate(value.split(), start=1):
            email, separator, roles = entry.partition("=")
            if not separator:
                raise ValueError(f"has no roles in entry {number}")
            if email.lower() in readers:
                raise ValueError(f"has {email.lower()} twice")
            readers[email.lower()] = {"email": email.lower(), "roles": roles.split(",")}
        return list(readers.values())

    @model_validator(mode="after")
    def _together(self) -> Self:
        problems = []
        if self.retention_days < self.slot_horizon_days + 1:
            problems.append(
                f"TABLESTAKES_RETENTION_DAYS={self.retention_days} would prune drops whose slots "
                f"are still ahead: slots are watched {self.slot_horizon_days} days ahead "
                f"(TABLESTAKES_SLOT_HORIZON_DAYS). Set it to at least "
                f"{self.slot_horizon_days + 1}."
            )
        if self.max_lead_days < self.slot_horizon_days:
            problems.append(
                f"TABLESTAKES_MAX_LEAD_DAYS={self.max_lead_days} would reject slots that are "
                f"watched {self.slot_horizon_days} days ahead (TABLESTAKES_SLOT_HORIZON_DAYS). "
                f"Set it to at least {self.slot_horizon_days}."
            )
        if self.smtp_url is not None:
            missing = [
                f"TABLESTAKES_{name}"
                for name, value in (("MAIL_FROM", self.mail_from), ("PUBLIC_URL", self.public_url))
                if value is None
            ]
            if missing:
                problems.append(
                    f"TABLESTAKES_SMTP_URL is set without {' and '.join(missing)}: mails need a "
                    "sender and the address their links lead to. Set both, or neither."
                )
        if problems:
            raise ValueError("\n".join(problems))
        return self


def environment_name(field: str) -> str:
    """The environment's name of a field of `Settings`."""
    return "DATABASE_URL" if field == "database_url" else f"TABLESTAKES_{field.upper()}"


def load_settings(env_file: Path | None = PROJECT_DIR / ".env") -> Settings:
    """Settings from the environment and, where it says nothing, from `env_file`.

    Raises `SettingsError` with a line for each problem: which name, what is wrong, how to mend it.
    """
    problems = _unknown_names(env_file)
    try:
        settings = Settings(_env_file=env_file)  # type: ignore[call-arg]  # pydantic-settings' own
    except ValidationError as error:
        raise SettingsError(problems + _explained(error)) from None
    if problems:
        raise SettingsError(problems)
    return settings


def _unknown_names(env_file: Path | None) -> list[str]:
    """A misspelt name would silently leave a default in force, so it is a problem."""
    known = [environment_name(field) for field in Settings.model_fields]
    given = set(os.environ)
    if env_file is not None:
        given |= set(dotenv_values(env_file))
    problems = []
    for name in sorted(given):
        if name.upper().startswith("TABLESTAKES_") and name.upper() not in known:
            near = difflib.get_close_matches(name.upper(), known, n=1)
            meant = f"; did you mean {near[0]}?" if near else "."
            problems.append(f"{name} is not a setting of Table Stakes{meant} Rename or remove it.")
    return problems


def _explained(error: ValidationError) -> list[str]:
    """One line a problem, without the values that may be secret."""
    problems: dict[str, None] = {}
    for item in error.errors(include_url=False, include_context=False):
        if not item["loc"]:
            for line in item["msg"].removeprefix("Value error, ").splitlines():
                problems[line] = None
            continue
        field = _field(str(item["loc"][0]))
        about = Settings.model_fields[field]
        is_plain = field not in ("database_url", "api_keys", "user_key_secret")
        name = environment_name(field)
        shown = f"{name}={item['input']}" if is_plain else name
        what = item["msg"].removeprefix("Value error, ")
        what = (
            what if what.startswith(("is ", "has ")) else f"is refused: {what[0].lower()}{what[1:]}"
        )
        problems[
            f"{shown} {what}. Set it to {about.description}, "
            f"or remove it to get the default{_default_text(about.default)}."
        ] = None
    return list(problems)


def _field(location: str) -> str:
    return next(
        field for field in Settings.model_fields if location in (field, environment_name(field))
    )


def _default_text(default: object) -> str:
    if default is None or default == ():
        return ""
    return f" ({int(default) if isinstance(default, bool) else default})"
