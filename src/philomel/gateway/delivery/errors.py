"""What only the delivery of bytes can say."""

from philomel.kernel.errors import InvalidArgument


class Undecodable(InvalidArgument):
    """The original cannot be decoded, so there is nothing to convert."""

    http_status, code = 415, "media.undecodable"
