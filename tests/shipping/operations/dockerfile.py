"""Reads a Dockerfile, and follows it on this machine: each path of the image stands for one in a folder."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.root import ROOT

DOCKERFILE = ROOT / "Dockerfile"
_OPTION = re.compile(r"--(\S+?)=(\S+)\s+")


@dataclass(frozen=True)
class Step:
    """An instruction with its options and the text behind them."""

    word: str
    text: str
    options: dict[str, str]

    @property
    def command(self) -> list[str]:
        """The arguments of a step in exec form; those behind CMD of a health check."""
        return json.loads(self.text.removeprefix("CMD "))


@dataclass(frozen=True)
class Stage:
    """What stands from one FROM to the next."""

    base: str
    name: str | None
    steps: Sequence[Step]

    def only(self, word: str) -> Step:
        """The one step of this kind."""
        (step,) = (step for step in self.steps if step.word == word)
        return step

    def pairs(self, word: str) -> dict[str, str]:
        """Names and values of all ENV or LABEL steps."""
        found = (re.findall(r'(\S+?)=("[^"]*"|\S+)', step.text) for step in self.steps if step.word == word)
        return {name: value.strip('"') for pairs in found for name, value in pairs}


def stages(text: str) -> list[Stage]:
    """The stages of a Dockerfile, on the bases that it names itself."""
    found: list[Stage] = []
    steps: list[Step] = []
    defaults: dict[str, str] = {}
    for step in _steps(text):
        if step.word == "FROM":
            base, _, name = step.text.partition(" AS ")
            base = re.sub(r"\$\{(\w+)\}", lambda match: defaults[match[1]], base)
            found.append(Stage(base, name or None, steps := []))
        elif not found:
            name, _, value = step.text.partition("=")
            defaults[name] = value
        else:
            steps.append(step)
    return found


def _steps(text: str) -> Iterator[Step]:
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    for line in filter(None, lines.replace("\\\n", " ").splitlines()):
        word, rest = line.split(maxsplit=1)
        options: dict[str, str] = {}
        while found := _OPTION.match(rest):
            options[found[1]] = found[2]
            rest = rest[found.end() :]
        yield Step(word, " ".join(rest.split()), options)


@dataclass
class Replay:
    """Follows the steps of an image. `base` is a folder of programs that the base image would bring."""

    folder: Path
    base: Path
    context: Path
    places: tuple[str, ...] = ("/build", "/opt", "/data", "/tmp")
    environ: dict[str, str] = field(default_factory=dict[str, str])

    def here(self, text: str) -> str:
        """A text of the image with its paths turned into paths of this machine."""
        names = "|".join(re.escape(place) for place in self.places)
        return re.sub(rf"(?<![\w.-])({names})(?=$|[/:\s'\"])", rf"{self.folder}\1", text)

    def follow(self, stage: Stage) -> None:
        """Do what a stage says: copy, run, and set the environment for what comes after."""
        path = f"{self.base}{os.pathsep}{os.environ['PATH']}"
        self.environ = {**outside(), "PATH": path, "PIP_NO_COMPILE": "1"}
        where = self.folder
        for step in stage.steps:
            if step.word == "WORKDIR":
                where = Path(self.here(step.text))
                where.mkdir(parents=True, exist_ok=True)
            elif step.word == "COPY":
                self._copy(step, where)
            elif step.word == "RUN":
                subprocess.run(["sh", "-ec", self.here(step.text)], cwd=where, env=self.environ, check=True)
        self._set(stage.pairs("ENV"))

    def _set(self, pairs: dict[str, str]) -> None:
        for name, value in pairs.items():
            self.environ[name] = self.here(value.replace("${PATH}", self.environ["PATH"]))

    def _copy(self, step: Step, where: Path) -> None:
        if "from" in step.options:
            assert all(Path(self.here(path)).exists() for path in step.text.split())
            return
        *sources, target = step.text.split()
        for source in sources:
            origin, place = self.context / source, where / target
            if origin.is_dir():
                shutil.copytree(origin, place, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(origin, place)


def outside() -> dict[str, str]:
    """This environment without what belongs to this project or to a virtual environment."""
    ours = ("HOSTEX_", "PYTHONPATH", "VIRTUAL_ENV", "COVERAGE_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}
