"""GET /openapi.json and /docs: the description of the API, and a page of it that loads nothing."""

from html import escape
from typing import Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse

from api.access import requires
from api.answers import JsonResponse

router = APIRouter(
    include_in_schema=False, dependencies=[Depends(requires("read", "read:metrics"))]
)

STYLE = """
:root { color-scheme: light dark; }
body { max-width: 52rem; margin: 2rem auto; padding: 0 1rem; line-height: 1.5;
       font-family: "Source Sans", "Source Sans 3", system-ui, sans-serif; }
h1, h2 { font-family: "Source Serif", "Source Serif 4", Georgia, serif; }
h2 { margin-top: 2.5rem; font-size: 1.15rem; }
code { font-family: ui-monospace, monospace; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0;
         border-bottom: 1px solid #8C837955; }
"""


@router.get("/openapi.json")
def openapi(request: Request) -> JsonResponse:
    """The API in the OpenAPI format."""
    return JsonResponse(request.app.openapi())


@router.get("/docs")
def docs(request: Request) -> HTMLResponse:
    """The API as a page to read."""
    return HTMLResponse(_page(request.app.openapi()))


def _page(description: dict[str, Any]) -> str:
    info = description["info"]
    sections = [
        _section(method, path, operation)
        for path, operations in description["paths"].items()
        for method, operation in operations.items()
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(info['title'])}</title><style>{STYLE}</style></head><body>"
        f"<h1>{escape(info['title'])}</h1><p>{escape(info['description'])}</p>"
        '<p>The same for programs: <a href="openapi.json">openapi.json</a>.</p>'
        + "".join(sections)
        + "</body></html>"
    )


def _section(method: str, path: str, operation: dict[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(parameter['name'])}</code></td>"
        f"<td>{escape(_allowed(parameter['schema']))}</td>"
        f"<td>{escape(parameter.get('description', ''))}</td></tr>"
        for parameter in operation.get("parameters", [])
    )
    body = operation.get("requestBody", {}).get("description", "")
    return (
        f"<h2><code>{method.upper()} {escape(path)}</code></h2>"
        f"<p>{escape(operation.get('description', ''))}</p>"
        + (f"<p>{escape(body)}</p>" if body else "")
        + (
            "<table><thead><tr><th>parameter</th><th>values</th><th>meaning</th></tr></thead>"
            f"<tbody>{rows}</tbody></table>"
            if rows
            else ""
        )
    )


def _allowed(schema: dict[str, Any]) -> str:
    """What a parameter may be, in words."""
    if "anyOf" in schema:
        return " or ".join(
            _allowed(option) for option in schema["anyOf"] if option.get("type") != "null"
        )
    kind = {"integer": "whole number", "string": "text", "array": "several"}.get(
        schema.get("type", ""), "one of those listed"
    )
    if schema.get("format") == "date":
        kind = "date"
    if "minimum" in schema and "maximum" in schema:
        kind += f" from {schema['minimum']:,} to {schema['maximum']:,}"
    if "default" in schema:
        kind += f", {schema['default']} by default"
    return kind
