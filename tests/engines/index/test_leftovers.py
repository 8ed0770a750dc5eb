"""What a killed writer left in the folder keeps nobody from writing."""

import json
from pathlib import Path

from philomel.engines.index import Document
from philomel.engines.index.tantivy import Index


async def test_files_of_a_commit_that_was_never_made(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    index = Index(folder, ("track",))
    await index.put([Document(f"song{n}", "track", f"Song {n}", filters=("l",)) for n in range(50)])
    await index.flush()
    await index.remove(["song1"])
    await index.flush()
    await index.close()
    meta = json.loads((folder / "meta.json").read_text())
    (segment,) = (one["segment_id"].replace("-", "") for one in meta["segments"])
    # The next changes are numbered as those were that came to nothing.
    left = [f"{segment}.{meta['opstamp'] + more}.del" for more in range(1, 60)]
    left += [f"{segment}.store.temp", f"{'a' * 32}.idx", f"{'a' * 32}.store.temp"]
    for name in left:
        (folder / name).write_bytes(b"half")
    again = Index(folder, ("track",))
    for number in range(2, 20):
        await again.remove([f"song{number}"])
        await again.flush()
    assert await again.count() == 31
    await again.close()
    assert not {path.name for path in folder.iterdir()} & set(left[-3:])
    last = Index(folder, ("track",))
    assert await last.count() == 31
    await last.close()
