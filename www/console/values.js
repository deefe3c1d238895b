// JSON values, and how people read them in their language.
import { language } from "./words.js";

// Numbers keep their digits: JavaScript reads 9007199254740993 as ...992 and 1.10 as 1.1.
// Such a number becomes an object of JSON.rawJSON, which old browsers do not have.
export const parse = (text) =>
	JSON.parse(text, (_, value, context) =>
		typeof value === "number" && JSON.rawJSON && context.source !== String(value) ? JSON.rawJSON(context.source) : value,
	);

export const isNumber = (value) => typeof value === "number" || JSON.isRawJSON?.(value);

export const textOf = (value) => (typeof value === "string" ? value : JSON.stringify(value));

// machine[field], without what JavaScript gives every object.
export const member = (machine, field) => (Object.hasOwn(machine, field) ? machine[field] : undefined);

const inBytes = /^(max)?(mem(ory)?|disk|swap)$|bytes$/i;
const isDate = /^\d{4}-\d\d-\d\dT\d\d:\d\d[\d:.]*(Z|[+-]\d\d:\d\d)$/;

export const number = (value, options) => new Intl.NumberFormat(language(), { maximumFractionDigits: 20, ...options }).format(value);
export const time = (date, options = { timeStyle: "short" }) => new Intl.DateTimeFormat(language(), options).format(date);

export function bytes(value) {
	const power = Math.max(Math.min(Math.floor(Math.log2(Math.abs(value) || 1) / 10), 6), 0);
	return `${number(value / 1024 ** power, { maximumFractionDigits: 1 })} ${["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"][power]}B`;
}

// The two largest units: 14 days 3 hr.
export function duration(seconds) {
	const parts = Object.entries({ day: 86400, hour: 3600, minute: 60, second: 1 }).map(([unit, size]) => {
		const count = Math.floor(seconds / size);
		seconds -= count * size;
		return count > 0 ? number(count, { style: "unit", unit }) : "";
	});
	return parts.filter(Boolean).slice(0, 2).join(" ") || "0";
}

// A member of a machine: what to show, and its exact value.
export function readable(field, value) {
	const exact = textOf(value);
	if (isNumber(value)) {
		if (inBytes.test(field)) return [bytes(Number(exact)), exact];
		if (field === "uptime") return [duration(Number(exact)), exact];
		return [/id$/i.test(field) ? exact : number(exact), exact];
	}
	if (Array.isArray(value) && value.every((one) => typeof one !== "object")) return [value.map(textOf).join(", "), exact];
	if (isDate.test(exact)) return [time(Date.parse(exact), { dateStyle: "medium", timeStyle: "short" }), exact];
	return [exact, exact];
}
