// The only module that speaks HTTP.
const kinds = { 400: "query", 401: "session", 429: "busy", 500: "broken", 503: "down" };
const SILENCE_MS = 45_000; // SSA_DELAY may be 30 s

// kind: one of these, "other" (status), "offline" (no network), "silent" (no answer), "cut" (half
// an answer) or "odd" (an error of this page).
export class Failure extends Error {
	constructor(kind, message, retry_s = 0) {
		super(message);
		Object.assign(this, { kind, again: Date.now() + retry_s * 1000 });
	}
}

// Returns { status, headers, bytes, text() } of a 2xx or 304, or throws a Failure. While bytes come
// there is no limit of time: a large pool takes minutes on a slow line.
export async function request(path, options = {}) {
	const silence = new AbortController();
	let timer, response;
	const heard = () => {
		clearTimeout(timer);
		timer = setTimeout(() => silence.abort(), SILENCE_MS);
	};
	try {
		heard();
		response = await fetch(`api/${path}`, { ...options, signal: silence.signal });
		const bytes = await readAll(response, heard);
		const text = () => new TextDecoder().decode(bytes);
		if (response.ok || response.status === 304) return { status: response.status, headers: response.headers, bytes, text };
		throw refusal(response, text());
	} catch (error) {
		if (error instanceof Failure) throw error;
		throw new Failure(!navigator.onLine ? "offline" : response && !silence.signal.aborted ? "cut" : "silent");
	} finally {
		clearTimeout(timer);
	}
}

async function readAll({ body }, heard) {
	const reader = body?.getReader();
	const chunks = [];
	for (let part; reader && !(part = await reader.read()).done; heard()) chunks.push(part.value);
	return new Blob(chunks).arrayBuffer();
}

function refusal({ status, headers }, text) {
	let message = `HTTP ${status}`;
	try {
		message = JSON.parse(text).message ?? message;
	} catch {
		// The page of a proxy.
	}
	return new Failure(kinds[status] ?? "other", message, Number(headers.get("Retry-After")));
}
