// A slow line: a server between the page and the service. It hands out the second half of the reply
// to /api/info only when the test says so.
import { once } from "node:events";
import { createServer, request } from "node:http";

// Returns { url, held, stop }. held() waits until a reply is held, and returns it as { reply, more,
// rest }: more() sends one byte, and rest() the rest.
export async function startSlowLine(target) {
  let hold;
  let holding = new Promise((resolve) => (hold = resolve));
  const server = createServer((incoming, reply) => {
    const forwarded = request(target + incoming.url, { method: incoming.method, headers: incoming.headers, agent: false }, async (answer) => {
      reply.writeHead(answer.statusCode, answer.headers);
      const body = Buffer.concat(await answer.toArray());
      if (incoming.url !== "/api/info" || answer.statusCode !== 200) return reply.end(body);
      let at = body.length >> 1;
      reply.write(body.subarray(0, at));
      hold({ reply, more: () => reply.write(body.subarray(at, ++at)), rest: () => reply.end(body.subarray(at)) });
    });
    forwarded.on("error", () => reply.destroy());
    incoming.pipe(forwarded);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const held = async () => {
    const one = await holding;
    holding = new Promise((resolve) => (hold = resolve));
    return one;
  };
  const stop = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${server.address().port}`, held, stop };
}
