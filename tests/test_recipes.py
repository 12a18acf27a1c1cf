"""What docs/recipes.md gives to copy does what it says."""

import re
from pathlib import Path

RECIPES = (Path(__file__).parent.parent / "docs" / "recipes.md").read_text(encoding="utf-8")


def test_the_back_end_of_a_chat_bot_keeps_conversations_over_a_restart(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    [code] = re.findall(r"```python\n(.*?)```", RECIPES, re.DOTALL)
    code = code.replace('library="my-library"', "")  # the seeds
    before, after = {}, {}
    exec(code, before)
    said = before["reply"]("ann", "When was the engineer Gustav Renn born?")
    assert re.match(r"2 March 1930 \(\d\d%\)\n“.*2 March 1930.*”\n.+, \d{4}-\d\d-\d\d", said)
    for _ in range(4):
        assert before["reply"]("bo", "Who won the 1998 World Cup?").startswith(
            "The articles don't say. The best passage"
        )
    assert len(before["opened"]["bo"][0].turns) == 3
    assert "asks nothing of the articles" in before["reply"]("ann", "hello")
    exec(code, after)
    assert after["reply"]("ann", "And where?").startswith("Saltby (")
