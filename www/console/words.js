// Every text of the page, in English and Chinese.
import { remember } from "./dom.js";

const languages = ["en", "zh"];
const texts = new Map(
	`
about | The machines of a pool: which run, and which need a look. | 机器池一览：哪些在运行，哪些需要处理。
asOf | as of {time} | 截至 {time}
clear | Clear filters | 清除筛选
close | Close | 关闭
columns | Columns | 列
copied | Copied | 已复制
copy | Copy | 复制
details | Details | 详情
emptyPool | The pool is empty. | 机器池为空。
ended | The session has ended. Log in again. | 会话已结束，请重新登录。
everywhere | This ends every session of {user}, on all computers. | 这将结束 {user} 在所有电脑上的全部会话。
faults | Faults are made on purpose (SSA_FAULTS: {faults}) | 正在按设置制造故障（SSA_FAULTS：{faults}）
gone | No machine has the id {id}. | 没有编号为 {id} 的机器。
left | {duration} left | 剩余 {duration}
loading | Loading… | 正在加载…
loadingPool | Adding up the pool… | 正在汇总机器池…
logIn | Log in | 登录
logOut | Log out | 退出
logOutAll | Log out everywhere | 全部退出
machines | Machines | 机器
memory | After a reload you log in again. | 刷新页面后需重新登录。
needLook | {count} need a look | {count} 台需要处理
next | Next | 下一页
noMatch | No machine matches. | 没有匹配的机器。
noMember | No machine has a member “{name}”. | 没有机器有“{name}”字段。
notCopied | The browser refuses to copy. | 浏览器拒绝复制。
old |  This is how it was at {time}. | 以下为 {time} 的情况。
oldFile |  The list is from before. | 以下为之前的列表。
others | others | 其他
password | Password | 密码
pool | The pool | 机器池
previous | Previous | 上一页
range | {from}–{to} of {of} | 第 {from}–{to} 台，共 {of} 台
refresh | Refresh | 刷新
same | {count} machines have the id {id}. | {count} 台机器的编号都是 {id}。
saveCsv | Save CSV | 保存 CSV
saveJson | Save JSON | 保存 JSON
saving | Saving… | 正在保存…
search | Search, or cpus>=48 | 搜索，或 cpus>=48
shortcut | / goes to the search | 按 / 键跳到搜索框
skip | Skip to the list | 跳到列表
skipped | {count} records left out | 略过 {count} 条记录
sumCpus | {n} processors | {n} 个处理器
sumMachines | {n} machines | {n} 台机器
sumMem | {n} memory | 内存 {n}
sumRunning | {n} running | 运行中 {n}
username | User name | 用户名
up | Up | 正常
partsDown | Down: {parts}. | 故障：{parts}。
broken | The service has an internal error. | 服务内部错误。
busy | Too many failed logins. Try again at {time}. | 登录失败次数过多，请于 {time} 再试。
cut | The answer ended early. | 应答不完整。
down | The service cannot answer now. | 服务暂时无法应答。
odd | This page has an error: {message} | 页面出错：{message}
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

const known = (tag) => languages.find((language) => tag?.startsWith(language));
let chosen = known(remember("language"));

export const language = () => chosen ?? known(navigator.languages.find(known)) ?? "en";

export function setLanguage(tag) {
	chosen = known(tag);
	remember("language", chosen);
}

export function say(key, values = {}) {
	return (texts.get(key)?.[languages.indexOf(language())] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

export function translatePage() {
	document.documentElement.lang = language();
	for (const at of document.querySelectorAll("[data-word]")) {
		const text = say(at.dataset.word);
		if (at.tagName === "INPUT") at.placeholder = at.ariaLabel = text;
		else if (at.textContent !== text) at.textContent = text;
	}
}
