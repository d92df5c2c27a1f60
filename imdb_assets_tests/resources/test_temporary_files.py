import os
import signal
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import sys
from imdb_assets.resources.temporary_files import temporary_folder
folder = temporary_folder()
(folder / "blocks").write_bytes(b"x" * 1000)
print(folder, flush=True)
if sys.argv[1] == "wait":
    sys.stdin.read()
"""


def start(temp: Path, what: str) -> tuple[subprocess.Popen, Path]:
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, what],
        env={**os.environ, "TMPDIR": str(temp)}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def test_the_files_of_killed_processes_are_deleted_and_those_of_running_ones_are_kept(tmp_path):
    killed, abandoned = start(tmp_path, "wait")
    running, kept = start(tmp_path, "wait")
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert (abandoned / "blocks").exists()
    ended, own = start(tmp_path, "end")
    ended.wait()
    assert not abandoned.exists()
    assert not own.exists()
    assert (kept / "blocks").exists()
    running.communicate("")
    assert not kept.exists()
