"use strict";

// Shows which records are open on a day to a member who has done the ticked ones, and reloads the page
// when its outlines change. Without this script every record is shown as locked, with its title only.

const records = [...document.querySelectorAll(".record")];
const day = document.getElementById("day");
const hidden = document.getElementById("hidden");
const kept = `coursesync ${location.pathname}`;

function isDone(index) {
  return document.querySelector(`[data-done="${index}"]`).checked;
}

function opens(record, isOpen) {
  if (record.classList.contains("is-hidden")) return hidden.checked;
  if (Number(record.dataset.day) > Number(day.value)) return false;
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
    if (isOpen[index]) record.querySelectorAll("iframe").forEach(fit);
  });
  const visible = records.filter((record) => !record.hidden);
  const open = visible.filter((record) => record.classList.contains("is-open"));
  const summary = document.getElementById("open");
  summary.textContent = `${open.length} of ${visible.length} ${summary.dataset.nouns} are open.`;
  // by address: a record that is inserted moves no tick
  const done = records.filter((_, index) => isDone(index)).map((record) => record.dataset.address);
  sessionStorage.setItem(kept, JSON.stringify({ day: day.value, hidden: hidden.checked, done }));
}

function restore() {
  const before = JSON.parse(sessionStorage.getItem(kept) || "null");
  if (!before) return;
  day.value = before.day;
  hidden.checked = before.hidden;
  records.forEach((record, index) => {
    document.querySelector(`[data-done="${index}"]`).checked = before.done.includes(record.dataset.address);
  });
}

if (day) {
  restore();
  document.addEventListener("input", show);
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

setTimeout(watch, 700);
