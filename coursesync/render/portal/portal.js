"use strict";

// Shows which records are open on a day to a member who has done the ticked ones, and reloads the page
// when its outlines change. Without this script every record is shown as locked, with its title only.

const records = [...document.querySelectorAll(".record")];
const day = document.getElementById("day");
const hidden = document.getElementById("hidden");
const kept = `coursesync ${location.pathname}`;

const ticks = records.map((_, index) => document.querySelector(`[data-done="${index}"]`));
const inside = records.map((_, index) =>
  records.flatMap((record, other) => (record.dataset.inside === String(index) ? [other] : [])),
);

function isSeen(index) {
  return !records[index].classList.contains("is-hidden");
}

function steps(index) {
  return inside[index].filter((other) => isSeen(other) && (ticks[other] || steps(other).length));
}

// a record with steps in it has no tick: it is done once they are
function isDone(index) {
  if (ticks[index]) return ticks[index].checked;
  const within = steps(index);
  return within.length > 0 && within.every(isDone);
}

function opens(record, isOpen) {
  if (record.classList.contains("is-hidden")) return hidden.checked;
  if (Number(record.dataset.day) > Number(day.value)) return false;
  if (record.dataset.inside !== "" && !isOpen[Number(record.dataset.inside)]) return false;
  const follows = record.dataset.follows;
  if (follows === "") return true;
  // the first record in a course has none before it that could be done, so it never opens
  const before = Number(follows);
  return before >= 0 && isOpen[before] && isDone(before);
}

function fit(frame) {
  const inner = frame.contentDocument;
  if (inner && inner.body) frame.style.height = `${inner.body.scrollHeight}px`;
}

function show() {
  document.getElementById("shown").textContent = day.value;
  const isOpen = [];
  records.forEach((record, index) => {
    record.hidden = record.classList.contains("is-hidden") && !hidden.checked;
    isOpen[index] = opens(record, isOpen);
    record.classList.toggle("is-open", isOpen[index]);
    record.classList.toggle("is-done", isOpen[index] && isDone(index));
    if (isOpen[index]) record.querySelectorAll(":scope > .inside iframe").forEach(fit);
  });
  const numbers = new Map();
  records.filter((record) => !record.hidden).forEach((record) => {
    const [open, all] = numbers.get(record.dataset.nouns) || [0, 0];
    numbers.set(record.dataset.nouns, [open + record.classList.contains("is-open"), all + 1]);
  });
  const summary = document.getElementById("open");
  const counts = [...numbers].map(([nouns, [open, all]]) => `${open} of ${all} ${nouns}`);
  summary.textContent = `${counts.join(" and ") || `0 of 0 ${summary.dataset.nouns}`} are open.`;
  // by address: a record that is inserted moves no tick
  const addresses = (list) => list.map((record) => record.dataset.address);
  const done = addresses(records.filter((_, index) => ticks[index] && ticks[index].checked));
  const opened = addresses(records.filter((record) => record.querySelector(":scope > details[open]")));
  sessionStorage.setItem(kept, JSON.stringify({ day: day.value, hidden: hidden.checked, done, opened }));
}

function restore() {
  const before = JSON.parse(sessionStorage.getItem(kept) || "null");
  if (!before) return;
  day.value = before.day;
  hidden.checked = before.hidden;
  records.forEach((record, index) => {
    if (ticks[index]) ticks[index].checked = before.done.includes(record.dataset.address);
    const more = record.querySelector(":scope > details");
    if (more) more.open = before.opened.includes(record.dataset.address);
  });
}

if (day) {
  restore();
  document.addEventListener("input", show);
  document.querySelectorAll("details.inside").forEach((more) => more.addEventListener("toggle", show));
  document.querySelectorAll("iframe").forEach((frame) => frame.addEventListener("load", () => fit(frame)));
  document.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
  show();
}

async function watch() {
  const shown = document.documentElement.dataset.version;
  try {
    const answer = await fetch("/version", { cache: "no-store" });
    if (answer.ok && (await answer.text()) !== shown) {
      location.reload();
      return;
    }
  } catch {
    // the preview has ended, or is restarting
  }
  setTimeout(watch, 700);
}

// a page that was written to a file has no version
if (document.documentElement.dataset.version) setTimeout(watch, 700);
