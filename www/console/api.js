// The only module that speaks HTTP.
const TIMEOUT_MS = 8000; // the service answers within 5 s
const kinds = { 400: "query", 401: "session", 429: "busy", 500: "broken", 503: "down" };

// kind: one of these, "other", "offline" (no network) or "silent" (no answer).
export class Failure extends Error {
	constructor(kind, message, retry_s = 0) {
		super(message);
		Object.assign(this, { kind, again: Date.now() + retry_s * 1000 });
	}
}

// Returns a response of 2xx, or throws a Failure.
export async function request(path, options) {
	const response = await fetch(`api/${path}`, { ...options, signal: AbortSignal.timeout(TIMEOUT_MS) }).catch(() => {
		throw new Failure(navigator.onLine ? "silent" : "offline");
	});
	if (response.ok) return response;
	const { message } = await response.json().catch(() => ({}));
	throw new Failure(kinds[response.status] ?? "other", message, Number(response.headers.get("Retry-After")));
}
