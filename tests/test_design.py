"""Imports point one way, and what users were promised stands in the texts."""

import ast
import json
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml

from qa.cli import _parser
from qa.service.server import GRACE_SECONDS

ROOT = Path(__file__).parents[1]
ORDER = [  # each imports those before it alone; those of one line may import each other
    ("embeddings.documents",),
    ("embeddings.sources",),
    ("embeddings.cleaning",),
    ("embeddings.chunking",),
    ("embeddings.encoder",),
    ("embeddings.preparing",),
    ("embeddings.distributed",),
    ("embeddings.store",),
    ("embeddings.indexes",),
    ("embeddings.maintenance",),
    ("embeddings.local",),
    ("embeddings.milvus",),
    ("embeddings.forgetting",),
    ("embeddings.ingest",),
    ("qa.answers",),
    ("qa.versions",),
    ("qa.followups",),
    ("qa.ranking",),
    ("qa.rules", "qa.lists"),
    ("qa.windows",),
    ("qa.reader",),
    ("qa.rereading",),
    ("qa.relevance",),
    ("qa.retriever",),
    ("qa.confidence",),
    ("qa.pipeline",),
    ("qa.conversation",),
    ("qa.evaluation",),
    ("qa.training",),
    ("qa.build",),
    ("qa.libraries",),
    ("qa.service",),
    ("qa.api",),
    ("qa.commands",),
    ("qa.ui",),
    ("app",),
]
ONLY_IMPORTER = {
    "faiss": {"embeddings/indexes/vectors.py"},
    "onnxruntime": {"qa/training/quantize.py"},  # else by qa/reader.py, without its telemetry
    "openvino": set(),  # embeddings/network.py loads it without its telemetry, which an import would load
    "pymilvus": {"embeddings/milvus/client.py"},
    "tantivy": {"embeddings/indexes/lexical.py"},
    "sentence_transformers": {"embeddings/encoder.py"},
    "gradio": {
        f"qa/ui/{name}.py"
        for name in (
            "articles",
            "ask",
            "correction",
            "downloads",
            "earlier",
            "endpoints",
            "evaluate",
            "libraries",
            "narrowing",
            "preferences",
            "style",
        )
    },
}


ROOMS = "benchmarks|deploy|docs|embeddings|qa|seeds|tests"


def imports(file):
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def rank(module):
    places = [at for at, names in enumerate(ORDER) for name in names if f"{module}.".startswith(f"{name}.")]
    return places[0] if places else None


@pytest.mark.parametrize(
    "file", [*ROOT.glob("embeddings/**/*.py"), *ROOT.glob("qa/**/*.py")], ids=lambda f: str(f.relative_to(ROOT))
)
def test_imports_point_one_way(file):
    relative = file.relative_to(ROOT).as_posix()
    own = rank(relative.removesuffix(".py").replace("/", "."))
    for module in imports(file):
        if module.startswith("qa"):
            assert not relative.startswith("embeddings/"), f"{relative} imports {module}"
        if own is not None and rank(module) is not None and not relative.startswith("qa/commands/"):
            assert rank(module) <= own, f"{relative} imports {module}, which stands above it"
        for library, allowed in ONLY_IMPORTER.items():
            if module.split(".")[0] == library:
                assert relative in allowed, f"{relative} imports {library}"


def test_what_is_put_in_order_is_there():
    for name in (name for names in ORDER for name in names):
        place = ROOT / name.replace(".", "/")
        assert place.is_dir() or place.with_suffix(".py").is_file(), name


def test_the_tree_shows_every_room_and_nothing_that_is_not_there():
    guide = (ROOT / "CONTRIBUTING.md").read_text()
    [tree] = re.findall(r"^## The tree\n.*?^```\n(.*?)^```", guide, re.MULTILINE | re.DOTALL)
    shown, folder = set(), ROOT
    for line in tree.splitlines():
        names, _ = re.split(r"\s{2,}", line.strip(), maxsplit=1)
        if line.startswith(" "):
            shown.update(folder / name for name in names.split(", "))
        else:
            folder = ROOT / names
    for place in shown:
        assert place.is_dir() or place.with_suffix(".py").is_file(), f"{place.relative_to(ROOT)} is not there"
    rooms = {file.parent for package in ("embeddings", "qa") for file in ROOT.glob(f"{package}/*/__init__.py")}
    assert rooms <= shown


def test_what_is_imported_is_named_among_the_dependencies():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = [*project["dependencies"], *(one for some in project["optional-dependencies"].values() for one in some)]
    named = {re.match(r"[\w-]+", one)[0].lower().replace("_", "-") for one in named}
    files = [*ROOT.glob("embeddings/**/*.py"), *ROOT.glob("qa/**/*.py"), ROOT / "app.py"]
    found = {module.split(".")[0] for file in files for module in imports(file)} - {"qa", "embeddings", "app"}
    known = packages_distributions()
    for module in sorted(found - sys.stdlib_module_names):
        given = {name.lower().replace("_", "-") for name in known.get(module, [module])}
        assert given & named, f"{module} is imported and not named in pyproject.toml"


@pytest.mark.parametrize("file", sorted(ROOT.glob("benchmarks/*.*")), ids=lambda f: f.name)
def test_every_benchmark_says_what_it_does_and_is_told_of(file):
    text = file.read_text()
    if file.suffix == ".py" and "__main__" in text:
        assert re.search(r"ArgumentParser\([^)]*description=__doc__", text), "it does not answer --help"
    if file.suffix == ".md" or "__main__" in text:
        documents = [
            *ROOT.glob("*.md"),
            *ROOT.glob("docs/*.md"),
            *ROOT.glob("benchmarks/*.md"),
            *ROOT.glob("qa/**/*.md"),
        ]
        told = "\n".join(document.read_text() for document in documents if document != file)
        assert file.name in told, f"no document names {file.name}"


@pytest.mark.parametrize("file", [ROOT / "README.md", *ROOT.glob("docs/*.md")], ids=lambda f: f.name)
def test_commands_that_are_told_of_exist(file):
    named = set(re.findall(r"^(?:\$ )?dateline (\w+)", file.read_text(), re.MULTILINE))
    assert named
    assert named <= set(re.findall(r"\w+", _parser().format_help()))


@pytest.mark.parametrize("file", [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")], ids=lambda f: f.name)
def test_files_that_documents_lead_to_are_there(file):
    text = file.read_text()
    led = re.findall(r"\]\(([^)#:]+)\)", text)
    led += [f"{ROOT}/{one}" for one in re.findall(rf"`((?:{ROOMS})/[\w./-]*\w\.\w+)`", text)]
    assert [one for one in led if not (file.parent / one).is_file()] == []


def deployed():
    """Give the commands that the files for servers start."""
    docker = (ROOT / "deploy" / "Dockerfile").read_text()
    yield json.loads(re.search(r"^CMD (\[.*\])$", docker, re.MULTILINE)[1])
    unit = (ROOT / "deploy" / "dateline.service").read_text()
    for line in re.findall(r"^ExecStart=\S+/dateline (.*)$", unit, re.MULTILINE):
        yield line.split()
    for file in ("compose.yaml", "dateline.service"):
        for command in re.findall(r"^#.*dateline (access .*)$", (ROOT / "deploy" / file).read_text(), re.MULTILINE):
            yield command.split()


def test_what_servers_are_given_to_start_are_commands_of_ours():
    commands = list(deployed())
    assert len(commands) == 4
    for command in commands:
        assert callable(_parser().parse_args(command).command)


def test_servers_that_are_stopped_have_the_time_that_they_take():
    image, unit, *_ = (_parser().parse_args(command) for command in deployed())
    composed = [
        yaml.safe_load((ROOT / "deploy" / file).read_text()) for file in ("compose.yaml", "milvus.compose.yaml")
    ]
    patience = [one["services"]["dateline"].get("stop_grace_period", "10s").removesuffix("s") for one in composed]
    limit = re.search(r"^TimeoutStopSec=(\d+)$", (ROOT / "deploy" / "dateline.service").read_text(), re.MULTILINE)
    for started, seconds in (*((image, one) for one in patience), (unit, limit[1])):
        assert started.drain + GRACE_SECONDS < int(seconds)


def test_the_image_has_all_that_is_installed_and_asks_no_root():
    docker = (ROOT / "deploy" / "Dockerfile").read_text()
    ignored = (ROOT / ".dockerignore").read_text().split()
    compose = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())["services"]["dateline"]
    for part in ("embeddings", "qa", "seeds", "app.py", "pyproject.toml", "README.md", "LICENSE"):
        assert re.search(rf"^COPY .*\b{part}\b", docker, re.MULTILINE)
        assert f"!{part}" in ignored
    assert re.search(r"^USER 10001$", docker, re.MULTILINE)
    assert "HEALTHCHECK" in docker
    assert compose["ports"][0].startswith("127.0.0.1:")
