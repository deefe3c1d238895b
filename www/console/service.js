// Asks again and again whether the service is up.
import { request } from "./api.js";
import { byId, setText } from "./dom.js";
import { reason } from "./said.js";
import { set, state } from "./state.js";
import { everyVisible } from "./timer.js";
import { say } from "./words.js";

const INTERVAL_MS = 10_000;

// Sets state.service: kind is "up" or that of a Failure; parts has the names of what is down; notes
// has [part, text]; faults is what SSA_FAULTS makes. Returns a function that asks at once.
export const watchService = (isBack) =>
	everyVisible(INTERVAL_MS, async () => {
		const before = state.service;
		let service;
		try {
			const answer = JSON.parse((await request("status?verbose")).text());
			const { faults = answer.faults, ...checks } = answer.checks ?? {};
			service = { kind: "up", parts: [], notes: Object.entries(checks).filter(([, note]) => note !== "OK"), faults };
		} catch ({ kind = "odd", message }) {
			service = { ...before, kind, message, parts: kind === "down" ? message.split(", ") : [], notes: [] };
		}
		if (before.kind !== "up" && service.kind === "up") isBack();
		set({ service });
	});

const fileName = (part) => (["users", "machines"].includes(part) ? `${part}.json` : part === "redis" ? "Redis" : part);

// Why something failed: what is down, if the service says that.
export function why(failure) {
	const parts = state.service.parts.map(fileName).join(", ");
	return parts && failure.kind !== "query" ? say("partsDown", { parts }) : reason(failure);
}

export function drawService() {
	const { kind, notes, faults } = state.service;
	const inWords = (note) => (/^\d+ records? skipped$/.test(note) ? say("skipped", { n: parseInt(note) }) : note);
	const texts = notes.map(([part, note]) => `${fileName(part)}: ${inWords(note)}`);
	if (faults && faults !== "off") texts.push(say("faults", { faults }));
	setText("service", [kind === "up" ? say("up") : why(state.service), ...texts].join(" · "));
	byId("service").className = `dot ${kind !== "up" ? "bad" : texts.length ? "odd" : "good"}`;
}
