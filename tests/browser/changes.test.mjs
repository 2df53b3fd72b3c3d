// Changing a consent: less access, a longer time, and what another window knows of it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { World } from "./world.mjs";

let world;
before(async () => {
  world = await World.start();
});
after(() => world?.end());

const button = (frame, name) => frame.getByRole("button", { name, exact: true });
const radio = (frame, name) => frame.getByRole("radio", { name, exact: true });
const consentOf = (person) => world.api(person.handle, "GET", "/api/consent");

test("whoever narrows the access to reading has nothing written any more", async () => {
  const person = await world.newPerson();
  await world.consent(person.handle);
  const page = await world.window(person.handle);
  const frame = await world.fullPage(page);
  await button(frame, "Renew or change").click();
  await radio(frame, "Read").check();
  await button(frame, "Allow impersonation").click();
  await button(frame, "Stop allowing").waitFor();
  assert.equal((await consentOf(person)).access, "read");
  await button(frame, "Run now").click();
  await frame.getByText("Your permission covers reading only.").waitFor();
  const written = await world.control("GET", "/pages");
  assert.deepEqual(written.filter((page) => page.authorId === person.accountId && /^Daily note/.test(page.title)), []);
});

test("a renewal takes the place of the consent before it", async () => {
  const person = await world.newPerson();
  const before = await world.consent(person.handle, { days: 1 });
  const page = await world.window(person.handle);
  const frame = await world.fullPage(page);
  await button(frame, "Renew").first().click();
  await radio(frame, "90 days").check();
  await button(frame, "Allow impersonation").click();
  await button(frame, "Stop allowing").waitFor();
  await button(frame, "Keep as it is").waitFor({ state: "detached" });
  const now = await consentOf(person);
  assert.equal(now.state, "active");
  assert.notEqual(now.id, before.id);
  assert.ok(Date.parse(now.expiresAt) - Date.parse(before.expiresAt) > 88 * 86_400_000);
  assert.equal(await button(frame, "Renew").count(), 0, "it no longer ends soon");
});

test("until a day of one's own choice", async () => {
  const person = await world.newPerson();
  const page = await world.window(person.handle);
  const frame = await world.fullPage(page);
  await radio(frame, "Until a date…").check();
  const field = frame.getByLabel("Last day");
  const last = new Date(Date.now() + 10 * 86_400_000).toISOString().slice(0, 10);
  await field.fill(last);
  await button(frame, "Allow impersonation").click();
  await button(frame, "Stop allowing").waitFor();
  const { expiresAt } = await consentOf(person);
  // The end of that day where the person is: in Berlin, as the window says.
  const berlin = new Intl.DateTimeFormat("sv", { timeZone: "Europe/Berlin", dateStyle: "short", timeStyle: "short" });
  assert.equal(berlin.format(Date.parse(expiresAt)), `${last} 23:59`);
});

test("a window that is out of date is told so, and shows how it is now", async () => {
  const person = await world.newPerson();
  await world.consent(person.handle);
  const [old, other] = [await world.window(person.handle), await world.window(person.handle)];
  const [oldFrame, otherFrame] = [await world.fullPage(old), await world.fullPage(other)];
  await button(oldFrame, "Renew or change").click();

  await button(otherFrame, "Stop allowing").click();
  await button(otherFrame, "Stop now").click();
  await button(otherFrame, "Allow impersonation").waitFor();

  await button(oldFrame, "Allow impersonation").click();
  await oldFrame.getByRole("alert").getByText("The permission that you wanted to renew has ended or was replaced.").waitFor();
  await oldFrame.getByRole("heading", { name: "Onbehalf may not act as you" }).waitFor();
  await oldFrame.getByText("You took back your permission").waitFor();
  await world.picture(old, "changes-out-of-date");
  assert.equal((await consentOf(person)).state, "revoked", "what was taken back stays so");
});

test("two windows that renew: the second is told of the first", async () => {
  const person = await world.newPerson();
  await world.consent(person.handle);
  const [first, second] = [await world.window(person.handle), await world.window(person.handle)];
  const [firstFrame, secondFrame] = [await world.fullPage(first), await world.fullPage(second)];
  for (const frame of [firstFrame, secondFrame]) {
    await button(frame, "Renew or change").click();
  }
  await radio(firstFrame, "Read").check();
  await button(firstFrame, "Allow impersonation").click();
  await button(firstFrame, "Stop allowing").waitFor();
  const renewed = await consentOf(person);

  await button(secondFrame, "Allow impersonation").click();
  await secondFrame.getByRole("alert").getByText("The permission that you wanted to renew has ended or was replaced.").waitFor();
  assert.deepEqual(await consentOf(person), renewed);
});
