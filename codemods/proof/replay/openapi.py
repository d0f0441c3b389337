"""OpenAPI 3 documents as request scripts: one request for each operation whose examples say how to make it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import yaml

from codemods.proof.replay.script import BadScript, Script, Step

_METHODS = ("get", "head", "post", "put", "patch", "delete", "options")


def looks_like_openapi(path: Path, text: str) -> bool:
    """By the extension of the file and the key that every document begins with."""
    return path.suffix.lower() in (".json", ".yaml", ".yml") and "openapi" in text


def read_openapi(path: Path, text: str) -> Script:
    """One step for each operation, in the order of the document. Operations without needed examples are left out."""
    try:
        document = json.loads(text) if path.suffix.lower() == ".json" else yaml.safe_load(text)
    except (ValueError, yaml.YAMLError) as error:
        raise BadScript(f"{path} is no valid document: {error}") from error
    if not isinstance(document, dict) or not isinstance(document.get("paths"), dict):
        raise BadScript(f"{path} is no OpenAPI document: it has no paths")
    try:
        steps = tuple(_steps(document, text))
    except (AttributeError, KeyError, TypeError, RecursionError) as error:
        raise BadScript(f"{path} is not built as OpenAPI documents are: {error}") from error
    if not steps:
        raise BadScript(f"{path} holds no operation whose parameters and body have examples")
    return Script(path, text, steps)


def _steps(document: Mapping[str, Any], text: str) -> Iterator[Step]:
    base = _base(document)
    for template, operations in document["paths"].items():
        shared = operations.get("parameters", []) if isinstance(operations, dict) else []
        for method in _METHODS:
            operation = operations.get(method) if isinstance(operations, dict) else None
            if isinstance(operation, dict):
                yield from _operation(document, base, template, method, operation, shared, text)


def _operation(
    document: Mapping[str, Any], base: str, template: str, method: str, operation: Mapping[str, Any],
    shared: list[Any], text: str,
) -> Iterator[Step]:  # fmt: skip
    target, query, headers = base + template, {}, {}
    for parameter in (_resolved(document, each) for each in (*shared, *operation.get("parameters", []))):
        value = _example(document, parameter)
        if value is None:
            if parameter.get("required"):
                return
            continue
        match parameter.get("in"):
            case "path":
                target = target.replace("{" + parameter["name"] + "}", quote(_text(value), safe=""))
            case "query":
                query[parameter["name"]] = _text(value)
            case "header":
                headers[parameter["name"]] = _text(value)
    if "{" in target:
        return
    body = _resolved(document, operation.get("requestBody", {}))
    content = body.get("content", {}) if isinstance(body, dict) else {}
    media = next((name for name in content if "json" in name), None)
    given = _example(document, content[media]) if media is not None else None
    if given is None and body.get("required"):
        return
    if media is not None and given is not None:
        headers["Content-Type"] = media
    line = text.count("\n", 0, max(text.find(template), 0)) + 1
    title = str(operation.get("summary") or operation.get("operationId") or "")
    target += f"?{urlencode(query)}" if query else ""
    yield Step(
        method.upper(), target, line, title, "", headers, json.dumps(given, default=str) if given is not None else None
    )


def _base(document: Mapping[str, Any]) -> str:
    servers = document.get("servers") or [{}]
    url = servers[0].get("url", "") if isinstance(servers[0], dict) else ""
    return urlsplit(str(url)).path.rstrip("/")


def _example(document: Mapping[str, Any], holder: Mapping[str, Any]) -> Any:
    """The example of a parameter or media type: its own, the first of several, or that of its schema."""
    if "example" in holder:
        return holder["example"]
    listed = holder.get("examples")
    if isinstance(listed, dict) and listed:
        first = _resolved(document, next(iter(listed.values())))
        return first.get("value") if isinstance(first, dict) else None
    return _schema_example(document, holder.get("schema"), 0)


def _schema_example(document: Mapping[str, Any], schema: Any, depth: int) -> Any:
    schema = _resolved(document, schema)
    if not isinstance(schema, dict) or depth > 8:
        return None
    for key in ("example", "default", "const"):
        if key in schema:
            return schema[key]
    if isinstance(schema.get("examples"), list) and schema["examples"]:
        return schema["examples"][0]
    if schema.get("type") == "object" or "properties" in schema:
        made = {
            name: _schema_example(document, part, depth + 1) for name, part in (schema.get("properties") or {}).items()
        }
        missing = [name for name in schema.get("required", []) if made.get(name) is None]
        return None if missing else {name: value for name, value in made.items() if value is not None}
    return schema["enum"][0] if schema.get("enum") else None


def _resolved(document: Mapping[str, Any], node: Any) -> Any:
    """A node with references within the document followed."""
    for _ in range(20):
        reference = node.get("$ref") if isinstance(node, dict) else None
        if not isinstance(reference, str) or not reference.startswith("#/"):
            return node
        node = document
        for part in reference[2:].split("/"):
            node = node.get(part.replace("~1", "/").replace("~0", "~"), {}) if isinstance(node, dict) else {}
    return {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)
