"""The compiled proto/ tree: one binary file, rebuilt and compared by `tools/wire.py`."""

from functools import cache
from importlib import resources

from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.descriptor_pool import DescriptorPool


@cache
def descriptors() -> DescriptorPool:
    """A pool with every message, enum and service of proto/."""
    compiled = resources.files(__package__).joinpath("descriptors.binpb").read_bytes()
    return pool_of(compiled)


def pool_of(compiled: bytes) -> DescriptorPool:
    """A pool with the files of a serialized FileDescriptorSet, dependencies first."""
    pool = DescriptorPool()
    for file in FileDescriptorSet.FromString(compiled).file:
        pool.Add(file)
    return pool
