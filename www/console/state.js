// What the page knows. `set` changes it, and draws the page.
const unknown = {
	rows: null, // the machines of the page that is shown
	total: 0, // how many the filters choose
	loading: false, // rows of another query than those shown
	asOf: null, // when the rows came
	failure: null, // of the last request for rows
	poolFailure: null, // of the last request for the sums
	pool: null, // the sum of all machines: see sums.js
	shown: null, // the sum of those that the filters choose
	record: null, // { id, machines, failure }
};
export const state = { ...unknown, service: { kind: "up", parts: [], notes: [], faults: "" } };
let draw;

export const onState = (changed) => (draw = changed);

export function set(changes) {
	Object.assign(state, changes);
	draw?.();
}

export const forget = () => Object.assign(state, unknown);
