// Reads /openapi.json and writes it out for people. Text goes in as text, never as markup.
"use strict";

const root = document.documentElement;

function setLanguage(lang) {
  root.dataset.lang = lang;
  root.lang = lang === "zh" ? "zh-CN" : "en";
  try { localStorage.setItem("linli-language", lang); } catch { /* private mode: the choice lasts for this page */ }
}

function storedLanguage() {
  try { return localStorage.getItem("linli-language"); } catch { return null; }
}

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.filter((child) => child !== null));
  return element;
}

// "中文 / English" becomes two spans of which one is shown; a text of one language is shown always.
function both(text) {
  const cut = text.indexOf(" / ");
  if (cut < 0) return document.createTextNode(text);
  return make("span", {}, make("span", { class: "zh" }, text.slice(0, cut)), make("span", { class: "en" }, text.slice(cut + 3)));
}

function resolve(spec, schema) {
  return schema && schema.$ref ? spec.components.schemas[schema.$ref.split("/").pop()] : schema || {};
}

function kindOf(spec, schema) {
  const shape = resolve(spec, schema);
  const types = [].concat(shape.type || (shape.properties ? "object" : "any"));
  if (shape.items) return `[${kindOf(spec, shape.items)}]` + (shape.maxItems ? `, ${shape.minItems ?? 0} … ${shape.maxItems}` : "");
  const parts = [types.join(" | ")];
  if (shape.format) parts.push(shape.format);
  if (shape.enum) parts.push(shape.enum.join(" · "));
  const low = shape.minimum ?? shape.minLength;
  const high = shape.maximum ?? shape.maxLength;
  if (low !== undefined || high !== undefined) parts.push(`${low ?? ""} … ${high ?? ""}`);
  if (shape.default !== undefined && shape.default !== null) parts.push(`= ${shape.default}`);
  return parts.join(", ");
}

function fieldList(spec, schema, isInput, depth = 0) {
  const shape = resolve(spec, schema);
  const inner = shape.items ? resolve(spec, shape.items) : shape;
  if (!inner.properties || depth > 4) return null;
  const rows = Object.entries(inner.properties).map(([name, field]) => make("li", {},
    make("code", {}, name), " ", make("span", { class: "kind" }, kindOf(spec, field)), " ",
    isInput && (inner.required || []).includes(name) ? make("span", { class: "needed" }, both("必填 / required")) : null,
    field.description ? make("div", { class: "kind" }, both(field.description)) : null,
    fieldList(spec, field, isInput, depth + 1)));
  return make("ul", { class: "fields" }, ...rows);
}

function example(spec, schema, depth = 0) {
  const shape = resolve(spec, schema);
  if (depth > 4) return null;
  if (shape.example !== undefined) return shape.example;
  if (shape.enum) return shape.enum[0];
  if (shape.properties) {
    const named = Object.entries(shape.properties).filter(([name]) => (shape.required || []).includes(name));
    return Object.fromEntries(named.map(([name, field]) => [name, example(spec, field, depth + 1)]));
  }
  if (shape.items) return [example(spec, shape.items, depth + 1)];
  const type = [].concat(shape.type)[0];
  if (type === "integer") return shape.minimum ?? 1;
  if (type === "boolean") return true;
  return { uuid: "0198c1d2-0000-7000-8000-000000000000", "date-time": "2026-11-21T08:00:00+08:00", date: "2026-11-21" }[shape.format] ?? "…";
}

function curl(spec, path, method, operation) {
  const lines = [`curl -X ${method.toUpperCase()} "$LINLI${path}"`];
  if ((operation.security || []).length) lines.push(`-H "Authorization: Bearer $TOKEN"`);
  const body = operation.requestBody?.content["application/json"].schema;
  if (body) lines.push(`-H "Content-Type: application/json"`, `-d '${JSON.stringify(example(spec, body))}'`);
  return make("pre", {}, lines.join(" \\\n  "));
}

function parameters(spec, shared, operation) {
  const all = [...(shared || []), ...(operation.parameters || [])];
  if (!all.length) return null;
  return make("ul", { class: "fields" }, ...all.map((parameter) => make("li", {},
    make("code", {}, parameter.name), " ", make("span", { class: "kind" }, `${parameter.in}, ${kindOf(spec, parameter.schema)}`), " ",
    parameter.required ? make("span", { class: "needed" }, both("必填 / required")) : null,
    parameter.description ? make("div", { class: "kind" }, both(parameter.description)) : null)));
}

function answers(spec, operation) {
  const entries = Object.entries(operation.responses).sort();
  const good = entries.filter(([status]) => status < "300");
  const bad = entries.filter(([status]) => status >= "300");
  const shown = good.map(([status, answer]) => make("div", {},
    make("span", { class: "status s2" }, status), answer.description,
    fieldList(spec, answer.content?.["application/json"]?.schema, false)));
  return make("div", {}, ...shown, ...bad.map(([status, answer]) => make("span", { class: "status", title: answer.description }, status)));
}

function section(title, content) {
  return content ? make("section", {}, make("h3", {}, both(title)), content) : null;
}

function route(spec, path, method, shared, operation) {
  const roles = operation["x-roles"] || [];
  const who = roles.length ? roles.map((role) => make("span", { class: "chip" }, role)) : [make("span", { class: "chip" }, both("无需登录 / no sign-in"))];
  const body = operation.requestBody?.content["application/json"].schema;
  return make("details", { class: "route", id: operation.operationId || `${method}${path}` },
    make("summary", {}, make("span", { class: `method ${method}` }, method.toUpperCase()), make("span", { class: "path" }, path),
      make("span", { class: "title" }, both(operation.summary || ""))),
    make("div", { class: "body" },
      operation.description ? make("p", {}, both(operation.description)) : null,
      section("谁可以用 / Who may", make("div", {}, ...who)),
      section("参数 / Parameters", parameters(spec, shared, operation)),
      section("请求体 / Body", body ? fieldList(spec, body, true) : null),
      section("回答 / Answers", answers(spec, operation)),
      section("示例 / Example", curl(spec, path, method, operation))));
}

function render(spec, place) {
  const groups = new Map((spec.tags || []).map((tag) => [tag.name, { title: tag.description || tag.name, routes: [] }]));
  for (const [path, item] of Object.entries(spec.paths)) {
    for (const method of ["get", "post", "put", "patch", "delete"]) {
      if (!item[method]) continue;
      const tag = (item[method].tags || ["…"])[0];
      if (!groups.has(tag)) groups.set(tag, { title: tag, routes: [] });
      groups.get(tag).routes.push(route(spec, path, method, item.parameters, item[method]));
    }
  }
  for (const group of groups.values()) {
    if (group.routes.length) place.append(make("section", { class: "group" }, make("h2", {}, both(group.title)), ...group.routes));
  }
}

function search(place, text) {
  const wanted = text.trim().toLowerCase();
  for (const group of place.querySelectorAll(".group")) {
    let found = 0;
    for (const item of group.querySelectorAll(".route")) {
      const hit = item.textContent.toLowerCase().includes(wanted);
      item.classList.toggle("hidden", !hit);
      found += hit;
    }
    group.classList.toggle("hidden", !found);
  }
}

function openTarget() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target instanceof HTMLDetailsElement) { target.open = true; target.scrollIntoView(); }
}

setLanguage(storedLanguage() || "zh");
document.getElementById("language").addEventListener("click", () => setLanguage(root.dataset.lang === "zh" ? "en" : "zh"));

const place = document.getElementById("routes");
if (place) {
  fetch("/openapi.json").then((answer) => answer.json()).then((spec) => {
    render(spec, place);
    openTarget();
    window.addEventListener("hashchange", openTarget);
    document.getElementById("search").addEventListener("input", (event) => search(place, event.target.value));
  }).catch(() => place.append(make("p", {}, both("读取 /openapi.json 失败,请刷新。 / Could not read /openapi.json; please reload."))));
}
