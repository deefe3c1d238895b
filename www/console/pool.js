// The sums: of the whole pool, and of what the filters choose. A large pool takes seconds on a slow
// line, so the rows come first, and another thread adds up.
import { Failure } from "./api.js";
import { ask } from "./replies.js";
import { set, state } from "./state.js";
import { sumUp } from "./sums.js";
import { isFiltered, query } from "./view.js";

let worker;
let waiting = []; // for the worker, which answers in order
let latest; // the last call of loadShown
let asking = null; // the request for the pool that is on its way
let [asked, took_ms] = [0, 0];

export function forgetPool() {
	worker?.terminate();
	worker = latest = asking = null;
	waiting = [];
	asked = 0;
}

function start() {
	worker = new Worker("summarize.js", { type: "module" });
	worker.onmessage = ({ data }) => waiting.shift()(data);
	worker.onerror = () => {
		worker = null;
		waiting.splice(0).forEach((answer) => answer({ error: "summarize.js" }));
	};
}

async function summarize({ bytes }) {
	if (!worker) start();
	worker.postMessage(bytes, [bytes]);
	const { sum, error } = await new Promise((resolve) => waiting.push(resolve));
	if (error) throw new Failure("odd", error);
	return sum;
}

const fail = (failure) => failure.kind === "session" || set({ poolFailure: failure });

// Not again before three times the last one's time, unless the user wants it.
export async function loadPool(wanted) {
	const { pool, rows, total } = state;
	if (!pool && !isFiltered() && rows?.length === total) set({ pool: sumUp(rows) });
	if (rows?.length === total) loadShown();
	if (asking || (!wanted && Date.now() < asked + 3 * took_ms)) return;
	asked = Date.now();
	const mine = (asking = ask("pool", "info", summarize));
	try {
		const all = await mine;
		if (asking !== mine) return;
		took_ms = Date.now() - asked;
		set({ pool: all, poolFailure: null });
		loadShown();
	} catch (failure) {
		if (asking === mine) fail(failure);
	} finally {
		if (asking === mine) asking = null;
	}
}

// The sum of what the filters choose: of the pool, of the rows if all are there, or another reply.
export async function loadShown() {
	const mine = (latest = {});
	const { rows, total, pool } = state;
	if (!rows || state.failure) return;
	if (!isFiltered()) return set({ shown: pool });
	if (rows.length === total) return set({ shown: sumUp(rows) });
	try {
		const shown = await ask("shown", query({}, false), summarize);
		if (latest === mine) set({ shown });
	} catch (failure) {
		if (latest === mine) fail(failure);
	}
}
