"""Hold answers against Stripe's OpenAPI document: nothing missing, nothing unknown, nothing bent.

Use `Schemas(path)` once, and give `schemas.observe` to a StandIn as its observer; every answer
that does not fit is then in `schemas.misfits`.
"""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema

MISFITS_MAX = 50
# What 2026-10-28.endive has that the document of 2026-08-26.dahlia does not know yet.
# Source: the types of stripe-python 16.1 against those of 15.6, read 2026-11.
ADDED_BY_ENDIVE = {
    "invoice": {"status_details": {}},
    "dispute": {"intended_submission_method": {}, "status": {"type": "string"}},
    "dispute_evidence": {"appeal": {}},
    "dispute_evidence_details": {"submission_method": {}},
    "payment_intent": {"payment_record": {}},
    "subscription": {"status_details": {}},
    "invoiceitem": {"invoicing_rules": {}},
}
ERROR = {
    "type": "object",
    "required": ["error"],
    "additionalProperties": False,
    "properties": {"error": {"$ref": "#/definitions/api_errors"}},
}


class Schemas:
    """The document, turned into JSON schemas when first needed."""

    def __init__(self, path: Path) -> None:
        self.document: dict[str, Any] = json.loads(path.read_text())
        self.misfits: list[str] = []
        self.seen: set[tuple[str, str, int]] = set()
        self._definitions = {
            name: converted(schema)
            for name, schema in self.document["components"]["schemas"].items()
        }
        for name, added in ADDED_BY_ENDIVE.items():
            self._definitions[name]["properties"] |= added
        self._validators: dict[tuple[str, str], jsonschema.Draft7Validator] = {}
        self._templates: list[tuple[re.Pattern[str], str]] = [
            (re.compile(re.sub(r"\\{[^}]+\\}", "[^/]+", re.escape(template))), template)
            for template in sorted(self.document["paths"], key=lambda text: text.count("{"))
        ]

    def template(self, method: str, path: str) -> str | None:
        """The document's path for a concrete one."""
        for pattern, template in self._templates:
            if pattern.fullmatch(path) and method.lower() in self.document["paths"][template]:
                return template
        return None

    def misfits_of(self, method: str, path: str, status: int, body: Any) -> list[str]:
        """What is wrong with an answer, in words."""
        template = self.template(method, path)
        if status != 200:
            validator = self._validator("error", "", ERROR)
        elif template is None:
            return [f"{method} {path} is not in the document, and was answered with 200."]
        else:
            operation = self.document["paths"][template][method.lower()]
            content = operation["responses"]["200"]["content"]["application/json"]["schema"]
            validator = self._validator(method, template, converted(content))
        return [
            f"{method} {template or path} {status}: {place(error)}: {error.message[:300]}"
            for error in leaves(validator.iter_errors(body))
        ]

    def observe(self, method: str, path: str, status: int, body: Any) -> None:
        """Judge an answer and keep what is wrong with it; for StandIn(observer=...)."""
        self.seen.add((method, self.template(method, path) or path, status))
        if len(self.misfits) < MISFITS_MAX:
            self.misfits += self.misfits_of(method, path, status, body)

    def event_misfits(self, event: dict[str, Any]) -> list[str]:
        """What is wrong with the object inside an event."""
        row = event["data"]["object"]
        name = row["object"]
        if name not in self._definitions:
            return [f"{event['type']}: no schema for {name}"]
        validator = self._validator("definition", name, {"$ref": f"#/definitions/{name}"})
        return [
            f"{event['type']}: {place(error)}: {error.message[:300]}"
            for error in leaves(validator.iter_errors(row))
        ]

    def parameters(self, method: str, template: str) -> dict[str, Any]:
        """The parameters that the document has for an operation: name to schema."""
        operation = self.document["paths"][template][method.lower()]
        found = {
            parameter["name"]: parameter["schema"]
            for parameter in operation.get("parameters", [])
            if parameter["in"] == "query"
        }
        body = operation.get("requestBody", {}).get("content", {})
        for content in body.values():
            found |= content["schema"].get("properties", {})
        return found

    def required_parameters(self, method: str, template: str) -> set[str]:
        """The parameters that the document says an operation needs."""
        operation = self.document["paths"][template][method.lower()]
        needed = {
            parameter["name"]
            for parameter in operation.get("parameters", [])
            if parameter["in"] == "query" and parameter.get("required")
        }
        for content in operation.get("requestBody", {}).get("content", {}).values():
            needed |= set(content["schema"].get("required", []))
        return needed

    def _validator(
        self, method: str, name: str, schema: dict[str, Any]
    ) -> jsonschema.Draft7Validator:
        key = (method, name)
        if key not in self._validators:
            whole = {**schema, "definitions": self._definitions}
            self._validators[key] = jsonschema.Draft7Validator(whole)
        return self._validators[key]


def converted(schema: Any) -> Any:
    """An OpenAPI schema as a JSON schema; objects with named properties take no others."""
    if isinstance(schema, list):
        return [converted(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return {"$ref": schema["$ref"].replace("#/components/schemas/", "#/definitions/")}
    kept = {key: schema[key] for key in ("type", "enum", "required", "maxLength") if key in schema}
    if "properties" in schema:
        kept["properties"] = {
            name: converted(value) for name, value in schema["properties"].items()
        }
        kept.setdefault("additionalProperties", False)
    elif isinstance(schema.get("additionalProperties"), dict):
        kept["additionalProperties"] = converted(schema["additionalProperties"])
    if "items" in schema:
        kept["items"] = converted(schema["items"])
    if "anyOf" in schema:
        kept["anyOf"] = converted(schema["anyOf"])
    if schema.get("nullable"):
        return {"anyOf": [kept, {"type": "null"}]}
    return kept


def leaves(errors: Any) -> list[jsonschema.ValidationError]:
    """The errors at the bottom; of alternatives, those of the one that came nearest."""
    found: list[jsonschema.ValidationError] = []
    for error in errors:
        if error.context:
            branches: dict[Any, list[jsonschema.ValidationError]] = {}
            for inner in error.context:
                branches.setdefault(inner.schema_path[0], []).append(inner)
            nearest = max(branches.values(), key=lambda branch: max(len(e.path) for e in branch))
            found += leaves(nearest)
        else:
            found.append(error)
    return found


def place(error: jsonschema.ValidationError) -> str:
    """Where in the body an error is."""
    return ".".join(str(step) for step in error.absolute_path) or "(top)"
