"""The compiled proto/ tree: one binary file, rebuilt and compared by `tools/wire.py`."""

from importlib import resources


def compiled() -> bytes:
    """Every file of proto/ and what they import: a serialized google.protobuf.FileDescriptorSet."""
    return resources.files(__package__).joinpath("descriptors.binpb").read_bytes()
