"""Whether the settings of how this server is reached can be so."""

import ipaddress
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from philomel.app.refusal import Exit, Refusal
from philomel.app.settings.table import Chosen

_BASE = re.compile(r"https?://[^/?#\s@]+(/[^?#\s]*)?")
_PATH = re.compile(r"((/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+)?/?", re.ASCII)


def check_public(chosen: Mapping[str, Chosen]) -> None:
    """Raises: Refusal."""
    base = str(chosen["base_url"].value)
    if base and not _is_base(base):
        raise Refusal(
            f"the setting base_url cannot be {base!r}; it looks like https://music.example.org "
            "or https://example.org/music",
            Exit.USAGE,
        )
    networks = chosen["trusted_proxies"].value
    for network in networks if isinstance(networks, tuple) else ():
        try:
            ipaddress.ip_network(network, strict=False)
        except ValueError:
            raise Refusal(
                f"the setting trusted_proxies cannot hold {network!r}; it takes addresses and "
                "networks, such as 127.0.0.1 and 10.0.0.0/8",
                Exit.USAGE,
            ) from None
    endpoint = str(chosen["telemetry.otlp_endpoint"].value)
    if endpoint and not _is_base(endpoint):
        raise Refusal(
            f"the setting telemetry.otlp_endpoint cannot be {endpoint!r}; it looks like "
            "http://127.0.0.1:4318",
            Exit.USAGE,
        )
    ratio = chosen["telemetry.sample_ratio"].value
    if not isinstance(ratio, float) or not 0.0 <= ratio <= 1.0:
        raise Refusal(
            f"the setting telemetry.sample_ratio cannot be {ratio}; it is a share, 0 to 1",
            Exit.USAGE,
        )
    if bool(chosen["tls_cert"].value) != bool(chosen["tls_key"].value):
        raise Refusal(
            "the settings tls_cert and tls_key belong together: a certificate and its key",
            Exit.USAGE,
        )


def _is_base(base: str) -> bool:
    try:
        parts = urlsplit(base)
        port_is_good = parts.port is None or parts.port > 0
    except ValueError:
        return False
    return port_is_good and bool(_BASE.fullmatch(base)) and bool(_PATH.fullmatch(parts.path))
