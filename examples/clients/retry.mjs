// Asks again after a 429 or 503, in the seconds of Retry-After, up to five times in all.

// Returns the reply and the number of tries. prefers is for the first ones.
async function ask(url, headers = {}, prefers = []) {
  for (let tries = 1; ; tries++) {
    const prefer = prefers.slice(tries - 1, tries).map((value) => ['Prefer', value]);
    const reply = await fetch(url, { headers: { ...headers, ...Object.fromEntries(prefer) } });
    if (![429, 503].includes(reply.status) || tries === 5) return [reply, tries];
    await new Promise((done) => setTimeout(done, 1000 * reply.headers.get('Retry-After')));
  }
}

const [reply, tries] = await ask('http://127.0.0.1:8000/api/status', {}, ['code=503']);
console.log(`${(await reply.json()).message} after ${tries} tries`);
