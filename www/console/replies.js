// Machines that have not changed are not sent again, if the service sends an ETag.
import { call } from "./session.js";

const kept = new Map(); // of each kind of request: { path, etag, value }

// Returns what `read` makes of the reply.
export async function ask(kind, path, read) {
	const old = kept.get(kind)?.path === path ? kept.get(kind) : {};
	const reply = await call(path, old.etag ? { headers: { "If-None-Match": old.etag } } : {});
	if (reply.status === 304) return old.value;
	const value = await read(reply);
	kept.set(kind, { path, etag: reply.headers.get("ETag"), value });
	return value;
}

export const forgetReplies = () => kept.clear();
