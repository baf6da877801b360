"""Manifests, parsed."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.support.root import ROOT

KUBERNETES = ROOT / "manifests" / "kubernetes"
COMPOSE = ROOT / "manifests" / "docker" / "compose.yaml"


def read(path: Path) -> Any:
    """The one document in a file."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def objects() -> dict[str, Any]:
    """Kubernetes' objects, by kind; each kind occurs once."""
    files = (path for path in sorted(KUBERNETES.glob("*.yaml")) if path.name != "kustomization.yaml")
    parsed = [read(path) for path in files]
    found = {document["kind"]: document for document in parsed}
    assert len(found) == len(parsed)
    return found


def filled(value: str, values: Mapping[str, str]) -> str:
    """A text of a compose file with `${NAME:?...}` and `${NAME:-...}` replaced."""
    return re.sub(r"\$\{(\w+):[?-][^}]*\}", lambda match: values[match[1]], value)
