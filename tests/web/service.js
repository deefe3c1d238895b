// A whole service for a test: Redis on a Unix socket and lighttpd on a free port of the loopback,
// in a private folder, with a copy of the sample data.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
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

// Returns { url, write, redis, stop } when the service answers. `environment` has its settings.
// write(NAME, TEXT) replaces a data file; redis.stop() and redis.start() make an outage.
export async function startService(environment = {}) {
  const folder = mkdtempSync(`${tmpdir()}/ssa-web.`);
  cpSync(`${root}data`, `${folder}/data`, { recursive: true });
  const port = await freePort();
  const log = openSync(`${folder}/log`, "a");
  const env = {
    PATH: `${process.env.PATH}:/usr/local/sbin:/usr/sbin:/sbin`,
    REDIS_URL: `unix://${folder}/redis.sock`,
    SSA_PORT: String(port),
    SSA_MODE: "scgi",
    SSA_RUN_DIR: `${folder}/run`,
    SSA_DATA_DIR: `${folder}/data`,
    SSA_CGI_BIN: process.env.SSA_CGI_BIN ?? "cgi-bin",
    ...environment,
  };
  const start = (command, ...options) => spawn(command, options, { cwd: root, env, stdio: ["ignore", log, log] });
  const end = async (server, signal) => {
    if (server.kill(signal)) await once(server, "exit");
  };
  const startRedis = () => start("redis-server", "--port", "0", "--unixsocket", `${folder}/redis.sock`, "--dir", folder, "--save", "", "--appendonly", "yes");
  let server = startRedis();
  const lighttpd = start("lighttpd", "-D", "-f", "lighttpd.conf");
  const url = `http://127.0.0.1:${port}`;

  const redis = {
    stop: () => end(server, "SIGTERM"),
    start: () => (server = startRedis()),
  };

  async function stop() {
    await end(lighttpd, "SIGINT");
    await redis.stop();
    rmSync(folder, { recursive: true });
  }

  function write(name, text) {
    writeFileSync(`${folder}/data/${name}.new`, text);
    renameSync(`${folder}/data/${name}.new`, `${folder}/data/${name}`);
  }

  const limit = Date.now() + 20_000;
  while (!(await fetch(`${url}/api/status`).catch(() => null))?.ok) {
    if (Date.now() > limit || lighttpd.exitCode !== null || server.exitCode !== null) {
      const said = readFileSync(`${folder}/log`, "utf8");
      await stop();
      throw new Error(`the service did not start:\n${said}`);
    }
    await setTimeout(50);
  }
  return { url, write, redis, stop };
}

// Serves an empty page on another port: another origin.
export async function startPage() {
  const server = createServer((_, response) => response.setHeader("Content-Type", "text/html").end("<title>a page</title>"));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { url: `http://127.0.0.1:${server.address().port}`, stop: () => new Promise((resolve) => server.close(resolve)) };
}
