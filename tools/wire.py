"""Compile proto/ into src/philomel/wire/descriptors.binpb; `--check` only compares.

The file holds what programs need and no comments, so it changes only when the wire does.
"""

import sys
import tempfile
from importlib import resources
from pathlib import Path

from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.descriptor_pool import DescriptorPool
from grpc_tools import protoc

ROOT = Path(__file__).resolve().parent.parent
PROTO = ROOT / "proto"
COMPILED = ROOT / "src" / "philomel" / "wire" / "descriptors.binpb"


def compile_tree(folder: Path = PROTO) -> bytes:
    """The files below `folder` and what they import, as a FileDescriptorSet.

    Raises:
        SystemExit: protoc found a mistake, and has said which.
    """
    well_known = resources.files("grpc_tools") / "_proto"
    sources = sorted(str(path.relative_to(folder)) for path in folder.rglob("*.proto"))
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "set.binpb"
        status = protoc.main(
            [
                "protoc",
                f"-I{folder}",
                f"-I{well_known}",
                "--include_imports",
                f"--descriptor_set_out={out}",
                *sources,
            ]
        )
        if status != 0:
            raise SystemExit(f"protoc refuses proto/ (status {status})")
        files = FileDescriptorSet.FromString(out.read_bytes())
    for file in files.file:
        file.ClearField("source_code_info")
    compiled: bytes = files.SerializeToString(deterministic=True)
    return compiled


def pool_of(compiled: bytes) -> DescriptorPool:
    """A pool with the files of a serialized FileDescriptorSet, dependencies first."""
    pool = DescriptorPool()
    for file in FileDescriptorSet.FromString(compiled).file:
        pool.Add(file)
    return pool


def main(arguments: list[str]) -> int:
    compiled = compile_tree()
    if "--check" not in arguments:
        COMPILED.write_bytes(compiled)
        print(f"{COMPILED.relative_to(ROOT)}: {len(compiled)} bytes")
        return 0
    if not COMPILED.exists() or COMPILED.read_bytes() != compiled:
        print(f"{COMPILED.relative_to(ROOT)} is not what proto/ says: run `make wire`")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
