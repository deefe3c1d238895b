// Logs in, renews the ticket before it ends, and lists machines. For Node.js 18 or later, and
// browsers. JavaScript rounds integers above 2^53.
class Machines {
  constructor(url, user, password) {
    Object.assign(this, { url, user, password, ticket: null, expires: 0 });
  }

  // secret is the password, or a live ticket, which is renewed.
  async logIn(secret) {
    const reply = await fetch(`${this.url}/ticket`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ username: this.user, password: secret }),
    });
    if (reply.status === 401 && secret === this.ticket) return; // it has ended: password next
    const { data, message } = await reply.json();
    if (!reply.ok) throw new Error(`${reply.status}: ${message}`);
    this.ticket = data.ticket;
    this.expires = data.expires;
  }

  async list(query) {
    for (const secret of [this.ticket, this.password])
      if (secret && Date.now() / 1000 > this.expires - 600) await this.logIn(secret);
    const headers = { 'X-Auth-Token': this.ticket };
    // { id: [100, 200] } is sent as id=100&id=200.
    const pairs = Object.entries(query).flatMap(([name, values]) => [values].flat().map((value) => [name, value]));
    const reply = await fetch(`${this.url}/info?${new URLSearchParams(pairs)}`, { headers });
    const { data, message } = await reply.json();
    if (!reply.ok) throw new Error(`${reply.status}: ${message}`);
    return data;
  }
}

const machines = new Machines('http://127.0.0.1:8000/api', 'user1', 'A1B2C3D4E5F6G7H8I9HD');
for (const machine of await machines.list({ status: 'running', 'cpus:gte': 32, _sort: '-mem' }))
  console.log(machine.name);
