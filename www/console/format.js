// Values as people read them in their language. Nothing here throws, whatever the data are.
import { isNumber, isObject, textOf } from "./values.js";
import { language } from "./words.js";

const isDate = /^\d{4}-\d\d-\d\dT\d\d:\d\d[\d:.]*(Z|[+-]\d\d:\d\d)$/;
const made = new Map(); // making one is slow

function formatter(kind, options) {
	const key = kind + language() + JSON.stringify(options);
	if (!made.has(key)) made.set(key, new Intl[kind](language(), options));
	return made.get(key);
}

// value: a number, or a text of its digits. One of more than 21 digits is shown as it is.
export function number(value, options) {
	if (!(Math.abs(value) < 1e21)) return String(value);
	return formatter("NumberFormat", { maximumFractionDigits: 20, ...options }).format(value);
}

export const percent = (part, all) => number(all ? part / all : 0, { style: "percent", maximumFractionDigits: 0 });

export const time = (date, options = { timeStyle: "short" }) =>
	Number.isFinite(Number(date)) ? formatter("DateTimeFormat", options).format(date) : "";

export function bytes(value) {
	const power = Math.max(Math.min(Math.floor(Math.log2(Math.abs(value) || 1) / 10), 6), 0);
	return `${number(value / 1024 ** power, { maximumFractionDigits: 1 })} ${["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"][power]}B`;
}

export const isBytes = (field) => /(^|[._])(max)?(mem(ory)?|disk|swap)$|bytes$/i.test(field);

// The two largest units: 14 days 3 hr.
export function duration(seconds) {
	if (!Number.isFinite(seconds) || seconds < 0) return number(seconds);
	let left = seconds;
	const parts = Object.entries({ day: 86400, hour: 3600, minute: 60, second: 1 }).map(([unit, size]) => {
		const count = Math.floor(left / size);
		left -= count * size;
		return count > 0 ? number(count, { style: "unit", unit }) : "";
	});
	return parts.filter(Boolean).slice(0, 2).join(" ") || "0";
}

// A member of a machine. Its exact value is textOf(value).
export function readable(field, value) {
	const exact = textOf(value);
	if (isNumber(value)) {
		if (isBytes(field)) return bytes(Number(exact));
		if (field === "uptime") return duration(Number(exact));
		return /id$/i.test(field) ? exact : number(exact);
	}
	if (Array.isArray(value) && !value.some(isObject)) return value.map(textOf).join(", ");
	return (isDate.test(exact) && time(Date.parse(exact), { dateStyle: "medium", timeStyle: "short" })) || exact;
}
