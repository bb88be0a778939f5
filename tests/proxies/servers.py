"""Starts real proxies on loopback for a test, each with a configuration of its own, and ends them afterward."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import threading
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.hostile import names
from tests.support.until import until_blocking

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import trustme

HOST = "here.example"
"""Of the endpoint: only the proxies can resolve it, to this computer."""
DENIED = "inside.example"
"""A host that the proxies' rules do not allow."""
UNKNOWN = "nowhere.example"
"""A host that has no address."""
NAME_SERVER = "127.31.0.53"
"""An address of loopback that no other name server uses."""


@contextmanager
def name_server() -> Iterator[None]:
    """Answer for the names above at port 53, which is the only one that Squid asks."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as server:
        server.bind((NAME_SERVER, 53))
        server.settimeout(0.1)
        stop = threading.Event()
        thread = threading.Thread(target=_answer_names, args=(server, stop))
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(5)


def _answer_names(server: socket.socket, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            query, client = server.recvfrom(4096)
        except TimeoutError:
            continue
        if (reply := names.answer(query)) is not None:
            server.sendto(reply, client)


def free_port() -> int:
    """Return a port of loopback that nothing listens on."""
    with closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@dataclass(frozen=True)
class Running:
    """A proxy that runs."""

    port: int
    """Of loopback."""
    output: Path

    def url(self, scheme: str = "http", account: str = "") -> str:
        """The address as settings have it, with a name and password if wanted."""
        return f"{scheme}://{account}{'@' if account else ''}localhost:{self.port}"


@contextmanager
def running(command: Callable[[Path, int], list[str]]) -> Iterator[Running]:
    """Run a proxy that asks only our name server.

    ``command`` writes the configuration into a folder, for a port, and returns the command that stays in front.
    """
    with tempfile.TemporaryDirectory(prefix="proxy") as temporary:
        folder, port = Path(temporary), free_port()
        folder.chmod(0o755)
        files = {"resolv.conf": f"nameserver {NAME_SERVER}\n", "nsswitch.conf": "hosts: dns\n"}
        for name, text in files.items():
            (folder / name).write_text(text)
        mounts = " && ".join(f"mount --bind {folder}/{name} /etc/{name}" for name in files)
        arguments = command(folder, port)
        assert shutil.which(arguments[0]), f"{arguments[0]} is missing"
        with (folder / "output").open("wb") as output:
            process = subprocess.Popen(
                ["unshare", "-m", "sh", "-c", f'{mounts} && exec "$@"', "sh", *arguments],
                cwd=folder,
                env={**os.environ, "HOME": str(folder)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        try:

            def listens() -> bool:
                assert process.poll() is None, (folder / "output").read_text(errors="replace")[-3000:]
                with closing(socket.create_connection(("127.0.0.1", port), 1)):
                    return True

            until_blocking(listens, 30, not_yet=(OSError,))
            yield Running(port, folder / "output")
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


# -- the proxies -----------------------------------------------------------------------------


def squid(folder: Path, port: int, *, sign_in: bool = False) -> list[str]:
    """Squid; refuses DENIED, and with ``sign_in`` everybody who does not sign in."""
    (folder / "passwords").write_text("")
    signed = (
        f"auth_param basic program /usr/lib/squid/basic_ncsa_auth {folder}/passwords\n"
        "auth_param basic realm proxy\nacl signed proxy_auth REQUIRED\nhttp_access deny !signed\n"
    )
    (folder / "squid.conf").write_text(
        f"http_port 127.0.0.1:{port}\nvisible_hostname proxy.example\ndns_nameservers {NAME_SERVER}\n"
        "pid_filename none\naccess_log none\ncache_store_log none\ncache_log stdio:/dev/null\nhosts_file none\n"
        "cache deny all\npinger_enable off\nshutdown_lifetime 0 seconds\n"
        f"acl denied dstdomain {DENIED}\nhttp_access deny denied\n{signed if sign_in else ''}http_access allow all\n"
    )
    return ["squid", "-N", "-f", f"{folder}/squid.conf"]


def tinyproxy(folder: Path, port: int, *, sign_in: bool = False) -> list[str]:
    """Tinyproxy; refuses DENIED, and with ``sign_in`` everybody who does not sign in."""
    (folder / "filter").write_text(f"{DENIED.replace('.', '[.]')}\n")
    (folder / "tinyproxy.conf").write_text(
        f'Port {port}\nListen 127.0.0.1\nTimeout 60\nMaxClients 20\nFilter "{folder}/filter"\n'
        + ("BasicAuth someone secret\n" if sign_in else "")
    )
    return ["tinyproxy", "-d", "-c", f"{folder}/tinyproxy.conf"]


def privoxy(folder: Path, port: int) -> list[str]:
    """Privoxy; refuses DENIED. It has no sign-in of its own."""
    (folder / "our.action").write_text(f"{{+limit-connect{{1-}}}}\n/\n{{+block{{Not here.}}}}\n{DENIED}\n")
    (folder / "config").write_text(
        f"confdir {folder}\nlogdir {folder}\ntempldir /etc/privoxy/templates\nactionsfile our.action\n"
        f"listen-address 127.0.0.1:{port}\n"
    )
    return ["privoxy", "--no-daemon", f"{folder}/config"]


def dante(folder: Path, port: int) -> list[str]:
    """Dante, which speaks SOCKS and nothing else."""
    (folder / "danted.conf").write_text(
        f"logoutput: stderr\ninternal: 127.0.0.1 port = {port}\nexternal: lo\nclientmethod: none\nsocksmethod: none\n"
        "user.privileged: root\nuser.unprivileged: nobody\n"
        "client pass { from: 0.0.0.0/0 to: 0.0.0.0/0 log: connect }\n"
        "socks pass { from: 0.0.0.0/0 to: 0.0.0.0/0 log: connect }\n"
    )
    return ["danted", "-f", f"{folder}/danted.conf"]


def mitmproxy(
    folder: Path, port: int, *, sign_in: bool = False, trusts: Path | None = None, keeps: Path | None = None
) -> list[str]:
    """mitmproxy, which opens encrypted traffic, and refuses what is below /blocked inside the tunnel.

    It trusts ``trusts``, and its own authority comes into ``keeps``.
    """
    options = [
        f"confdir={keeps or folder}",
        "listen_host=127.0.0.1",
        f"listen_port={port}",
        "block_list=:~u /blocked:403",
    ]
    options += [f"ssl_verify_upstream_trusted_ca={trusts}"] if trusts is not None else []
    options += ["proxyauth=someone:secret"] if sign_in else []
    return ["mitmdump", *(part for option in options for part in ("--set", option))]


def stunnel(folder: Path, port: int, *, before: int, certificate: trustme.LeafCert) -> list[str]:
    """stunnel before another proxy: together they are a proxy that is spoken to over TLS."""
    certificate.private_key_and_cert_chain_pem.write_to_path(str(folder / "own.pem"))
    (folder / "stunnel.conf").write_text(
        f"foreground = yes\npid =\n[proxy]\naccept = 127.0.0.1:{port}\nconnect = 127.0.0.1:{before}\n"
        f"cert = {folder}/own.pem\n"
    )
    return ["stunnel4", f"{folder}/stunnel.conf"]
