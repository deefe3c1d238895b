// What the page knows of the machines: a page of the list, and a summary of the pool.
import { call } from "./session.js";
import { parse } from "./values.js";
import { query } from "./view.js";

// rows, as text and parsed; total: how many match; summary: see summarize.js; asOf: when;
// failure: of the last request.
const unknown = { text: null, rows: null, total: 0, summary: null, asOf: null, failure: null };
export const machines = { ...unknown };
let latest = {}; // of each kind of request; what an older one brings is thrown away
let tell, shown, worker;

export const onMachines = (changed) => (tell = changed);

function set(changes) {
	Object.assign(machines, changes);
	tell();
}

export function forget() {
	latest = {};
	worker?.terminate();
	worker = shown = null;
	set(unknown);
}

async function ask(kind, path, take) {
	const mine = (latest[kind] = {});
	const changes = await call(path).then(take).catch((failure) => ({ failure }));
	if (latest[kind] === mine && changes.failure?.kind !== "session") set(changes);
}

// Asks only if the view has become another query.
export function showView() {
	if (shown !== query(true)) loadRows();
}

function loadRows() {
	shown = query(true);
	ask("rows", shown, async (response) => {
		const text = await response.text();
		// Equal bytes are the same rows: nothing is drawn again.
		const rows = text === machines.text ? machines.rows : parse(text).data;
		return { text, rows, total: Number(response.headers.get("X-Total-Count")), asOf: new Date(), failure: null };
	});
}

export function refresh() {
	loadRows();
	ask("summary", "info", async (response) => ({ summary: await summarize(await response.arrayBuffer()) }));
}

// The pool may be large, so another thread reads it.
function summarize(bytes) {
	worker ??= new Worker("summarize.js", { type: "module" });
	worker.postMessage(bytes, [bytes]);
	return new Promise((resolve) => (worker.onmessage = ({ data }) => resolve(data)));
}
