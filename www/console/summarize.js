// A worker: sums up the bytes of a reply of /api/info. fields: [name, how many have it].
// statuses: the most urgent first. types: GPUs. A row without a name has all that have no own row.
import { urgency } from "./status.js";

const ROWS = 12;
const FIELDS = 200;

onmessage = ({ data }) => postMessage(summarize(JSON.parse(new TextDecoder().decode(data)).data));

function summarize(machines) {
	const [fields, statuses, types] = [new Map(), new Map(), new Map()];
	for (const machine of machines) {
		const { status, GPU, gpus, cpus, mem } = machine;
		for (const name of Object.keys(machine))
			if (fields.has(name) || fields.size < FIELDS) fields.set(name, (fields.get(name) ?? 0) + 1);
		add(statuses, { name: status, machines: 1, cpus, mem });
		// A machine with a GPU has one, unless it says how many.
		const all = typeof gpus === "number" ? gpus : Number(!/^(none|no|-|n\/a|)$/i.test(GPU));
		if (all > 0) add(types, { name: GPU, all, running: status === "running" ? all : 0 });
	}
	const rank = ({ name }) => (name === undefined ? 9 : urgency(name));
	return {
		count: machines.length,
		fields: [...fields],
		statuses: largest(statuses, "machines").sort((a, b) => rank(a) - rank(b)),
		types: largest(types, "all"),
	};
}

function add(rows, { name, ...numbers }) {
	const row = rows.get(name) ?? { name };
	for (const key of Object.keys(numbers)) row[key] = (row[key] ?? 0) + numbers[key];
	rows.set(name, row);
}

function largest(rows, key) {
	const sorted = [...rows.values()].sort((a, b) => b[key] - a[key]);
	const rest = new Map();
	for (const row of sorted.length > ROWS ? sorted.splice(ROWS - 1) : []) add(rest, { ...row, name: undefined });
	return [...sorted, ...rest.values()];
}
