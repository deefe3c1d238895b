// Asks again and again whether the service is up.
import { request } from "./api.js";
import { everyVisible } from "./timer.js";

const INTERVAL_MS = 10_000;

// changed({ kind, parts, checks }): "up" or the kind of a Failure; the names of what is down; notes
// on each part. Returns a function that asks at once.
export function watchService(changed) {
	return everyVisible(INTERVAL_MS, async () => {
		try {
			const { checks } = await (await request("status?verbose")).json();
			changed({ kind: "up", parts: [], checks });
		} catch ({ kind, message }) {
			changed({ kind, parts: kind === "down" ? message.split(", ") : [], checks: {} });
		}
	});
}
