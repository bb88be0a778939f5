"""Starts real directories for a test, empty ones that are gone afterwards, and talks to them with ldap-utils."""

from __future__ import annotations

import base64
import os
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

SUFFIX = "dc=d,dc=example,dc=com"
DOMAIN = "d.example.com"
PASSWORD = "Only-4-Tests"
PYTHON = "/usr/bin/python3"
"""The distribution's: the tools of 389 Directory Server and Samba are made of its modules."""

WITHOUT_SYSTEMD = """
import lib389, runpy, sys
lib389.DirSrv.with_systemd = lambda self: False
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
"""Runs a tool of 389 Directory Server, which asks systemd for the server wherever Debian built it with systemd."""


@dataclass(frozen=True)
class LdapServer:
    """A running directory."""

    url: str
    admin: str
    """DN that may write."""
    active_directory: bool

    def add(self, entries: Sequence[tuple[str, Mapping[str, Sequence[str]]]]) -> None:
        """Add entries: DN and attributes. Everything goes as base64, so that no LDIF rule gets in the way."""
        lines: list[str] = []
        for dn, attributes in entries:
            lines.append(f"dn:: {_base64(dn)}")
            lines += [f"{name}:: {_base64(value)}" for name, values in attributes.items() for value in values]
            lines.append("")
        done = self.run("ldapadd", text="\n".join(lines))
        assert done.returncode == 0, done.stderr

    def search(self, base: str, scope: str, text: str, attribute: str) -> list[str]:
        """The values of an attribute of what is found; an assertion fails where the server refuses the search."""
        done = self.run("ldapsearch", "-LLL", "-o", "ldif_wrap=no", "-b", base, "-s", scope, text, attribute)
        assert done.returncode == 0, (base, text, done.stderr)
        return [_value(line, attribute) for line in done.stdout.splitlines() if line.startswith(f"{attribute}:")]

    def run(self, program: str, *arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
        command = [program, "-x", "-H", self.url, "-D", self.admin, "-w", PASSWORD, *arguments]
        return subprocess.run(command, input=text, capture_output=True, text=True, check=False, timeout=60)


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _value(line: str, attribute: str) -> str:
    value = line.removeprefix(f"{attribute}:")
    return base64.b64decode(value[1:].strip()).decode() if value.startswith(":") else value.removeprefix(" ")


@contextmanager
def openldap() -> Iterator[LdapServer]:
    """slapd with the dynlist overlay, which works memberOf out, groups inside groups included (slapo-dynlist(5))."""
    with _folder() as folder:
        (folder / "db").mkdir()
        schemas = "".join(
            f"include /etc/ldap/schema/{name}.schema\n" for name in ("core", "cosine", "inetorgperson", "dyngroup")
        )
        (folder / "slapd.conf").write_text(
            f"{schemas}modulepath /usr/lib/ldap\nmoduleload back_mdb\nmoduleload dynlist\n"
            f'database mdb\nsuffix "{SUFFIX}"\nrootdn "cn=admin,{SUFFIX}"\nrootpw {PASSWORD}\n'
            f"directory {folder}/db\noverlay dynlist\n"
            "dynlist-attrset groupOfURLs memberURL member+memberOf@groupOfNames*\n"
        )
        server = LdapServer(f"ldapi://{quote(f'{folder}/ldapi', safe='')}", f"cn=admin,{SUFFIX}", False)
        with _process(["slapd", "-d", "0", "-f", f"{folder}/slapd.conf", "-h", server.url], folder):
            _wait_for(server)
            server.add([(SUFFIX, {"objectClass": ["dcObject", "organization"], "o": ["Example"], "dc": ["d"]})])
            yield server


@contextmanager
def directory_server() -> Iterator[LdapServer]:
    """389 Directory Server with its MemberOf plug-in as it comes."""
    with _folder() as folder, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        name = f"test{os.getpid()}"
        (folder / "install.inf").write_text(
            "[general]\nconfig_version = 2\nfull_machine_name = localhost\nstrict_host_checking = False\n"
            "selinux = False\n[slapd]\n"
            f"instance_name = {name}\nport = {port}\nsecure_port = 0\nself_sign_cert = False\n"
            f"root_dn = cn=Directory Manager\nroot_password = {PASSWORD}\n"
            f"[backend-userroot]\nsuffix = {SUFFIX}\ncreate_suffix_entry = True\nsample_entries = no\n"
        )
        try:
            _tool("dscreate", "from-file", f"{folder}/install.inf")
            _tool("dsconf", name, "plugin", "memberof", "enable")
            _tool("dsctl", name, "restart")
            server = LdapServer(f"ldap://127.0.0.1:{port}", "cn=Directory Manager", False)
            _wait_for(server)
            yield server
        finally:
            _tool("dsctl", name, "remove", "--do-it", check=False)


def _tool(name: str, *arguments: str, check: bool = True) -> None:
    program = shutil.which(name)
    assert program is not None, f"{name} is missing: install 389-ds-base"
    done = subprocess.run(
        [PYTHON, "-c", WITHOUT_SYSTEMD, program, *arguments], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0 or not check, done.stdout + done.stderr


@contextmanager
def samba() -> Iterator[LdapServer]:
    """Samba as the domain controller of a new Active Directory domain, with its LDAP service alone."""
    with _folder() as folder:
        # The extended attributes of files go into a database: a container's file system may have none.
        options = [
            f"--option={each}"
            for each in (
                "bind interfaces only=yes",
                "interfaces=lo",
                "vfs objects=dfs_samba4 acl_xattr xattr_tdb",
                f"xattr_tdb:file={folder}/xattr.tdb",
            )
        ]
        provision = [
            *("samba-tool", "domain", "provision", "--server-role=dc", f"--realm={DOMAIN.upper()}", "--domain=CORP"),
            *(f"--adminpass={PASSWORD}", f"--targetdir={folder}", "--host-name=dc1", "--host-ip=127.0.0.1", *options),
        ]
        done = subprocess.run(provision, capture_output=True, text=True, check=False, timeout=180)
        assert done.returncode == 0, done.stderr[-2000:]
        url = f"ldapi://{quote(f'{folder}/private/ldapi', safe='')}"
        server = LdapServer(url, f"CN=Administrator,CN=Users,{SUFFIX}", True)
        run = [
            *("samba", "--foreground", "--model=single", "--no-process-group", f"--configfile={folder}/etc/smb.conf"),
            *("--option=server services=ldap", "--option=ldap server require strong auth=no"),
        ]
        with _process(run, folder):
            _wait_for(server)
            yield server


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder whose path is short enough for a socket of Unix in it."""
    with tempfile.TemporaryDirectory(prefix="ldap") as folder:
        yield Path(folder)


@contextmanager
def _process(command: list[str], folder: Path) -> Iterator[None]:
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(server: LdapServer, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while server.run("ldapsearch", "-LLL", "-b", "", "-s", "base", "namingContexts").returncode:
        assert time.monotonic() < deadline, "the directory does not answer"
        time.sleep(0.1)


SERVERS = {"openldap": openldap, "389": directory_server, "samba": samba}
