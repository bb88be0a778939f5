"""Desktops that others wrote, started headless in folders of their own: X11, GNOME, KDE, sway and weston."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from jeepney import DBusAddress, new_method_call
from jeepney.io.blocking import open_dbus_connection

from tests.support.until import until_blocking

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

Started = subprocess.Popen[Any]

ROOT = Path(__file__).resolve().parents[2]
NOBODY = 65534
"""sway refuses to run as root."""

SPACE, ALT, SUPER, LEFT, RIGHT = 57, 56, 125, 105, 106
"""Codes of keys in Linux's input layer."""


class Desktop:
    """A session of its own: home, runtime folder, session bus; ended with everything that it started."""

    name = ""
    platform = "xcb"
    """Qt's."""
    screen = "1280x800x24"
    """Width, height and depth, where it is an X server's."""
    anyone_reads = True
    """A program without the focus can read the clipboard, so that ``pasted`` is the whole truth."""
    switches_by_key = False
    """Going to another window is a key for the one that is in front, which makes the guard try again."""

    def __init__(self, *beside: Sequence[str], name: str = "") -> None:
        """``beside`` are programs that are started with it."""
        self.name = name or self.name
        self._beside = beside
        self._started: list[Started] = []
        self._closing = contextlib.ExitStack()
        self._scratch = tempfile.TemporaryDirectory(prefix="desktop-", ignore_cleanup_errors=True)
        self.home = Path(self._scratch.name)
        self.runtime = self.home / "run"
        self.env = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}

    def __enter__(self) -> Self:
        self.runtime.mkdir(mode=0o700)
        self.env |= {
            "HOME": str(self.home),
            "XDG_RUNTIME_DIR": str(self.runtime),
            "QT_QPA_PLATFORM": self.platform,
            "QT_LOGGING_RULES": "qt.qpa.*=false",
            "NO_AT_BRIDGE": "1",
            "GSETTINGS_BACKEND": "memory",
            "LIBGL_ALWAYS_SOFTWARE": "1",
            "QT_XCB_GL_INTEGRATION": "none",
        }
        try:
            self.env["DBUS_SESSION_BUS_ADDRESS"] = self.bus("session")
            self.begin()
            for arguments in self._beside:
                self.start(*arguments)
            if self._beside:
                time.sleep(2)  # most take the clipboard over once their window system is looked at
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in reversed(self._started):
            for number in (signal.SIGTERM, signal.SIGKILL):
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(process.pid, number)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(3)
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()
        self._closing.close()
        self._scratch.cleanup()

    def begin(self) -> None:
        """Start the compositor, or the X server and its window manager."""

    def start(self, *arguments: str, env: dict[str, str] | None = None, **options: Any) -> Started:
        """Start a program of this session; what it says is in ``log`` in the session's home."""
        with (self.home / "log").open("ab") as log:
            for name, stream in (("stdin", subprocess.DEVNULL), ("stdout", log), ("stderr", log)):
                options.setdefault(name, stream)
            options = {"cwd": ROOT} | options | {"env": env or self.env, "start_new_session": True}
            process: Started = subprocess.Popen(arguments, **options)
        self._started.append(process)
        return process

    def bus(self, kind: str) -> str:
        """Start a message bus; returns its address."""
        address = f"unix:path={self.runtime}/{kind}-bus"
        # The policy of a session bus for either: this one's user owns it.
        self.start("dbus-daemon", "--session", "--nofork", f"--address={address}")
        until_blocking((self.runtime / f"{kind}-bus").exists)
        return address

    def keyring(self) -> None:
        """Start a keyring that is unlocked."""
        unlocked = "printf practice | gnome-keyring-daemon --foreground --unlock --components=secrets"
        self.start("sh", "-c", unlocked)

    def logind(self) -> None:
        """Start a system bus with what python-dbusmock has for systemd's logind, which no container has."""
        self.env["DBUS_SYSTEM_BUS_ADDRESS"] = address = self.bus("system")
        self.start("/usr/bin/python3", "-m", "dbusmock", "--system", "--template", "logind")
        until_blocking(lambda: _owned(address, "org.freedesktop.login1"))

    def mocked(self, path: str, method: str, *arguments: str) -> None:
        """Have the logind that was started say something."""
        place = ("--dest", "org.freedesktop.login1", "--object-path", f"/org/freedesktop/login1{path}")
        command = ("gdbus", "call", "--address", self.env["DBUS_SYSTEM_BUS_ADDRESS"], *place)
        assert self.run(*command, "--method", f"org.freedesktop.DBus.Mock.{method}", *arguments) is not None

    def x_server(self) -> None:
        """Start an Xvfb, which then is the display of the session."""
        read, write = os.pipe()
        screen = ("-screen", "0", self.screen, "-nolisten", "tcp")
        self.start("Xvfb", "-displayfd", str(write), *screen, pass_fds=(write,))
        os.close(write)
        with os.fdopen(read) as answer:
            self.env["DISPLAY"] = f":{answer.readline().strip()}"

    def run(self, *arguments: str, seconds: float = 5) -> str | None:
        """What a command prints; None where it fails or takes longer."""
        try:
            done = subprocess.run(arguments, env=self.env, capture_output=True, text=True, timeout=seconds, check=False)
        except subprocess.TimeoutExpired:
            return None
        return done.stdout if done.returncode == 0 else None

    def focus(self, title: str) -> None:
        """Put the window of that title in front, as its user does."""

    def key(self) -> None:
        """Press and release a key."""

    def pasted(self) -> str:
        """What any other program gets from the clipboard."""
        return self.run("xclip", "-o", "-selection", "clipboard") or ""


class X11(Desktop):
    """Xvfb with openbox."""

    name = "X11, openbox"

    def begin(self) -> None:
        self.x_server()
        self.start("openbox")
        time.sleep(0.5)

    def focus(self, title: str) -> None:
        self.run("xdotool", "search", "--name", f"^{title}$", "windowactivate")

    def key(self) -> None:
        self.run("xdotool", "key", "space")

    def leave_free(self, title: str, below: int) -> None:
        """Have the window of that title take so many pixels at the lower edge of the screen, as a panel does."""
        (window,) = (self.run("xdotool", "search", "--name", f"^{title}$") or "").split()
        strut = ("-f", "_NET_WM_STRUT", "32c", "-set", "_NET_WM_STRUT", f"0,0,0,{below}")
        assert self.run("xprop", "-id", window, *strut) is not None


class Bare(Desktop):
    """Xvfb alone: no window ever has the focus."""

    name = "X11, no window manager"

    def begin(self) -> None:
        self.x_server()


class MutterX11(X11):
    """mutter as the window manager of Xvfb, which keeps a copy of the clipboard."""

    name = "X11, mutter"

    def begin(self) -> None:
        self.x_server()
        self.start("mutter", "--x11", "--sm-disable")
        time.sleep(2)


class Gnome(Desktop):
    """GNOME Shell on Wayland with a screen in memory; input through mutter's RemoteDesktop."""

    name = "GNOME Shell, Wayland"
    platform = "wayland"
    anyone_reads = False

    def begin(self) -> None:
        self.env |= {"XDG_CURRENT_DESKTOP": "GNOME", "XDG_SESSION_TYPE": "wayland"}
        self.logind()
        self.env["WAYLAND_DISPLAY"] = "wayland-gnome"
        quiet = {name: value for name, value in self.env.items() if name != "WAYLAND_DISPLAY"}
        shell = ("gnome-shell", "--headless", "--wayland", "--virtual-monitor", "1280x800", "--unsafe-mode")
        self.start(*shell, "--wayland-display=wayland-gnome", env=quiet)
        address = self.env["DBUS_SESSION_BUS_ADDRESS"]
        until_blocking(lambda: _owned(address, "org.gnome.Shell"), 40)
        self._bus = self._closing.enter_context(open_dbus_connection(address))
        remote = "org.gnome.Mutter.RemoteDesktop"
        place = DBusAddress("/" + remote.replace(".", "/"), remote, remote)
        until_blocking(lambda: _owned(address, remote))
        (path,) = self._call(place, "CreateSession")
        self._input = DBusAddress(path, remote, f"{remote}.Session")
        self._call(self._input, "Start")
        until_blocking(lambda: self.shell("Main.layoutManager._startingUp") == "false")
        self.shell("Main.overview.hide()")
        (cookie,) = until_blocking(lambda: list(self.runtime.glob(".mutter-Xwaylandauth.*")))
        display = next(line for line in self._log() if "public X11 display" in line)
        self.env |= {"DISPLAY": display.split("display ")[1].split(",")[0], "XAUTHORITY": str(cookie)}

    def _log(self) -> list[str]:
        return (self.home / "log").read_text("utf-8", "replace").splitlines()

    def _call(self, place: DBusAddress, method: str, kinds: str = "", values: tuple[Any, ...] = ()) -> tuple[Any, ...]:
        answer = self._bus.send_and_get_reply(new_method_call(place, method, kinds, values), timeout=10)
        return tuple(answer.body)

    def shell(self, script: str) -> str:
        """What the shell answers to a line of JavaScript."""
        return str(
            self._call(DBusAddress("/org/gnome/Shell", "org.gnome.Shell", "org.gnome.Shell"), "Eval", "s", (script,))[1]
        )

    def windows(self, title: str) -> str:
        """JavaScript for the windows of that title."""
        return f"global.get_window_actors().map(a => a.meta_window).filter(w => w.get_title() == '{title}')"

    def focus(self, title: str) -> None:
        self.shell(f"{self.windows(title)}.forEach(w => w.activate(global.get_current_time()))")

    def key(self) -> None:
        self.keys(SPACE)

    def keys(self, *codes: int) -> None:
        """Press keys together and release them."""
        for pressed, order in ((True, codes), (False, codes[::-1])):
            for code in order:
                self._call(self._input, "NotifyKeyboardKeycode", "ub", (code, pressed))


class Kwin(Desktop):
    """KWin on Wayland with a screen in memory, driven by its scripts; optionally with Klipper."""

    name = "KWin, Wayland"
    platform = "wayland"

    def begin(self) -> None:
        self.env |= {"XDG_CURRENT_DESKTOP": "KDE", "WAYLAND_DISPLAY": "wayland-kwin", "QT_QPA_PLATFORM": "wayland"}
        quiet = {name: value for name, value in self.env.items() if name not in ("WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
        screen = ("--virtual", "--width", "1280", "--height", "800")
        # Debian's file has the capability to be scheduled first, which a container may refuse; a copy has none.
        kwin = str(shutil.copy(str(shutil.which("kwin_wayland")), self.home))
        self.start(kwin, *screen, "--socket", "wayland-kwin", env=quiet)
        address = self.env["DBUS_SESSION_BUS_ADDRESS"]
        until_blocking(lambda: _owned(address, "org.kde.KWin"), 40)
        self._bus = self._closing.enter_context(open_dbus_connection(address))
        self._scripts = 0

    def script(self, text: str) -> None:
        """Run a script in KWin."""
        self._scripts += 1
        file = self.home / f"script-{self._scripts}.js"
        file.write_text(text)
        place = DBusAddress("/Scripting", "org.kde.KWin", "org.kde.kwin.Scripting")
        asked = new_method_call(place, "loadScript", "ss", (str(file), file.stem))
        (number,) = self._bus.send_and_get_reply(asked, timeout=10).body
        run = DBusAddress(f"/{number}", "org.kde.KWin", "org.kde.kwin.Script")
        self._bus.send_and_get_reply(new_method_call(run, "run"), timeout=10)

    def focus(self, title: str) -> None:
        each = "for (const w of workspace.clientList())"
        self.script(f"{each} if (w.caption.startsWith('{title}')) workspace.activeClient = w;")

    def pasted(self) -> str:
        # KWin 5.27 sends no null selection, for which wl-paste waits forever.
        return self.run("wl-paste", "--no-newline", seconds=2) or ""


class Sway(Desktop):
    """sway with a screen in memory."""

    name = "sway"
    platform = "wayland"

    def begin(self) -> None:
        (self.home / "config").write_text("xwayland disable\noutput HEADLESS-1 resolution 1280x800\n")
        for path in (self.home, self.runtime, self.home / "config"):
            os.chown(path, NOBODY, NOBODY)
        self.home.chmod(0o755)
        quiet = self.env | {"WLR_BACKENDS": "headless", "WLR_LIBINPUT_NO_DEVICES": "1", "WLR_RENDERER": "pixman"}
        self.start("sway", "-c", str(self.home / "config"), env=quiet, user=NOBODY, group=NOBODY, extra_groups=[])
        (socket,) = until_blocking(lambda: list(self.runtime.glob("sway-ipc.*.sock")), 20)
        (display,) = until_blocking(lambda: [p for p in self.runtime.glob("wayland-*") if p.suffix != ".lock"])
        self.env |= {"SWAYSOCK": str(socket), "WAYLAND_DISPLAY": display.name, "XDG_CURRENT_DESKTOP": "sway"}

    def focus(self, title: str) -> None:
        self.run("swaymsg", f'[title="^{title}$"]', "focus")

    def key(self) -> None:
        self.run("wtype", "-k", "space")

    def pasted(self) -> str:
        return self.run("wl-paste", "--no-newline", seconds=2) or ""


class Weston(Desktop):
    """weston in a window of Xvfb, whose input it takes."""

    name = "weston"
    platform = "wayland"
    anyone_reads = False
    switches_by_key = True

    def begin(self) -> None:
        self.x_server()
        screen = ("--backend=x11-backend.so", "--width=1280", "--height=800", "--idle-time=0")
        self.start("weston", *screen, "--socket=wayland-weston", "--use-pixman")
        until_blocking((self.runtime / "wayland-weston").exists, 20)
        time.sleep(1.5)
        self._outside = dict(self.env)
        del self.env["DISPLAY"]
        self.env |= {"WAYLAND_DISPLAY": "wayland-weston", "XDG_CURRENT_DESKTOP": "weston"}

    def _tool(self, *arguments: str) -> None:
        subprocess.run(["xdotool", *arguments], env=self._outside, check=True, timeout=5, stdout=subprocess.DEVNULL)

    def key(self) -> None:
        self._tool("key", "space")

    def focus(self, title: str) -> None:
        # weston offers no other way to choose a window: Super+Tab goes through them.
        self._tool("keydown", "super", "key", "Tab", "keyup", "super")

    def pasted(self) -> str:
        return ""  # nothing but the program in front gets it


def _owned(address: str, name: str) -> bool:
    bus = DBusAddress("/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus")
    with contextlib.suppress(OSError), open_dbus_connection(address) as connection:
        (owned,) = connection.send_and_get_reply(new_method_call(bus, "NameHasOwner", "s", (name,)), timeout=5).body
        return bool(owned)
    return False


class Program:
    """A Qt program in a desktop that takes orders, a line each, and answers with JSON."""

    def __init__(self, desktop: Desktop, script: str, title: str) -> None:
        pipe = subprocess.PIPE
        command = (sys.executable, str(Path(__file__).parent / script), title)
        self.desktop, self.title = desktop, title
        env = desktop.env | {"PYTHONPATH": str(ROOT)}
        self.process = desktop.start(*command, env=env, stdin=pipe, stdout=pipe, text=True)
        assert self("ready") is True

    def __call__(self, order: str) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(order + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, f"ended at {order}"
        return json.loads(answer)

    def in_front(self, seconds: float = 3) -> bool:
        """Have it in front, as its user does; whether it says that it is, which it can't without a window manager."""
        deadline = time.monotonic() + seconds
        while not self("active") and time.monotonic() < deadline:
            self.desktop.focus(self.title)
            time.sleep(0.5)
        return bool(self("active"))

    def end(self, *, kill: bool = False) -> None:
        """End it as asked by its own end of input, or without asking."""
        assert self.process.stdin is not None
        if kill:
            self.process.kill()
        self.process.stdin.close()
        self.process.wait(10)
        assert self.process.stdout is not None
        self.process.stdout.close()
