// Directory Sync of saml-jackson, with users (and, unless "--users-only", groups) in memory, behind the addresses that
// its own service gives it. Reads the token from the first line of its input, writes its port to the first line of its
// output, and ends when its input ends.
import { createInterface } from "node:readline";
import { createServer } from "node:http";
import { createRequire } from "node:module";

console.log = console.info = () => {}; // the first line of the output is the port
const { controllers } = createRequire(import.meta.url)("@boxyhq/saml-jackson");
const groups = !process.argv.includes("--users-only");

async function serve(token) {
  const url = "http://127.0.0.1";
  const options = { externalUrl: url, samlPath: "/saml", db: { engine: "mem" }, noAnalytics: true };
  const { directorySyncController: sync } = await controllers(options);
  const wanted = { name: "directory", tenant: "tenant", product: "product", type: "generic-scim-v2" };
  const { data: directory, error } = await sync.directories.create(wanted);
  if (error) throw new Error(error.message);
  const number = (text) => (text ? parseInt(text) : undefined);

  // As pages/api/scim/v2.0/[...directory].ts of its service does; anything that is not /Users is groups.
  const answer = async (request, body) => {
    const { pathname, searchParams: query } = new URL(request.url, url);
    const [, , , kind, resourceId] = pathname.split("/");
    if (kind !== "Users" && !groups) return { status: 404, data: {} };
    const bearer = (request.headers.authorization ?? "").replace(/^Bearer /, "");
    return sync.requests.handle({
      method: request.method,
      body: body ? JSON.parse(body) : undefined,
      directoryId: directory.id,
      resourceId,
      resourceType: kind === "Users" ? "users" : "groups",
      apiSecret: bearer === token ? directory.scim.secret : bearer, // it makes its tokens itself
      query: {
        count: number(query.get("count")),
        startIndex: number(query.get("startIndex")),
        filter: query.get("filter") ?? undefined,
      },
    });
  };
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const part of request) body += part;
    const { status, data } = await answer(request, body).catch(() => ({ status: 500, data: {} }));
    response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(data));
  });
  server.listen(0, "127.0.0.1", () => process.stdout.write(`${server.address().port}\n`));
}

const lines = createInterface({ input: process.stdin });
lines.once("line", serve);
lines.once("close", () => process.exit(0));
