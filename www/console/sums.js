// Sums of machines. fields: [path, how many have it]. values: sets of texts, for completion.
// statuses, types (GPUs): the largest, and all that need a look; a row without a name has the rest.
import { classOf, urgency } from "./status.js";
import { eachMember, isNumber, toNumber } from "./values.js";

const ROWS = 12;
export const FIELDS = 200;
const VALUES = 40;

export function sumUp(machines) {
	const [fields, values, statuses, types] = [new Map(), new Map(), new Map(), new Map()];
	const sum = { count: machines.length, running: 0, bad: 0, cpus: 0, mem: 0 };
	for (const machine of machines) {
		const { status, GPU, gpus } = machine;
		const kind = classOf(status);
		const running = Number(kind === "good");
		const numbers = { running, bad: Number(kind === "bad"), cpus: toNumber(machine.cpus), mem: toNumber(machine.mem) };
		for (const key of Object.keys(numbers)) sum[key] += numbers[key];
		add(statuses, status, { machines: 1, ...numbers });
		// A machine with a GPU has one, unless it says how many.
		const all = isNumber(gpus) ? toNumber(gpus) : Number(!/^(none|no|-|n\/a|无|)$/i.test(GPU));
		if (all > 0) add(types, GPU, { all, running: running * all });
		eachMember(machine, (path, value) => {
			if (!fields.has(path) && fields.size >= FIELDS) return;
			fields.set(path, (fields.get(path) ?? 0) + 1);
			if (!values.has(path)) values.set(path, new Set());
			const known = values.get(path);
			for (const one of [value].flat()) if (typeof one === "string" && one.length < 60 && known.size < VALUES) known.add(one);
		});
	}
	const rank = ({ name }) => (name === undefined ? 9 : urgency(name));
	return {
		...sum,
		fields: [...fields],
		values,
		statuses: largest(statuses, "machines").sort((a, b) => rank(a) - rank(b)),
		types: largest(types, "all"),
	};
}

function add(rows, name, numbers) {
	const row = rows.get(name) ?? { name };
	for (const key of Object.keys(numbers)) row[key] = (row[key] ?? 0) + numbers[key];
	rows.set(name, row);
}

function largest(rows, key) {
	const sorted = [...rows.values()].sort((a, b) => b[key] - a[key]);
	if (sorted.length <= ROWS) return sorted;
	const isShown = (row, i) => i < ROWS - 1 || row.bad;
	const shown = sorted.filter(isShown);
	const others = sorted.filter((row, i) => !isShown(row, i));
	if (!others.length) return shown;
	const rest = new Map();
	const names = others.map(({ name, ...numbers }) => add(rest, undefined, numbers) ?? name);
	return [...shown, { ...rest.get(undefined), names }];
}
