// Data flows one way: a click changes the view or the session; what is missing is asked for
// (machines.js, pool.js, record.js); what comes is set in state.js; the page is drawn.
import { drawAccount, serviceIsBack } from "./account.js";
import { drawBand, drawSums } from "./band.js";
import { drawColumns } from "./columns.js";
import { byId, setText } from "./dom.js";
import { drawFilters } from "./filters.js";
import { number, time } from "./format.js";
import { forgetMachines, loadRows, showView, strangeField } from "./machines.js";
import { forgetPool, loadPool, loadShown } from "./pool.js";
import { drawRecord, loadRecord } from "./record.js";
import { attempt, showProblem } from "./said.js";
import { saveCsv, saveJson } from "./save.js";
import { drawService, watchService, why } from "./service.js";
import { current, onSession } from "./session.js";
import { forget, onState, state } from "./state.js";
import { drawTable } from "./table.js";
import { everyVisible } from "./timer.js";
import { onView } from "./view.js";
import { language, say, setLanguage, translatePage } from "./words.js";

const REFRESH_MS = 30_000;
const parts = [translatePage, drawService, drawAccount, drawProblem, drawTitle, drawFilters, drawBand, drawColumns, drawTable, drawSums, drawNothing, drawRecord];

const first = () => byId(current() ? "list" : "username");
const draw = () => parts.forEach(attempt);

// Failures, and what the service knows of its files: workers go on with the last good one.
function drawProblem() {
	const { rows, loading, failure, poolFailure, asOf, service } = state;
	const isOld = rows && (failure || service.parts.includes("machines"));
	const trouble = failure ?? poolFailure ?? (isOld ? service : null);
	const old = isOld ? say(failure ? "old" : "oldFile", { time: time(asOf) }) : "";
	showProblem(trouble ? why(trouble) + old : "");
	byId("rows").classList.toggle("old", isOld || loading);
}

function drawTitle() {
	const bad = state.pool?.bad ?? 0;
	document.title = (bad ? `(${number(bad)}) ` : "") + "SimpleServerAPI";
	const icon = bad ? `alert${Math.min(bad, 10)}.svg` : "favicon.svg";
	if (!byId("icon").href.endsWith(icon)) byId("icon").href = icon;
	setText("need-look", bad ? say("needLook", { n: number(bad) }) : "");
}

function drawNothing() {
	const { rows, total, loading, pool } = state;
	const name = strangeField();
	const text = name !== undefined ? say("noMember", { name }) : say(pool?.count === 0 ? "emptyPool" : "noMatch");
	setText("nothing", loading || total || !rows ? "" : text);
}

// rows: showView or loadRows.
async function load(rows, sums) {
	if (!current()) return;
	loadRecord();
	await rows();
	if (state.failure) askService();
	else sums();
}
const refresh = (wanted) => load(loadRows, () => loadPool(wanted));
const refreshNow = everyVisible(REFRESH_MS, () => refresh(false));
const askService = watchService(() => {
	serviceIsBack();
	refreshNow();
});

onState(draw);
onView(() => {
	draw();
	load(showView, loadShown);
});
onSession((ended) => {
	forget();
	forgetMachines();
	forgetPool();
	draw();
	setText("ended", ended ? say("ended") : "");
	first().focus({ preventScroll: true });
	refreshNow();
});

byId("skip").onclick = (event) => {
	event.preventDefault();
	first().focus();
};
byId("refresh").onclick = () => refresh(true);
byId("save-json").onclick = saveJson;
byId("save-csv").onclick = saveCsv;
byId("language").value = language();
byId("language").onchange = ({ target }) => draw(setLanguage(target.value));
draw();
byId("starting").remove();
byId("username").focus();
