// Saves all that the filters choose, in the order that is shown; and copies.
import { announce, make } from "./dom.js";
import { call } from "./session.js";
import { isNumber, member, parse, textOf } from "./values.js";
import { query } from "./view.js";
import { say } from "./words.js";

const all = async () => (await call(query(false))).text();

// The bytes of the file, without what the reply puts around the array.
export async function saveJson() {
	const text = await all();
	save("machines.json", text.slice(text.indexOf("["), -1) + "\n");
}

// RFC 4180, after the byte order mark that spreadsheets look for.
export async function saveCsv(fields) {
	const rows = parse(await all()).data.map((machine) => fields.map((field) => member(machine, field) ?? ""));
	save("machines.csv", "\ufeff" + [fields, ...rows].map((row) => row.map(quote).join(",") + "\r\n").join(""));
}

// A spreadsheet runs a text that looks like a formula (OWASP, "CSV Injection"), so it gets a '.
function quote(value) {
	const text = (!isNumber(value) && /^[=+\-@\t\r]/.test(textOf(value)) ? "'" : "") + textOf(value);
	return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function save(download, text) {
	const href = URL.createObjectURL(new Blob([text]));
	make("a", { href, download }).click();
	setTimeout(URL.revokeObjectURL, 9999, href);
}

// The old command, because navigator.clipboard is not there on plain HTTP.
export function copy(text) {
	const give = (event) => {
		event.clipboardData.setData("text/plain", text);
		event.preventDefault();
	};
	addEventListener("copy", give, { once: true });
	announce(say(document.execCommand("copy") ? "copied" : "notCopied"));
}
