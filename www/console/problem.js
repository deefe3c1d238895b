// What went wrong, in a sentence.
import { setText } from "./dom.js";
import { time } from "./format.js";
import { announce } from "./said.js";
import { say } from "./words.js";

export const reason = ({ kind = "odd", message, again }) => say(kind, { message, time: time(again) });

// The end of the session is explained by the login form.
export const explain = (failure) => failure.kind === "session" || announce(reason(failure));

// An error that nobody expects. It stays on the page, because what is shown may be incomplete.
let unexpected = "";
export function report(error) {
	unexpected = say("odd", { message: error?.message ?? String(error) });
	setText("problem", unexpected);
}
addEventListener("error", ({ error, message }) => report(error ?? message));
addEventListener("unhandledrejection", ({ reason: error }) => report(error));

export const showProblem = (text) => setText("problem", [text, unexpected].filter(Boolean).join(" "));

// One part of the page that cannot be drawn does not take the others with it.
export function attempt(part) {
	try {
		part();
	} catch (error) {
		report(error);
	}
}
