"""HTTPS without a proxy, and a certificate that is renewed while the server runs."""

import os
import shutil
import signal
import socket
import ssl
import subprocess
import time
from pathlib import Path

import httpx
import pytest
from tests.gateway.proxy.conftest import make_certificate
from tests.journeys.processes import Process

from philomel.app.refusal import Exit


def peer(port: int, *, old: bool = False) -> tuple[str | None, str]:
    """The version that was agreed on, and the common name of the certificate.

    Args:
        old: speak TLS 1.0 and 1.1 only.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if old:
        context.set_ciphers("ALL:@SECLEVEL=0")
        with pytest.warns(DeprecationWarning, match="deprecated"):
            context.minimum_version = ssl.TLSVersion.TLSv1
        with pytest.warns(DeprecationWarning, match="deprecated"):
            context.maximum_version = ssl.TLSVersion.TLSv1_1
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as plain,
        context.wrap_socket(plain) as secured,
    ):
        der = secured.getpeercert(binary_form=True) or b""
        return secured.version(), "first" if b"first" in der else "second"


def test_a_certificate_makes_it_https_and_can_be_renewed(tmp_path: Path) -> None:
    chain, key = make_certificate(tmp_path, "first")
    process = Process(tmp_path / "data", {"tls_cert": str(chain), "tls_key": str(key)})
    process.start(wait=False)
    url = f"https://127.0.0.1:{process.port}"
    trust = ssl.create_default_context(cafile=str(chain))
    try:
        with httpx.Client(verify=trust) as client:
            wait_for(process, f"Philomel is ready: {url}")
            wait_for(process, "Only this machine reaches it")  # said after the link
            (link,) = [line.strip() for line in process.said().split() if "/setup?" in line]
            assert link.startswith(url)
            assert client.get(f"{url}/readyz").json()["status"] == "ready"
            form = {"token": link.partition("=")[2], "name": "anna", "password": "a nightingale"}
            assert "Secure" in client.post(f"{url}/setup", data=form).headers["set-cookie"]
            assert peer(process.port) == ("TLSv1.3", "first")
            with pytest.raises(ssl.SSLError):
                peer(process.port, old=True)
            # Plain HTTP is not answered.
            with pytest.raises(httpx.TransportError):
                httpx.get(f"http://127.0.0.1:{process.port}/")
            renew(process, tmp_path, chain, key)
    finally:
        process.kill()


def renew(process: Process, folder: Path, chain: Path, key: Path) -> None:
    second, second_key = make_certificate(folder, "second")
    # First the certificate without its key, as when the signal comes too early.
    shutil.copy2(second, chain)
    os.kill(process.pid, signal.SIGHUP)
    wait_for(process, "the certificate was not renewed")
    assert peer(process.port)[1] == "first"
    shutil.copy2(second_key, key)
    os.kill(process.pid, signal.SIGHUP)
    wait_for(process, "the certificate was read anew")
    assert peer(process.port)[1] == "second"
    assert process.stop() < 5


def wait_for(process: Process, words: str) -> None:
    until = time.monotonic() + 60
    while words not in process.said():
        assert time.monotonic() < until, process.said()
        time.sleep(0.02)  # between two looks at what it says


def test_what_is_no_certificate_is_refused_in_words(tmp_path: Path) -> None:
    chain, key = make_certificate(tmp_path, "first")
    _, other = make_certificate(tmp_path, "second")
    locked = tmp_path / "locked.key"
    command = ["openssl", "pkcs8", "-topk8", "-in", str(key), "-out", str(locked)]
    subprocess.run([*command, "-passout", "pass:secret"], check=True, capture_output=True)
    for given, says in (
        (tmp_path / "none.key", "none.key cannot be read: No such file"),
        (other, "is not the key of the certificate"),
        (locked, "protected by a passphrase"),
        (chain, "are no certificate and key in PEM form"),
    ):
        process = Process(tmp_path / "data", {"tls_cert": str(chain), "tls_key": str(given)})
        refused = process.cli("serve")
        assert (refused.status, says in refused.err) == (Exit.UNAVAILABLE, True), refused.err
        assert "Traceback" not in refused.err
