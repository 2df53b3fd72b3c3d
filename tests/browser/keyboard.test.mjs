// Everything works by keyboard, and the focus is where a person expects it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { World, until } from "./world.mjs";

let world;
before(async () => {
  world = await World.start();
});
after(() => world?.end());

const button = (frame, name) => frame.getByRole("button", { name, exact: true });

/** What has the focus in the app's document: a control by its name, anything else by its element. */
const focused = (page) =>
  world.document(page).evaluate(() => {
    const element = document.activeElement;
    const name = element.labels?.[0]?.querySelector(".name") ?? element.labels?.[0] ?? element;
    return element.matches("a, button, input") ? name.innerText.split("\n")[0].trim() : element.localName;
  });

async function press(page, ...keys) {
  for (const key of keys) {
    await page.keyboard.press(key);
  }
}

/** Presses Tab until this has the focus, and tells what had it on the way. */
async function tabTo(page, name) {
  const way = [];
  while (way.at(-1) !== name) {
    assert.ok(way.length < 30, `Tab does not lead to ${name}: ${way.join(", ")}`);
    await press(page, "Tab");
    way.push(await focused(page));
  }
  return way;
}

test("from the heading, Tab leads through the choices to “Allow impersonation”", async () => {
  const person = await world.newPerson();
  const page = await world.window(person.handle);
  const frame = await world.fullPage(page);
  await frame.getByRole("heading", { level: 1 }).focus();
  // Of a group of radio buttons, Tab reaches the one that is chosen.
  assert.deepEqual(await tabTo(page, "Allow impersonation"), ["Read and write", "30 days", "Allow impersonation"]);
  await press(page, "Tab");
  assert.equal(await focused(page), "Not now");
});

test("the arrow keys choose", async () => {
  const person = await world.newPerson();
  const page = await world.window(person.handle);
  const frame = await world.fullPage(page);
  await frame.getByRole("heading", { level: 1 }).focus();
  await tabTo(page, "Read and write");
  await press(page, "ArrowUp");
  assert.equal(await frame.getByRole("radio", { name: "Read", exact: true }).isChecked(), true);
  await tabTo(page, "30 days");
  await press(page, "ArrowRight", "ArrowRight");
  assert.equal(await frame.getByRole("radio", { name: "Until a date…" }).isChecked(), true);
  await tabTo(page, "Allow impersonation");
  await press(page, "Enter");
  await frame.locator("input[type=date]:focus").waitFor();
  const day = evenDay();
  await page.keyboard.type(`${day.slice(8)}${day.slice(5, 7)}${day.slice(0, 4)}`);
  assert.equal(await frame.getByLabel("Last day").inputValue(), day);
  await tabTo(page, "Allow impersonation");
  await press(page, "Enter");
  await frame.getByRole("heading", { name: /Onbehalf may act as you until/ }).waitFor();
  const consent = await world.api(person.handle, "GET", "/api/consent");
  assert.equal(consent.access, "read");
});

/** The next day that reads the same however a browser orders day and month: 12 December, 1 January, … */
function evenDay() {
  const inDays = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
  const days = Array.from({ length: 60 }, (_, ahead) => inDays(ahead + 2));
  return days.find((day) => day.slice(5, 7) === day.slice(8));
}

test("after “Allow impersonation” and after “Stop now” the heading has the focus", async () => {
  const person = await world.newPerson();
  const page = await world.window(person.handle);
  const frame = await world.fullPage(page);
  await button(frame, "Allow impersonation").focus();
  await press(page, "Enter");
  await frame.locator("h1:focus", { hasText: "Onbehalf may act as you until" }).waitFor();
  await tabTo(page, "Stop allowing");
  await press(page, "Enter");
  await frame.locator("h2:focus", { hasText: "Stop Onbehalf from acting as you?" }).waitFor();
  await tabTo(page, "Stop now");
  await press(page, "Enter");
  await frame.locator("h1:focus", { hasText: "Onbehalf may not act as you" }).waitFor();
});

test("Escape closes the question whether to stop, and the focus goes back", async () => {
  const person = await world.newPerson();
  await world.consent(person.handle);
  const page = await world.window(person.handle);
  const frame = await world.fullPage(page);
  await button(frame, "Stop allowing").focus();
  await press(page, "Enter");
  await button(frame, "Stop now").waitFor();
  await press(page, "Escape");
  await button(frame, "Stop now").waitFor({ state: "detached" });
  await until(async () => (await focused(page)) === "Stop allowing");
  assert.equal((await world.api(person.handle, "GET", "/api/consent")).state, "active");
});

test("in a dialog, Escape closes the question first, and then the dialog", async () => {
  const person = await world.newPerson();
  await world.consent(person.handle);
  const page = await world.window(person.handle);
  const frame = await world.dialog(page);
  await button(frame, "Stop allowing").focus();
  await press(page, "Enter");
  await button(frame, "Stop now").waitFor();
  await press(page, "Escape");
  await until(async () => (await focused(page)) === "Stop allowing");
  assert.equal(await page.getByRole("dialog").count(), 1);
  await press(page, "Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
});

test("a dialog that closes gives the focus back to what opened it", async () => {
  const person = await world.newPerson();
  const page = await world.window(person.handle);
  await world.home(page);
  const opener = page.getByRole("button", { name: "Your profile and settings" });
  await opener.focus();
  await press(page, "Enter");
  await page.getByRole("menuitem", { name: "Allow impersonation…" }).focus();
  await press(page, "Enter");
  const frame = world.frame(page.getByRole("dialog"));
  await button(frame, "Not now").focus();
  await press(page, "Enter");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  assert.equal(await opener.evaluate((node) => node === document.activeElement), true);
});

test("the form to renew takes the focus, and gives it back", async () => {
  const person = await world.newPerson();
  await world.consent(person.handle);
  const page = await world.window(person.handle);
  const frame = await world.fullPage(page);
  await button(frame, "Renew or change").focus();
  await press(page, "Enter");
  await button(frame, "Keep as it is").waitFor();
  await tabTo(page, "Keep as it is");
  await press(page, "Enter");
  await button(frame, "Keep as it is").waitFor({ state: "detached" });
  await until(async () => (await focused(page)) === "Renew or change");
});
