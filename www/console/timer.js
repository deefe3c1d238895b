// Does `work` now and every `ms` milliseconds, but only while the page is visible. Returns a
// function that does it at once.
export function everyVisible(ms, work) {
	let due = 0;
	const look = () => {
		if (document.hidden || Date.now() < due) return;
		due = Date.now() + ms;
		work();
	};
	setInterval(look, 1000);
	document.addEventListener("visibilitychange", look);
	look();
	return () => look((due = 0));
}
