// Every text of the page, in English and in Chinese.
import { announce } from "./dom.js";
import { time } from "./values.js";
import { read } from "./view.js";

const languages = ["en", "zh"];
const texts = new Map(
	`
all | All | 全部
asOf | as of {time} | 截至 {time}
by GPU | GPUs by type | 按型号的 GPU
by status | By status | 按状态
clear | Clear filters | 清除筛选
close | Close | 关闭
columns | Columns | 列
copied | Copied | 已复制
copy | Copy | 复制
cpus | Processors | 处理器
emptyPool | The pool is empty. | 机器池为空。
ended | The session has ended. Log in again. | 会话已结束，请重新登录。
left | {duration} left | 剩余 {duration}
logIn | Log in | 登录
logOut | Log out | 退出
logOutAll | Log out everywhere | 全部退出
machines | Machines | 机器
mem | Memory | 内存
memory | After a reload you log in again. | 刷新页面后需重新登录。
next | Next | 下一页
noMatch | No machine matches. | 没有匹配的机器。
notCopied | The browser refuses to copy. | 浏览器拒绝复制。
old |  This is how it was at {time}. | 以下为 {time} 的情况。
others | others | 其他
password | Password | 密码
pool | The pool | 机器池
previous | Previous | 上一页
range | {from}–{to} of {of} | 第 {from}–{to} 台，共 {of} 台
running | Running | 运行中
saveCsv | Save CSV | 保存 CSV
saveJson | Save JSON | 保存 JSON
search | Search, or cpus:gte=48 | 搜索，或 cpus:gte=48
skipped | {count} records left out | 略过 {count} 条记录
username | User name | 用户名
up | Up | 正常
partsDown | Down: {parts}. | 故障：{parts}。
broken | The service has an internal error. | 服务内部错误。
busy | Too many failed logins. Try again at {time}. | 登录失败次数过多，请于 {time} 再试。
down | The service cannot answer now. | 服务暂时无法应答。
offline | You are offline. | 您已离线。
other | Refused: {message} | 已拒绝：{message}
query | The filters are not understood: {message} | 无法理解筛选条件：{message}
session | Wrong user name or password. | 用户名或密码错误。
silent | The service does not answer. | 服务没有应答。
`
		.split("\n")
		.map((line) => line.split(" | "))
		.map(([name, ...inLanguages]) => [name, inLanguages]),
);

// The user's choice, or that of the browser.
export function language() {
	const wanted = [read().get("_lang"), ...navigator.languages].map((tag) => tag?.slice(0, 2));
	return wanted.find((tag) => languages.includes(tag)) ?? "en";
}

// A text with its {names} filled in.
export function say(key, values = {}) {
	return (texts.get(key)?.[languages.indexOf(language())] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

export const reason = ({ kind = "other", message, again }) => say(kind, { message, time: time(again) });

// The end of the session is explained by the login form.
export const explain = (failure) => failure.kind === "session" || announce(reason(failure));

export function translatePage() {
	document.documentElement.lang = language();
	for (const at of document.querySelectorAll("[data-word]")) {
		const text = say(at.dataset.word);
		if (at.tagName === "INPUT") at.placeholder = at.ariaLabel = text;
		else if (at.textContent !== text) at.textContent = text;
	}
}
