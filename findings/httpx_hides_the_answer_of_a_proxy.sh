#!/usr/bin/env bash
# httpx does not show how a proxy wants you to sign in.
# Version: httpx 0.28.1, httpcore 1.0.9
# Behavior: when a proxy refuses CONNECT with 407, httpx raises ProxyError with the status in its message only.
# Guess: like every other answer, this one has a response object, so its Proxy-Authenticate header can be read.
# Seen: ProxyError, "407 Proxy Authentication Required", response: no, header in httpcore's trace event: Negotiate
# Here: app/net/trace.py reads the header from httpcore's trace event.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m pip install --quiet --target "$folder/python" httpx==0.28.1 httpcore==1.0.9
cat >"$folder/probe.py" <<'PROBE'
import asyncio, httpx

ANSWER = (
    b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Negotiate\r\nContent-Length: 0\r\n\r\n"
)

async def refuse(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    writer.write(ANSWER)
    await writer.drain()
    writer.close()

async def main():
    proxy = await asyncio.start_server(refuse, "127.0.0.1", 0)
    port = proxy.sockets[0].getsockname()[1]
    seen = []

    async def trace(event, info):
        if event == "http11.receive_response_headers.complete":
            seen.extend(value.decode() for name, value in info["return_value"][3] if name == b"Proxy-Authenticate")

    async with httpx.AsyncClient(proxy=f"http://127.0.0.1:{port}", trust_env=False) as client:
        try:
            await client.get("https://example.com/", extensions={"trace": trace})
        except httpx.HTTPError as error:
            response = "yes" if hasattr(error, "response") else "no"
            print(f'{type(error).__name__}, "{error}", response: {response}, '
                  f"header in httpcore's trace event: {' '.join(seen)}")
    proxy.close()

asyncio.run(main())
PROBE
seen=$(PYTHONPATH="$folder/python" timeout 60 python3 "$folder/probe.py")
printf '%s\n' "$seen"
grep -Fxq -- "# Seen: $seen" "$0"
