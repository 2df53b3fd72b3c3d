// What a new user does and sees, from the user menu to the page that was written as them, and back.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { World } from "./world.mjs";

let world;
before(async () => {
  world = await World.start();
});
after(() => world?.end());

const pagesBy = async (accountId) =>
  (await world.control("GET", "/pages")).filter((page) => page.authorId === accountId && page.title.startsWith("Daily note"));

test("a person allows impersonation in a dialog, which says so in a flag and closes", async () => {
  const person = await world.newPerson();
  const page = await world.window(person.handle);
  const dialog = await world.dialog(page);
  await dialog.getByRole("heading", { name: "Allow Onbehalf to act as you?" }).waitFor();
  await dialog.getByText(`as ${person.displayName}`).waitFor();
  await world.picture(page, "road-dialog");
  await dialog.getByRole("button", { name: "Allow impersonation" }).click();
  await page.getByText(/Onbehalf may act as you until/).waitFor();
  await world.picture(page, "road-flag");
  await page.getByRole("dialog").waitFor({ state: "detached" });
});

test("“Not now” closes the dialog and changes nothing", async () => {
  const person = await world.newPerson();
  const page = await world.window(person.handle);
  const dialog = await world.dialog(page);
  await dialog.getByRole("button", { name: "Not now" }).click();
  await page.getByRole("dialog").waitFor({ state: "detached" });
  const frame = await world.fullPage(page);
  await frame.getByRole("button", { name: "Allow impersonation" }).waitFor();
});

test("a run refuses, then acts as the person who allowed it, then refuses again once it is taken back", async () => {
  const person = await world.newPerson();
  const page = await world.window(person.handle);
  const frame = await world.fullPage(page);
  const runNow = frame.getByRole("button", { name: "Run now" });

  await runNow.click();
  await frame.getByText("You have not allowed Onbehalf to act as you.").waitFor();
  assert.equal((await pagesBy(person.accountId)).length, 0);

  await frame.getByRole("button", { name: "Allow impersonation" }).click();
  await frame.getByRole("heading", { name: /Onbehalf may act as you until/ }).waitFor();
  await runNow.click();
  await frame.getByRole("link", { name: /Open in Confluence/ }).first().waitFor();
  await world.picture(page, "road-done");
  const [written, ...others] = await pagesBy(person.accountId);
  assert.match(written.title, /^Daily note, /);
  assert.equal(others.length, 0);
  const calls = await world.control("GET", `/calls?method=POST&caller=user:${encodeURIComponent(person.accountId)}`);
  assert.equal(calls.length, 1, "one call was made as the person");

  await frame.getByRole("link", { name: /Open in Confluence/ }).first().click();
  await page.getByRole("heading", { name: written.title }).waitFor();
  await page.getByText(person.displayName).first().waitFor();
  await world.picture(page, "road-page");

  const again = await world.fullPage(page);
  await again.getByText(`Create the page “${written.title}”`).waitFor();
  await again.getByRole("button", { name: "Stop allowing" }).click();
  await again.getByRole("button", { name: "Stop now" }).click();
  await again.getByRole("button", { name: "Allow impersonation" }).waitFor();
  await again.getByRole("button", { name: "Run now" }).click();
  await again.getByText("You have taken back your permission.").waitFor();
  assert.equal((await pagesBy(person.accountId)).length, 1);
});

test("the consent page is in no menu of its own, and opens full-width from a page's menu", async () => {
  const person = await world.newPerson();
  const page = await world.window(person.handle);
  await world.home(page);
  await page.getByRole("link", { name: "Weekly notes" }).first().click();
  await page.getByRole("heading", { name: "Weekly notes", level: 1 }).waitFor();
  assert.equal(await page.locator("nav a", { hasText: "Allow impersonation" }).count(), 0);
  await page.getByRole("button", { name: /more actions/i }).click();
  await page.getByRole("menuitem", { name: "Allow impersonation…" }).click();
  await world.frame(page).getByRole("button", { name: "Allow impersonation" }).waitFor();
});
