"""What is loaded at a start, and what is installed."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import embeddings
import qa
from embeddings.errors import DatelineError
from qa.build import seeds_folder


def test_types_are_seen_where_it_is_installed():
    packed = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())["tool"]["setuptools"]
    for package in (qa, embeddings):
        assert "py.typed" in packed["package-data"][package.__name__]
        assert (Path(package.__file__).parent / "py.typed").is_file()


def test_what_is_no_code_is_installed_with_it():
    root = Path(__file__).parents[1]
    packed = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]
    for package, patterns in packed.items():
        files = {file for file in (root / package).rglob("*.*") if file.suffix not in {".py", ".pyc", ".md"}}
        assert files <= {file for pattern in patterns for file in (root / package).glob(pattern)}


@pytest.mark.parametrize("place", [".", "lib/python3.11/site-packages", "Python311/site-packages"])
def test_the_seeds_are_found_wherever_pip_puts_them(place, tmp_path, monkeypatch):
    """That is below --target, sys.prefix, /usr/local or a user's own folder."""
    monkeypatch.setattr("qa.build.__file__", str(tmp_path / place / "qa" / "build.py"))
    with pytest.raises(DatelineError, match="the seed articles are not installed"):
        seeds_folder()
    (tmp_path / "share/dateline/seeds/articles").mkdir(parents=True)
    assert seeds_folder() == tmp_path / "share/dateline/seeds"


def test_light_paths_import_nothing_heavy():
    code = "import sys, qa, qa.cli; sys.exit(bool({'torch', 'transformers', 'gradio', 'faiss'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("file", ["qa/__main__.py", "app.py"])
@pytest.mark.parametrize("module", ["embeddings.dates", "qa.cli"])
def test_ctrl_c_before_the_commands_are_imported_is_quiet(file, module):
    code = (
        "import runpy, sys\nclass Interrupting:\n def find_spec(self, name, *_):\n"
        f"  if name == '{module}': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupting())\n"
        f"runpy.run_path({str(Path(__file__).parents[1] / file)!r}, run_name='__main__')\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (130, "")


def test_help_of_the_page_does_not_wait_for_gradio():
    app = Path(__file__).parents[1] / "app.py"
    code = (
        "import runpy, sys\nsys.argv = ['app.py', '--help']\n"
        f"try: runpy.run_path({str(app)!r}, run_name='__main__')\n"
        "finally: assert not {'gradio', 'torch', 'fastapi'} & set(sys.modules)"
    )
    asked = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert (asked.returncode, "--port" in asked.stdout) == (0, True), asked.stderr
