"""The plots of a table's last commit, as files of the lake.

They do not belong in the commit, whose text programs such as DESCRIBE HISTORY show in full.
"""

import base64
import hashlib
import re

from imdb_assets.resources.blob_storage import BlobStorage, StorageFileMissing

FOLDER = "plots"
_PNG = re.compile(r"!\[([^\]]*)\]\(data:image/png;base64,([A-Za-z0-9+/=]+)\)")


class Plots:
    """The plots of one table, at `plots/<layer>/<name>/<SHA-256>.png`."""

    def __init__(self, lake: BlobStorage, path: str) -> None:
        """Keep the plots of the table at a path of the lake."""
        self._lake, self._folder = lake, f"{FOLDER}/{path}"
        self._kept: set[str] = set()

    def keep(self, text: str) -> dict[str, str] | None:
        """Keep the plot that a Markdown text consists of, and return what `markdown` needs. None for another text."""
        match = _PNG.fullmatch(text)
        if match is None:
            return None
        content = base64.b64decode(match[2])
        plot = {"alt": match[1], "sha256": hashlib.sha256(content).hexdigest()}
        file = self._file(plot)
        if not self._lake.exists(file):
            self._lake.write_bytes_atomically(file, content)
        self._kept.add(file)
        return plot

    def markdown(self, plot: dict[str, str]) -> str:
        """Return a kept plot as Markdown; a sentence if its file was deleted."""
        try:
            content = self._lake.read_bytes(self._file(plot))
        except StorageFileMissing:
            return f"The plot '{plot['alt']}' was deleted from the lake. The run that wrote the table still shows it."
        return f"![{plot['alt']}](data:image/png;base64,{base64.b64encode(content).decode()})"

    def delete_others(self) -> None:
        """Delete the plots that this object did not keep, those of earlier commits, if it kept any."""
        for file in self._lake.files(self._folder) if self._kept else ():
            if file not in self._kept:
                self._lake.delete(file)

    def _file(self, plot: dict[str, str]) -> str:
        return f"{self._folder}/{plot['sha256']}.png"
