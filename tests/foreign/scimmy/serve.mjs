// A SCIM server made of SCIMMY and Express, with users (and, unless "--users-only", groups) in memory. Reads the token
// from the first line of its input, writes its port to the first line of its output, and ends when its input ends.
// SCIMMY leaves filtering to the application; with "--unfiltered", this one forgets it.
import { createInterface } from "node:readline";
import { randomUUID } from "node:crypto";
import express from "express";
import SCIMMY from "scimmy";
import SCIMMYRouters from "scimmy-routers";

const filters = !process.argv.includes("--unfiltered");

function keep(type) {
  const kept = new Map();
  SCIMMY.Resources.declare(type)
    .ingress((resource, data) => {
      const now = new Date().toISOString();
      const before = kept.get(resource.id);
      const id = before?.id ?? randomUUID();
      const meta = { created: before?.meta.created ?? now, lastModified: now };
      kept.set(id, { ...structuredClone(JSON.parse(JSON.stringify(data))), id, meta });
      return kept.get(id);
    })
    .egress((resource) => {
      if (resource.id && !kept.has(resource.id)) throw new SCIMMY.Types.Error(404, null, "No such resource");
      if (resource.id) return kept.get(resource.id);
      const everything = [...kept.values()];
      return resource.filter && filters ? resource.filter.match(everything) : everything;
    })
    .degress((resource) => { kept.delete(resource.id); });
}

keep(SCIMMY.Resources.User);
if (!process.argv.includes("--users-only")) keep(SCIMMY.Resources.Group);

const lines = createInterface({ input: process.stdin });
lines.once("line", (token) => {
  const handler = (request) => {
    if (request.header("Authorization") !== `Bearer ${token}`) throw new Error("Not the token of this server");
    return "a-client";
  };
  const app = express();
  app.use("/scim/v2", new SCIMMYRouters({ type: "bearer", handler }));
  const server = app.listen(0, "127.0.0.1", () => console.log(server.address().port));
});
lines.once("close", () => process.exit(0));
