// The login form, and the bar that says who is logged in and for how long.
import { byId, setText } from "./dom.js";
import { current, logIn, logOut } from "./session.js";
import { duration } from "./values.js";
import { explain, reason, say } from "./words.js";

const form = byId("login");
let refusal = null; // the Failure of the last login

form.onsubmit = async (event) => {
	event.preventDefault();
	try {
		refusal = null;
		await logIn(byId("username").value, byId("password").value);
		form.reset();
	} catch (failure) {
		refusal = failure;
		drawAccount();
		byId("password").select();
	}
};

for (const id of ["logout", "logout-all"])
	byId(id).onclick = () => logOut(id === "logout-all").catch(explain);

export function drawAccount() {
	const session = current();
	byId("account").hidden = byId("inside").hidden = !session;
	byId("login").hidden = Boolean(session);
	setText("user", session?.username ?? "");
	drawLeft();
	setText("refused", refusal ? reason(refusal) : "");
}

// The last minute is counted in seconds.
function drawLeft() {
	const left = Math.max(current()?.ends - Date.now(), 0) / 1000;
	if (current()) setText("left", say("left", { duration: duration(left < 60 ? left : left - (left % 60)) }));
}
setInterval(drawLeft, 1000);
