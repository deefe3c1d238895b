// A whole service for a test: Redis on a Unix socket and lighttpd on a free port of the loopback,
// in a folder of its own, with the data that the project comes with.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, openSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { setTimeout } from "node:timers/promises";

export const root = fileURLToPath(new URL("../../", import.meta.url));

// A port on which no process listens.
export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

// Returns { url, stop } when the service answers. `environment` has its settings.
export async function startService(environment = {}) {
  const folder = mkdtempSync(`${tmpdir()}/ssa-web.`);
  const port = await freePort();
  const log = openSync(`${folder}/log`, "a");
  const env = {
    PATH: `${process.env.PATH}:/usr/local/sbin:/usr/sbin:/sbin`,
    REDIS_URL: `unix://${folder}/redis.sock`,
    SSA_PORT: String(port),
    SSA_MODE: "scgi",
    SSA_RUN_DIR: `${folder}/run`,
    SSA_DATA_DIR: `${root}data`,
    SSA_CGI_BIN: process.env.SSA_CGI_BIN ?? "cgi-bin",
    ...environment,
  };
  const start = (command, ...options) => spawn(command, options, { cwd: root, env, stdio: ["ignore", log, log] });
  const redis = start("redis-server", "--port", "0", "--unixsocket", `${folder}/redis.sock`, "--dir", folder, "--save", "");
  const lighttpd = start("lighttpd", "-D", "-f", "lighttpd.conf");
  const url = `http://127.0.0.1:${port}`;

  async function stop() {
    for (const [server, signal] of [[lighttpd, "SIGINT"], [redis, "SIGTERM"]])
      if (server.kill(signal)) await once(server, "exit");
    rmSync(folder, { recursive: true });
  }

  const end = Date.now() + 20_000;
  while (!(await fetch(`${url}/api/status`).catch(() => null))?.ok) {
    if (Date.now() > end || lighttpd.exitCode !== null || redis.exitCode !== null) {
      const said = readFileSync(`${folder}/log`, "utf8");
      await stop();
      throw new Error(`the service did not start:\n${said}`);
    }
    await setTimeout(50);
  }
  return { url, stop };
}

// Serves an empty page on a port of its own: another origin.
export async function startPage() {
  const server = createServer((_, response) => response.setHeader("Content-Type", "text/html").end("<title>a page</title>"));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { url: `http://127.0.0.1:${server.address().port}`, stop: () => new Promise((resolve) => server.close(resolve)) };
}
