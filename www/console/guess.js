// What people type into the box: filters, in the API's words or in their own, and a text.
import { isBytes } from "./format.js";
import { state } from "./state.js";

const signs = { ">=": ":gte", "<=": ":lte", "!=": ":ne", ">": ":gt", "<": ":lt", "~": ":contains", "=": "", "==": "", ":": "" };
const condition = /(?:^|\s)([\p{L}_][^\s=<>!~:]*)(?:(:[A-Za-z]+)\s*=|\s*(>=|<=|!=|==|[=<>~])|(:)(?!\/\/))\s*/gu;

const fields = () => state.pool?.fields.map(([path]) => path) ?? [];
const valuesOf = (field) => [...(state.pool?.values.get(field) ?? [])];

// The pool's own spelling, where only the case of letters is different.
const spelled = (text, known) => (known.includes(text) ? text : known.find((one) => one.toLowerCase() === text.toLowerCase()) ?? text);

// { text, conditions: [[name, value]] }: "lab cpus>=48 status: running" has two.
export function understand(typed) {
	// 10:30 or fe80::1 is a text, unless the pool has such a member.
	const isCondition = ({ 1: name, 4: colon, index, 0: all }) => !colon || fields().includes(spelled(name, fields())) || !/^[\d:]|:/.test(typed.slice(index + all.length));
	const found = [...typed.matchAll(condition)].filter(isCondition);
	const conditions = found.map(({ 0: all, 1: name, 2: operator, 3: sign, index }, i) => {
		const value = typed.slice(index + all.length, found[i + 1]?.index).trim().replace(/^"(.*)"$/, "$1");
		const field = spelled(name, fields());
		return [field + (operator ?? signs[sign ?? ":"]), inBytes(field, spelled(value, valuesOf(field)))];
	});
	return { text: (found.length ? typed.slice(0, found[0].index) : typed).trim(), conditions: conditions.filter(([, value]) => value) };
}

function inBytes(field, value) {
	const size = isBytes(field) && /^([\d.]+)\s*([KMGTPE])(i?B)?$/i.exec(value);
	return size ? String(Math.round(size[1] * 1024 ** ("KMGTPE".indexOf(size[2].toUpperCase()) + 1))) : value;
}

export const hasCondition = (typed) => understand(typed).conditions.length > 0 || /[=<>~]/.test(typed);

// What the last word may become: a member, or one of its values.
export function guesses(typed) {
	const like = (list, part) => list.filter((one) => one.toLowerCase().includes(part.toLowerCase())).slice(0, 30);
	const [, before, field, sign, start] = /^(.*?)([^\s=<>!~:]+)(\s*(?:!=|[=~:])\s*)([^=]*)$/.exec(typed) ?? [];
	if (sign) return like(valuesOf(spelled(field, fields())), start.trim()).map((value) => before + field + sign + value);
	const word = /[^\s=<>!~:]+$/.exec(typed);
	return word ? like(fields(), word[0]).map((name) => `${typed.slice(0, word.index)}${name}=`) : [];
}
