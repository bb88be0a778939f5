#!/usr/bin/env bash
# Privoxy answers CONNECT with 404 if it doesn't know the host's name.
# Version: privoxy 3.0.34-1
# Behavior: for a name that doesn't resolve, Privoxy answers CONNECT with 404 and a page, as a web server does for a path.
# Guess: a proxy that can't connect answers 502, 503 or 504, and 4xx is about the client or what it may do.
# Seen: CONNECT nowhere.invalid:443 -> 404, CONNECT 127.0.0.1 to a closed port -> 503
# Here: app/scim/network_path.py takes 404 for a name that the proxy doesn't know, and 403 for a refusal.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for package in privoxy=3.0.34-1; do
    here=$(dpkg-query -W -f '${Version}' "${package%%=*}" 2>/dev/null || true)
    [ "$here" = "${package#*=}" ] || { echo "apt-get install $package, here is ${here:-none}" >&2; exit 2; }
done
cat >"$folder/probe.py" <<'PROBE'
import pathlib, socket, subprocess, sys, time

def free():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]

folder, port, closed = pathlib.Path(sys.argv[1]), free(), free()
(folder / "any.action").write_text("{+limit-connect{1-}}\n/\n")
(folder / "config").write_text(
    f"confdir {folder}\nlogdir {folder}\ntempldir /etc/privoxy/templates\nactionsfile any.action\n"
    f"listen-address 127.0.0.1:{port}\n"
)
proxy = subprocess.Popen(["/usr/sbin/privoxy", "--no-daemon", folder / "config"], stderr=subprocess.DEVNULL)

def connect(target):
    with socket.create_connection(("127.0.0.1", port), 30) as one:
        one.sendall(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode())
        return one.recv(4096).split()[1].decode()

try:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            break
        except OSError:
            time.sleep(0.1)
    unknown, refused = connect("nowhere.invalid:443"), connect(f"127.0.0.1:{closed}")
    print(f"CONNECT nowhere.invalid:443 -> {unknown}, CONNECT 127.0.0.1 to a closed port -> {refused}")
finally:
    proxy.terminate()
    proxy.wait()
PROBE
seen=$(timeout 60 python3 "$folder/probe.py" "$folder")
printf '%s\n' "$seen"
grep -Fxq -- "# Seen: $seen" "$0"
