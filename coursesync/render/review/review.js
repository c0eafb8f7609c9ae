"use strict";

// Shows the plan that the page carries. Each course is a card; opening it shows the course before and
// after, side by side, with the changes. Text from outlines is only ever set as text, never as HTML.

const courses = JSON.parse(document.getElementById("model").textContent);
const list = document.getElementById("courses");
const search = document.getElementById("search");
const select = document.getElementById("course");
const actions = document.getElementById("actions");
const found = document.getElementById("found");

function make(tag, words = "", classes = "") {
  const made = document.createElement(tag);
  if (words) made.textContent = words;
  if (classes) made.className = classes;
  return made;
}

function sentence(pieces, classes = "") {
  const made = make("p", "", classes);
  pieces.forEach((each) => made.append(each.typed ? make("code", each.text) : each.text));
  return made;
}

function plural(number, noun) {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}

// --- contents as members read them; the page carries nothing that could run or load

function withoutPictures(html) {
  const holder = document.createElement("template"); // its contents load nothing
  holder.innerHTML = html;
  holder.content.querySelectorAll("img").forEach((image) => {
    const words = image.alt || image.getAttribute("src") || "without an address";
    image.replaceWith(make("p", `Picture: ${words}`, "picture"));
  });
  return holder.innerHTML;
}

function frame(html, name) {
  const shown = make("iframe");
  shown.setAttribute("sandbox", "");
  shown.title = name;
  const style = document.getElementById("frame").innerHTML;
  shown.srcdoc = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Contents</title>${style}<body>${withoutPictures(html)}`;
  return shown;
}

function rendered(contents, title) {
  const both = make("div", "", "sides");
  const sides = [["Before", contents.was], ["After", contents.now]];
  sides.forEach(([word, html]) => {
    if (html === null) return;
    const side = make("figure");
    const read = html.trim() ? frame(html, `${word}: ${title}`) : make("p", "No contents.", "none");
    side.append(make("figcaption", word), read);
    both.append(side);
  });
  return both;
}

// --- differences

function source(lines) {
  const block = make("pre", "", "lines");
  block.tabIndex = 0;
  lines.forEach((line) => {
    const row = make("span", "", line.fold ? "fold" : { "+": "new", "-": "gone" }[line.mark] || "same");
    if (line.fold) {
      row.textContent = `  ${line.fold}\n`;
    } else {
      row.append(`${line.mark} `);
      line.pieces.forEach(([text, changed]) => row.append(changed ? make("b", text) : text));
      row.append(line.note ? ` (${line.note})\n` : "\n");
    }
    block.append(row);
  });
  return block;
}

function table(differences, title) {
  const made = make("table");
  made.append(make("caption", `What changes in ${title}`, "unseen"));
  const head = made.createTHead().insertRow();
  ["Field", "Before", "After"].forEach((word) => {
    const cell = make("th", word);
    cell.scope = "col";
    head.append(cell);
  });
  const body = made.createTBody();
  differences.forEach((each) => {
    const row = body.insertRow();
    const field = make("th", each.field);
    field.scope = "row";
    row.append(field, make("td", each.before), make("td", each.remark ? `${each.after} (${each.remark})` : each.after));
  });
  return made;
}

function contents(read, title) {
  if (read.cut) return [make("p", "These contents are too long to show here.")];
  const parts = [make("h4", "contents, as members read them"), rendered(read, title)];
  const names = read.left_out.map((name) => `<${name}>`).join(", ");
  if (names) parts.push(make("p", `Not shown, because it could run or load something: ${names}`));
  return parts;
}

function detail(change) {
  const inside = make("div", "", "inside");
  inside.append(make("p", change.address, "address"));
  if (change.remark) inside.append(make("p", change.remark));
  if (change.question.length) inside.append(sentence(change.question));
  change.settle.forEach((line) => inside.append(sentence(line)));
  const short = change.differences.filter((each) => !each.lines.length);
  if (short.length) inside.append(table(short, change.title));
  change.differences.filter((each) => each.lines.length).forEach((each) => {
    inside.append(make("h4", `${each.field}, as source`), source(each.lines));
  });
  if (change.contents) inside.append(...contents(change.contents, change.title));
  return inside;
}

// --- courses

function station(each, course) {
  const item = make("li", "", "station");
  const change = each.change === null ? null : course.changes[each.change];
  item.append(make("span", each.title, "title"));
  const when = each.after ? `${each.when}, “${each.after}”` : each.when;
  item.append(make("span", each.hidden ? `${when}; hidden from members` : when, "when"));
  if (each.leaves) {
    item.classList.add("is-changed", "is-leaving");
    item.append(make("p", `${course.departures.mark} ${each.leaves}`, "leaves"));
  }
  if (!change) return item;
  item.classList.add("is-changed", `is-${change.action}`);
  if (change.move) item.append(make("span", change.move, "moved"));
  const more = make("details");
  const name = make("summary");
  name.append(make("span", change.mark, "mark"), ` ${change.verb}`, make("span", `: ${each.title}`, "unseen"));
  more.append(name);
  more.addEventListener("toggle", () => {
    if (more.open && more.children.length === 1) more.append(detail(change));
  });
  item.append(more);
  return item;
}

function way(course, side, word) {
  const column = make("section", "", "way");
  column.append(make("h3", word));
  if (!course[side].length) {
    column.append(make("p", "None.", "none"));
    return column;
  }
  let line = null;
  let heading = null;
  const items = [];
  course[side].forEach((each) => {
    const item = station(each, course);
    items.push(item);
    if (each.inside !== null) {
      const holder = items[each.inside];
      if (holder.lastElementChild.tagName !== "OL") holder.append(make("ol"));
      holder.lastElementChild.append(item);
      return;
    }
    if (each.heading !== heading) {
      heading = each.heading;
      line = make("ol");
      if (heading) column.append(make("h4", heading));
      column.append(line);
    }
    line.append(item);
  });
  return column;
}

function counts(course) {
  const numbers = new Map();
  course.changes.forEach(({ counted, mark, nouns }) => {
    const key = `${mark} ${counted} ${nouns}`;
    const number = numbers.has(key) ? numbers.get(key).number + 1 : 1;
    numbers.set(key, { mark, number, counted, noun: nouns[number === 1 ? 0 : 1] });
  });
  const found = [...numbers.values()];
  const { mark, counted, number } = course.departures;
  if (number) found.push({ mark, number, counted });
  if (course.asked.length) found.push({ mark: "?", number: course.asked.length, counted: "for you to answer" });
  return found.map((each) => [each.mark, each.number, each.noun, each.counted].filter(Boolean).join(" ")).join(", ");
}

function card(course) {
  const made = make("details", "", "course");
  const name = make("summary");
  name.append(make("h2", course.title), make("span", counts(course), "counts"));
  made.append(name);
  made.addEventListener("toggle", () => {
    if (!made.open || made.children.length > 1) return;
    made.append(make("p", `course ${course.id}, ${course.path || "without an outline"}`, "origin"));
    course.asked.forEach((pieces) => made.append(sentence(pieces, "asked")));
    const sides = make("div", "", "sides");
    sides.append(way(course, "before", "Before"), way(course, "after", "After"));
    made.append(sides);
  });
  return made;
}

// --- search and filters

const cards = courses.map((course) => ({
  course,
  node: card(course),
  text: [
    course.title,
    ...[...course.before, ...course.after].map((each) => each.title),
    ...course.changes.map((each) => each.address),
  ].join("\n").toLowerCase(),
}));
const chosen = new Set();

function matches({ course, text }) {
  const words = search.value.trim().toLowerCase();
  return (
    (!words || text.includes(words)) &&
    (!select.value || String(course.id) === select.value) &&
    (!chosen.size || course.changes.some((change) => chosen.has(change.action)))
  );
}

function show() {
  let number = 0;
  let changes = 0;
  cards.forEach((each) => {
    const isShown = matches(each);
    each.node.hidden = !isShown;
    if (!isShown) return;
    number += 1;
    changes += each.course.changes.length;
  });
  found.textContent = `${plural(number, "course")} of ${courses.length.toLocaleString("en")}, with ${plural(changes, "change")}.`;
}

function offerActions() {
  const known = new Map();
  courses.forEach((course) => course.changes.forEach((change) => known.set(change.action, change)));
  known.forEach(({ action, verb, mark }) => {
    const choice = make("button", `${mark} ${verb}`);
    choice.type = "button";
    choice.setAttribute("aria-pressed", "false");
    choice.addEventListener("click", () => {
      const on = !chosen.delete(action);
      if (on) chosen.add(action);
      choice.setAttribute("aria-pressed", String(on));
      show();
    });
    actions.append(choice);
  });
}

select.append(new Option("All courses", ""));
courses.forEach((course) => select.append(new Option(course.title, course.id)));
list.append(...cards.map((each) => each.node));
offerActions();
if (cards.length && cards.length <= 3) cards.forEach((each) => { each.node.open = true; });
document.getElementById("controls").hidden = !courses.length;
document.getElementById("controls").addEventListener("submit", (event) => event.preventDefault());
search.addEventListener("input", show);
select.addEventListener("change", show);
document.addEventListener("keydown", (event) => {
  const typing = /^(input|select|textarea)$/i.test(event.target.tagName);
  if (event.key === "/" && !typing) {
    event.preventDefault();
    search.focus();
  } else if (event.key === "Escape" && event.target === search) {
    search.value = "";
    show();
  }
});

const theme = document.getElementById("theme");
theme.hidden = false;
theme.addEventListener("click", () => {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const now = document.documentElement.dataset.theme || (dark ? "dark" : "light");
  document.documentElement.dataset.theme = now === "dark" ? "light" : "dark";
});
show();
