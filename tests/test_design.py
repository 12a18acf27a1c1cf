"""Imports point one way, and what users were promised stands in the texts."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ORDER = [
    "embeddings",
    "qa.answers",
    "qa.retriever",
    "qa.pipeline",
    "qa.evaluation",
    "qa.build",
    "qa.commands",
    "qa.ui",
    "app",
]
ONLY_IMPORTER = {
    "faiss": {"embeddings/vectors.py"},
    "tantivy": {"embeddings/lexical.py"},
    "sentence_transformers": {"embeddings/encoder.py"},
    "gradio": {
        f"qa/ui/{name}.py"
        for name in ("articles", "ask", "correction", "endpoints", "evaluate", "preferences", "style")
    },
}


def imports(file):
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module


def rank(module):
    places = [at for at, prefix in enumerate(ORDER) if module == prefix or module.startswith(f"{prefix}.")]
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


def test_readme_commands_exist():
    from qa.cli import _parser

    named = set(re.findall(r"^(?:\$ )?dateline (\w+)", (ROOT / "README.md").read_text(), re.MULTILINE))
    assert len(named) >= 4
    assert named <= set(re.findall(r"\w+", _parser().format_help()))
