"""Settings: of the command line, the environment and a file."""

import pytest

from embeddings.errors import InvalidInput
from qa.cli import main
from qa.settings import load_settings


def test_an_unknown_setting_is_refused_with_a_hint(monkeypatch, capsys):
    monkeypatch.setenv("DATELINE_TRESHOLD", "0.5")
    assert main(["ask", "who?"]) == 2
    assert "did you mean 'threshold'?" in capsys.readouterr().err


@pytest.mark.parametrize("written", ["library = 5", "reader = true", "encoder = 1.5", "access = false"])
def test_a_name_in_a_settings_file_is_a_text(tmp_path, written):
    (tmp_path / "settings.toml").write_text(written)
    with pytest.raises(InvalidInput, match=rf"{written.split()[0]} must be a text in quotes, got .*settings\.toml"):
        load_settings(config=tmp_path / "settings.toml")


def test_what_kubernetes_says_of_a_service_is_no_setting():
    told = {"DATELINE_PORT": "tcp://10.0.0.1:7860", "DATELINE_SERVICE_HOST": "10.0.0.1", "DATELINE_PORT_7860_TCP": "x"}
    assert load_settings({}, environment=told) == load_settings({}, environment={})
    with pytest.raises(InvalidInput, match="unknown setting 'portt'"):
        load_settings({}, environment={"DATELINE_PORTT": "1"})


def test_a_variable_that_was_emptied_names_no_model():
    with pytest.raises(InvalidInput, match=r"reader is empty; .* \(set in the environment"):
        load_settings({}, environment={"DATELINE_READER": ""})
