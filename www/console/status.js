// What a status means is the owner's choice. These are common words, also of Slurm and Proxmox VE.
// Only whole words count: "default" is no fault. A word of "odd" is stronger than those below it.
const words = {
	bad: `error failed fail down offline unreachable crashed dead fault lost unknown critical 故障 错误 异常 失败 离线
		errors err failing failure faults faulty crash unavailable unhealthy disconnected broken panicked emergency timeout
		失联 未知 宕机 崩溃 损坏 告警`,
	odd: "degraded maintenance maint drain drained draining paused suspended starting stopping 维护 暂停",
	idle: "stopped stop off shutoff idle halted inactive terminated free 停止 停机 关机 空闲 关闭 闲置",
	good: `running run up on online ok okay ready active available healthy alive normal allocated alloc mixed mix
		started busy use 运行 正常 在线 可用 就绪 健康 使用`,
};
const classes = Object.keys(words);
const known = new Map(classes.flatMap((name) => words[name].split(/\s+/).map((word) => [word, name])));
const phrases = [
	[/\b(no|0|zero|without|not) (errors?|faults?|failures?|failed|down)\b|\b(errors?|faults?|failures?) (none|0|free)\b/g, "ok"],
	[/\b(not|no) (ok|okay|ready|healthy|available|respond(ing)?|response|reachable|online|alive)\b|无响应|无法/g, "error"],
	[/\bnot (running|active|started|up|on)\b|\b(power|shut)\w* (down|off)\b|未运行/g, "off"],
];

// bad (needs a look), odd (also each word that is not known), idle or good.
export function classOf(status) {
	const plain = String(status).replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ").trim();
	const text = phrases.reduce((left, [from, to]) => left.replace(from, to), plain);
	const found = text.split(" ").map((word) => known.get(word) ?? known.get(word.replace(/^[已正]|[中的]$/g, "")));
	return ["bad", "odd"].find((name) => found.includes(name)) ?? found.find(Boolean) ?? "odd";
}

export const urgency = (status) => classes.indexOf(classOf(status));

// The list asks for these first, before it knows those of the pool: the first line of "bad".
const usual = words.bad.split("\n")[0].split(" ");
export const urgentWords = ["DOWN*", "down*", ...usual.flatMap((word) => [word, word[0].toUpperCase() + word.slice(1), word.toUpperCase()])];
