// Saves all that the filters choose, in the order that is chosen, or in that of the file.
import { columns } from "./columns.js";
import { make } from "./dom.js";
import { announce, explain } from "./said.js";
import { call } from "./session.js";
import { isNumber, member, parse, textOf } from "./values.js";
import { query } from "./view.js";
import { say } from "./words.js";

async function saveAs(name, write) {
	announce(say("saving"));
	try {
		const text = (await call(query())).text();
		const href = URL.createObjectURL(new Blob([write(text)]));
		make("a", { href, download: name }).click();
		setTimeout(URL.revokeObjectURL, 9999, href);
		announce("");
	} catch (failure) {
		explain(failure);
	}
}

// The bytes of the file, without what the reply puts around the array.
export const saveJson = () => saveAs("machines.json", (text) => text.slice(text.indexOf("["), -1) + "\n");

// RFC 4180; the byte order mark is for spreadsheets.
export function saveCsv() {
	const fields = columns();
	return saveAs("machines.csv", (text) => {
		const rows = parse(text).data.map((machine) => fields.map((field) => member(machine, field) ?? ""));
		return "\ufeff" + [fields, ...rows].map((row) => row.map(quote).join(",") + "\r\n").join("");
	});
}

// A spreadsheet runs a text that looks like a formula (OWASP, "CSV Injection"), so it gets a '.
function quote(value) {
	const text = (!isNumber(value) && /^[=+\-@\t\r]/.test(textOf(value)) ? "'" : "") + textOf(value);
	return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
