// The session. Its ticket is in the memory of this module and nowhere else: no storage, no cookie,
// no URL. So a reload asks for the password again.
import { Failure, request } from "./api.js";

const RETRY_MS = 5000;

// { username, ticket, csrf, ends (by this computer's clock), life_ms }
let session = null;
let timer, tell;

export const current = () => session;

// changed(ended): at each login and end. ended: not by the user.
export const onSession = (changed) => (tell = changed);

async function ask(username, password) {
	const headers = { "Content-Type": "application/json" };
	const reply = await request("ticket", { method: "POST", headers, body: JSON.stringify({ username, password }) });
	const { ticket, CSRFPreventionToken: csrf, expires } = JSON.parse(reply.text()).data;
	// By the service's clock: this computer's may be wrong.
	const life_ms = expires * 1000 - Date.parse(reply.headers.get("Date"));
	return { username, ticket, csrf, ends: Date.now() + life_ms, life_ms };
}

function set(next, ended = false) {
	const renewed = session && next;
	session = next;
	clearTimeout(timer);
	if (session) plan();
	if (!renewed) tell(ended);
}

export const logIn = async (username, password) => set(await ask(username, password));

// A renewal comes with a quarter of the life left, so that a failed one can be repeated.
function plan(wait = session.life_ms * 0.75) {
	timer = setTimeout(renew, Math.min(Math.max(wait, 1000), 2e9));
}

async function renew() {
	const old = session;
	if (old.ends <= Date.now()) return set(null, true);
	try {
		const next = await ask(old.username, old.ticket);
		if (session === old) set(next);
	} catch ({ kind }) {
		if (session !== old) return;
		if (kind === "session") set(null, true);
		else plan(Math.min(RETRY_MS, old.ends - Date.now()));
	}
}

// A request with the ticket. A 401 ends the session.
export async function call(path, options = {}) {
	if (!session) throw new Failure("session");
	const { ticket } = session;
	try {
		return await request(path, { ...options, headers: { ...options.headers, "X-Auth-Token": ticket } });
	} catch (failure) {
		if (failure.kind === "session" && session?.ticket === ticket) set(null, true);
		throw failure;
	}
}

export async function logOut(everywhere) {
	await call(everywhere ? "ticket?all" : "ticket", { method: "DELETE", headers: { CSRFPreventionToken: session.csrf } });
	set(null);
}
