// Every text of the page, in English and Chinese.
import { remember } from "./dom.js";

const languages = ["en", "zh"];
const texts = new Map(
	`
about | See which machines run, and which need attention. | 查看哪些机器在运行，哪些需要处理。
asOf | as of {time} | 截至 {time}
clear | Clear filters | 清除筛选
close | Close | 关闭
columns | Columns | 选择列
copied | Copied | 已复制
copy | Copy | 复制
details | Details | 详情
emptyPool | The pool is empty. | 机器池为空。
ended | The session has ended. Log in again. | 会话已结束，请重新登录。
everywhere | This ends all sessions of {user}, on every computer. | 这将结束 {user} 在所有设备上的全部会话。
faults | Test faults are on (SSA_FAULTS: {faults}) | 测试故障已开启（SSA_FAULTS：{faults}）
gone | No machine has the id {id}. | 没有 id 为 {id} 的机器。
left | {duration} left | 剩余 {duration}
loading | Loading… | 正在加载…
loadingPool | Adding up the pool… | 正在汇总机器池…
logIn | Log in | 登录
logOut | Log out | 退出
logOutAll | Log out everywhere | 退出全部会话
machines | Machines | 机器
memory | Reloading the page logs you out. | 刷新页面后需重新登录。
needLook | {n} alert(s) | {n} 台需要处理
next | Next | 下一页
noMatch | No machine matches. | 没有匹配的机器。
noMember | No machine has a field “{name}”. | 没有机器有字段“{name}”。
notCopied | The browser did not allow copying. | 浏览器不允许复制。
old |  Data from {time}. | 以下为 {time} 的数据。
oldFile |  This list is from the last valid file. | 以下列表来自上一份有效文件。
others | others | 其他
password | Password | 密码
pool | The pool | 机器池
previous | Previous | 上一页
range | {from}–{to} of {of} | 第 {from}–{to} 台，共 {of} 台
refresh | Refresh | 刷新
same | {n} machines have the id {id}. | {n} 台机器的 id 都是 {id}。
saveCsv | Save CSV | 保存 CSV
saveJson | Save JSON | 保存 JSON
saving | Saving… | 正在保存…
search | Search, or cpus>=48 | 搜索，或 cpus>=48
shortcut | Press / to search | 按 / 键搜索
skip | Skip to the list | 跳到列表
skipped | {n} record(s) skipped | 略过 {n} 条记录
sumCpus | {n} processor(s) | {n} 个处理器
sumMachines | {n} machine(s) | {n} 台机器
sumMem | {n} memory | 内存 {n}
sumRunning | {n} running | 运行中 {n}
username | User name | 用户名
up | Up | 正常
partsDown | Down: {parts}. | 故障：{parts}。
broken | The service has an internal error. | 服务内部错误。
busy | Too many failed logins. Try again at {time}. | 登录失败次数过多，请于 {time} 再试。
cut | The response was cut short. | 响应不完整。
down | The service is unavailable. | 服务暂时不可用。
odd | Error in this page: {message} | 页面出错：{message}
offline | You are offline. | 您已离线。
other | Refused: {message} | 已拒绝：{message}
query | Invalid filter: {message} | 无效的筛选条件：{message}
session | Wrong user name or password. | 用户名或密码错误。
silent | The service does not respond. | 服务没有响应。
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

// "(s)" is left out when {n} is 1.
export function say(key, values = {}) {
	const text = texts.get(key)?.[languages.indexOf(language())] ?? key;
	return text.replace("(s)", String(values.n) === "1" ? "" : "s").replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

export function translatePage() {
	document.documentElement.lang = language();
	for (const at of document.querySelectorAll("[data-word]")) {
		const text = say(at.dataset.word);
		if (at.tagName === "INPUT") at.placeholder = at.ariaLabel = text;
		else if (at.textContent !== text) at.textContent = text;
	}
}
