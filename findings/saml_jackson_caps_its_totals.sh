#!/usr/bin/env bash
# saml-jackson never counts more users than one page of its database holds.
# Version: saml-jackson 26.2.0
# Behavior: totalResults is the number of users that its database hands out at once, which pageLimit bounds: 50 unless
#   it is set. It hands out the others to whoever asks for a startIndex beyond that total.
# Guess: totalResults is how many there are (RFC 7644, 3.4.2), so a client that has read as many has read all.
# Seen: 60 users added, totalResults 50, users from startIndex 51 on: 10
# Here: app/scim/pages.py asks past the end unless the last page is shorter than others.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --ignore-scripts --no-audit --no-fund --prefix "$folder" @boxyhq/saml-jackson@26.2.0 >/dev/null
cat >"$folder/probe.cjs" <<'PROBE'
const say = console.log;
console.log = console.info = console.warn = console.error = () => {};
const jackson = require("@boxyhq/saml-jackson");

(async () => {
  const options = { externalUrl: "http://127.0.0.1", samlPath: "/saml", db: { engine: "mem" }, noAnalytics: true };
  const { directorySyncController: sync } = await jackson.controllers(options);
  const wanted = { name: "probe", tenant: "probe", product: "probe", type: "generic-scim-v2" };
  const { data: directory } = await sync.directories.create(wanted);
  const ask = async (method, query, body) => {
    const known = { directoryId: directory.id, apiSecret: directory.scim.secret, resourceType: "users" };
    return (await sync.requests.handle({ ...known, method, query, body })).data;
  };
  for (let number = 1; number <= 60; number++) {
    const name = `user${number}@example.com`;
    await ask("POST", {}, { userName: name, active: true, emails: [{ value: name, primary: true }] });
  }
  const first = await ask("GET", { startIndex: 1, count: 100 });
  const rest = await ask("GET", { startIndex: 51, count: 100 });
  say(`60 users added, totalResults ${first.totalResults}, users from startIndex 51 on: ${rest.Resources.length}`);
  process.exit(0);
})();
PROBE
seen=$(timeout 60 node "$folder/probe.cjs")
printf '%s\n' "$seen"
grep -Fxq -- "# Seen: $seen" "$0"
