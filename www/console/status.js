// What a status means is the owner's choice; these are common words. The order is that of urgency.
const classes = {
	bad: /err|fail|down|crash|dead|offline|unreach|unknown|fault|lost/i,
	odd: /^(?!(stopped|off|idle|paused|running|online|up|ok|ready|active)$)/i,
	idle: /^(stopped|off|idle|paused)$/i,
	good: /^/,
};

export const classOf = (status) => Object.keys(classes).find((name) => classes[name].test(status));
export const urgency = (status) => Object.keys(classes).indexOf(classOf(status));
