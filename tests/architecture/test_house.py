"""The walls stand, and no room has outgrown itself."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
LONGEST = 400
# Contracts are one text each, mostly declarations with their promises; the catalogue's is the
# longest because the catalogue is what most of the others ask.
CONTRACT_LONGEST = 800
FULLEST = 14
# These wait for their split, and must not grow meanwhile. Nothing is to join them.
SEND_ONE = """
import sys
import philomel.rpc.client, philomel.rpc.server
from philomel.rpc.codec import to_bytes
from philomel.services.catalog.contract import ScanFinished
to_bytes(ScanFinished("s", 1))
sys.exit(any(name.startswith("google.protobuf") for name in sys.modules))
"""
BUILD_ALL = """
import sys
import philomel.app.server.serve
from philomel.app.assembly import wiring
from philomel.app.roles import SERVICES
for service in SERVICES:
    wiring(service)
NOT_IN_USE = (
    "sqlalchemy.dialects.postgresql", "asyncpg", "alembic", "redis", "obstore",
    "google.protobuf", "av", "soundfile", "numpy", "PIL", "mutagen",
)
print(*(name for name in NOT_IN_USE if name in sys.modules))
"""


def sources() -> list[Path]:
    return [path for path in sorted((ROOT / "src").rglob("*.py")) if "migrations" not in path.parts]


def test_the_walls_stand() -> None:
    linter = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run(
        [str(linter), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT / "src")))
def test_files_are_short(path: Path) -> None:
    is_contract = path.name == "contract.py" or path.match("contract/__init__.py")
    limit = CONTRACT_LONGEST if is_contract else LONGEST
    assert len(path.read_text().splitlines()) <= limit


def test_folders_hold_about_a_dozen_files() -> None:
    folders = {path.parent for path in sources()}
    full = {
        str(folder): count
        for folder in folders
        if (count := sum(1 for each in folder.iterdir() if each.suffix == ".py")) > FULLEST
    }
    assert not full


def test_serving_a_contract_does_not_import_protobuf() -> None:
    """It would cost every process 17 MB; the codec reads the descriptors itself."""
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            SEND_ONE,
        ],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT / "src")},
        check=False,
    )
    assert done.returncode == 0


def test_building_the_services_imports_no_engine_that_is_not_in_use() -> None:
    """What a server imports, it pays for at every start and keeps in memory."""
    done = subprocess.run(
        [sys.executable, "-c", BUILD_ALL],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []
