// Starts the service for the tests: a Redis on a Unix socket, and lighttpd with the project's
// lighttpd.conf on a free port of the loopback, over a copy of tests/fixtures.
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const root = process.env.SSA_ROOT;

const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

// Begins a server. `stop` ends it and waits for its end. If the test itself is killed, setpriv lets
// the kernel send the same signal.
function begin(command, args, signal, log, options) {
  const stdio = ['ignore', log, log];
  const child = spawn('setpriv', ['--pdeathsig', signal.slice(3), command, ...args], { stdio, ...options });
  const ended = new Promise((resolve) => child.on('close', resolve).on('error', resolve));
  const stop = () => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    return ended;
  };
  return { child, stop };
}

async function waitUntilUp(url, child) {
  for (const end = Date.now() + 10000; Date.now() < end; await pause(20)) {
    if (child.exitCode !== null || child.signalCode !== null) break;
    const reply = await fetch(`${url}/api/status`).catch(() => null);
    if (reply?.ok) return;
  }
  throw new Error('the service does not start');
}

export async function startService() {
  const folder = await mkdtemp(join(tmpdir(), 'ssa-clients.'));
  const log = openSync(`${folder}/log`, 'a');
  const redis = begin('redis-server', ['--port', '0', '--unixsocket', `${folder}/redis.sock`,
    '--save', '', '--appendonly', 'no', '--dir', folder], 'SIGTERM', log);
  await cp(`${root}/tests/fixtures`, `${folder}/data`, { recursive: true });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const environment = {
    SSA_BIND: '127.0.0.1', SSA_PORT: port, SSA_DATA_DIR: `${folder}/data`, SSA_RUN_DIR: `${folder}/run`,
    REDIS_URL: `unix://${folder}/redis.sock`, PATH: `${process.env.PATH}:/usr/sbin`,
  };
  const lighttpd = begin('lighttpd', ['-D', '-f', 'lighttpd.conf'], 'SIGINT', log,
    { cwd: root, env: { ...process.env, ...environment } });
  const stop = async () => {
    await lighttpd.stop();
    await redis.stop();
    closeSync(log);
    await rm(folder, { recursive: true });
  };
  try {
    await waitUntilUp(url, lighttpd.child);
  } catch (error) {
    console.error(await readFile(`${folder}/log`, 'utf8'));
    await stop();
    throw error;
  }
  const machines = JSON.parse(await readFile(`${folder}/data/machines.json`, 'utf8'));
  return { url, machines, stop };
}

export async function logIn(url) {
  const reply = await fetch(`${url}/api/ticket`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ username: 'user1', password: 'A1B2C3D4E5F6G7H8I9HD' }),
  });
  return (await reply.json()).data.ticket;
}
