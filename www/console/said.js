// What the page says: short messages, and what went wrong in a sentence.
import { byId, setText } from "./dom.js";
import { time } from "./format.js";
import { say } from "./words.js";

let timer;

export function announce(text) {
	(document.querySelector("dialog[open]") ?? document.body).append(byId("said")); // above all else
	setText("said", text);
	clearTimeout(timer);
	timer = setTimeout(setText, 4000, "said", "");
}

// The old command, because navigator.clipboard is not there on plain HTTP.
export function copy(text) {
	const give = (event) => {
		event.clipboardData.setData("text/plain", text);
		event.preventDefault();
	};
	addEventListener("copy", give, { once: true });
	announce(say(document.execCommand("copy") ? "copied" : "notCopied"));
	removeEventListener("copy", give);
}

export const reason = ({ kind = "odd", message, again }) => say(kind, { message, time: time(again) });

// The end of the session is explained by the login form.
export const explain = (failure) => failure.kind === "session" || announce(reason(failure));

// An error that nobody expects. It stays on the page, because what is shown may be incomplete.
let unexpected = "";
function report(error) {
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
