// The page of the list: the urgent statuses first, then the others, each in the order of the file.
// These are two queries, because the service cannot know what is urgent.
import { ask, forgetReplies } from "./replies.js";
import { set, state } from "./state.js";
import { classOf, urgentWords } from "./status.js";
import { FIELDS } from "./sums.js";
import { parse } from "./values.js";
import { change, fieldOf, filters, page, PER_PAGE, query, sort } from "./view.js";

const PARAMETERS = 58; // a query has at most 64, and 8 KiB
let shown = null; // the query and the page of the rows
let latest; // what an older request brings is thrown away

export function forgetMachines() {
	latest = shown = null;
	forgetReplies();
}

const ofPart = (kind, more) =>
	ask(kind, query(more), ({ text, headers }) => ({ rows: parse(text()).data, total: Number(headers.get("X-Total-Count")) }));

// Those that are usual, and those of this pool that need a look.
function urgentStatuses() {
	const fits = ({ name }) => name && !name.includes(",") && encodeURIComponent(name).length < 60 && classOf(name) === "bad";
	const own = (state.pool?.statuses ?? []).filter(fits).slice(0, 20).map(({ name }) => name);
	return [...new Set([...own, ...urgentWords])].slice(0, Math.max(PARAMETERS - filters().length, 1));
}

const hasOwnOrder = () => sort() || filters().some(([name]) => /^status(:eq|:in)?$/.test(name));

async function loadPage() {
	const from = (page() - 1) * PER_PAGE;
	if (hasOwnOrder()) return ofPart("rows", { _page: page(), _per_page: PER_PAGE });
	const statuses = urgentStatuses();
	const slice = (start) => ({ _start: start, _end: start + PER_PAGE });
	const others = (start) => ofPart("others", { "status:ne": statuses, ...slice(start) });
	const urgent = ofPart("urgent", { "status:in": statuses.join(","), ...slice(from) });
	const early = from === 0 ? others(0) : null; // at the same time: few are urgent
	early?.catch(() => {}); // it is awaited below, unless the urgent ones fail
	const { rows, total } = await urgent;
	const rest = await (early ?? others(Math.max(from - total, 0)));
	return { rows: [...rows, ...rest.rows.slice(0, PER_PAGE - rows.length)], total: total + rest.total };
}

const key = () => `${page()} ${query()}`;

export const showView = () => shown === key() || loadRows();

export async function loadRows() {
	const mine = (latest = {});
	const isOther = shown !== key();
	shown = key();
	if (isOther) set({ loading: true });
	try {
		const { rows, total } = await loadPage();
		if (latest !== mine) return;
		if (!rows.length && total && page() > 1) return change({ _page: Math.ceil(total / PER_PAGE) }, false);
		set({ rows, total, loading: false, asOf: new Date(), failure: null });
	} catch (failure) {
		if (latest !== mine || failure.kind === "session") return;
		// The old rows are not those of this view.
		set({ failure, ...(state.loading && { rows: null, total: 0 }), loading: false });
		if (isOther) shown = null;
	}
}

// A member in a filter that no machine has, once the pool is known.
export function strangeField() {
	const { pool } = state;
	const plain = (name) => name.replace(/\.\d+(?=\.|$)|\[.*$/g, ""); // of one element of an array
	const isKnown = (name) => pool.fields.some(([path]) => path === name || `${path}.`.startsWith(`${plain(name)}.`));
	const strange = ([name]) => ![name, fieldOf(name), name.replace(/_[A-Za-z]+$/, "")].some(isKnown);
	return pool?.fields.length < FIELDS ? filters().find(strange)?.map(fieldOf)[0] : undefined;
}
