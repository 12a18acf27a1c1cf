"""Libraries of stories that can be told apart by number and version, in tests."""

from datetime import date

from embeddings.documents import Article
from embeddings.local import LocalStore

ZEBRA = "Zebra wins the Grand Prix\n\nA zebra named Ottoline won the Grand Prix of Tarn on Sunday.\n"
ZEBRA_ASKED = "Which zebra won the Grand Prix of Tarn?"
VOTE = "Mayor Ana Reyes won the vote in Halvern on Monday. Her rival Bo Lind conceded before midnight."


def article(name, version=0):
    lines = [
        f"Minister {name} spoke of version{version} and of crane {line} in town {line} to many people."
        for line in range(8)
    ]
    return Article(str(name), f"Story {name} version{version}", "\n".join(lines), date(2021, 5, 1), "Echo")


def five_stories(folder, encoder):
    """Make a library of the stories 0 to 4, and give its folder."""
    store = LocalStore(folder, encoder, create=True)
    store.add([article(number) for number in range(5)])
    store.close()
    return folder


def ids(store):
    found = {one.id for one in store.articles()}
    dense = store.passages([item.passage_id for item in store.dense(["crane"], 10_000)[0]])
    lexical = store.passages([item.passage_id for item in store.lexical(["minister"], 10_000)[0]])
    assert {one.id for _, one in dense.values()} == found == {one.id for _, one in lexical.values()}
    return found


def zebra_story(folder, text=ZEBRA):
    """Write a file of one story, and give its place."""
    folder.mkdir(exist_ok=True)
    (folder / "zebra.txt").write_text(text)
    return folder / "zebra.txt"
