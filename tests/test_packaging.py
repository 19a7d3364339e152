"""What is installed: every file the packages read is in the wheel, and the wheel works alone."""

from __future__ import annotations

import json
import os
import re
import shutil
import site
import subprocess
import sys
import tomllib
import venv
import zipfile
from fnmatch import fnmatch
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from answering import QINGSHAN

ROOT = Path(__file__).parent.parent
PACKAGES = ("bot", "retrieval", "prompts")
PYTHON = "env/bin/python"
BUILD = "import sys; from setuptools import build_meta; print(build_meta.build_wheel(sys.argv[1]))"


def setuptools_of_the_project() -> dict[str, Any]:
    told: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return told["tool"]["setuptools"]


def files() -> list[Path]:
    return [
        path.relative_to(ROOT)
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    ]


def test_every_package_is_listed() -> None:
    held = {".".join(path.parent.parts) for path in files() if path.suffix == ".py"}
    assert held <= set(setuptools_of_the_project()["packages"])


def test_every_file_beside_the_code_is_packed() -> None:
    globs = [
        f"{package.replace('.', '/')}/{glob}"
        for package, given in setuptools_of_the_project()["package-data"].items()
        for glob in given
    ]
    beside = [path.as_posix() for path in files() if path.suffix != ".py"]
    assert beside
    left = [name for name in beside if not any(fnmatch(name, glob) for glob in globs)]
    assert left == []


def can_build() -> bool:
    required = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["build-system"]
    least = int(re.sub(r"\D", "", required["requires"][0]))
    return int(version("setuptools").partition(".")[0]) >= least


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the command of a wheel installed in a new environment, the checkout out of its sight.

    Its dependencies are those of the environment the tests run in.
    """
    if os.name == "nt" or not can_build():
        pytest.skip("needs the setuptools that pyproject.toml asks for, and bin/python")
    folder = tmp_path_factory.mktemp("installed")
    source = folder / "source"
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, source / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source / name)
    subprocess.run(
        [sys.executable, "-c", BUILD, str(folder)], cwd=source, check=True, capture_output=True
    )
    shutil.rmtree(source)
    venv.create(folder / "env", with_pip=False, symlinks=True)
    purelib = next((folder / "env").glob("lib/python3*/site-packages"))
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        wheel.extractall(purelib)
    # a path in a .pth file is put behind; .pth files inside it, such as a checkout's, are not read
    (purelib / "dependencies.pth").write_text("\n".join(site.getsitepackages()), "utf-8")
    entry = next(purelib.glob("baogao-*.dist-info/entry_points.txt")).read_text("utf-8")
    module, function = re.search(r"baogao = ([\w.]+):(\w+)", entry).groups()  # type: ignore[union-attr]
    command = folder / "baogao.py"
    command.write_text(f"from {module} import {function}\n{function}()\n", "utf-8")
    return folder


def away(folder: Path) -> dict[str, str]:
    """Return an environment without settings, at home in ``folder``."""
    kept = {k: v for k, v in os.environ.items() if k in ("PATH", "SYSTEMROOT", "LANG", "TMPDIR")}
    return kept | {"HOME": str(folder)}


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the installed command somewhere else."""
    return subprocess.run(
        [str(folder / PYTHON), str(folder / "baogao.py"), *words],
        cwd=folder, env=away(folder), capture_output=True, text=True,
        encoding="utf-8",
    )  # fmt: skip


@pytest.mark.slow
def test_a_wheel_takes_in_a_report_and_answers(installed: Path) -> None:
    (installed / "青山.txt").write_text(QINGSHAN, "utf-8")
    where = run(installed, "--help")
    assert where.returncode == 0, where.stderr
    taken = run(installed, "ingest", "青山.txt", "--library", "library")
    assert taken.returncode == 0, taken.stderr
    told = run(installed, "ask", "青山县2023年受理矛盾纠纷多少件", "--library", "library")
    assert told.returncode == 0, told.stderr
    assert "860件" in told.stdout


@pytest.mark.slow
def test_a_wheel_serves_its_pages(installed: Path) -> None:
    words = ["web", "--port", "0", "--writer", "extractive", "--library", "pages"]
    with subprocess.Popen(
        [str(installed / PYTHON), str(installed / "baogao.py"), *words],
        cwd=installed, env=away(installed), stderr=subprocess.PIPE, text=True, encoding="utf-8",
    ) as server:  # fmt: skip
        try:
            assert server.stderr is not None
            told = server.stderr.readline()
            address = told.split()[-1]
            assert "http://127.0.0.1:" in address, told + server.stderr.read()
            for path in ("/", "/static/ask.js", "/library", "/openapi.json"):
                with urlopen(address + path, timeout=60) as reply:
                    assert reply.status == 200, path
                    assert reply.read(), path
            asked = Request(
                address + "/api/ask",
                json.dumps({"question": "青山县列出了哪些问题"}).encode(),
                {"Content-Type": "application/json"},
            )
            with urlopen(asked, timeout=60) as reply:
                assert json.load(reply)["answer"]
        finally:
            server.terminate()
