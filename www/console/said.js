// Short messages, and what goes to the clipboard.
import { byId, setText } from "./dom.js";
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
