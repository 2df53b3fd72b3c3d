// What a person sees of what admins do: that everything is paused, that somebody asks, and, for admins, their own tab.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { look } from "./look.mjs";
import { World, until } from "./world.mjs";

let world;
before(async () => {
  world = await World.start();
});
after(() => world?.end());

test("a person reads who asks and why, and declines", async () => {
  const person = await world.newPerson();
  await world.api("ada", "POST", "/api/admin/asks", { accounts: [person.accountId], note: "For the weekly report." });
  const page = await world.window(person.handle);
  const frame = await world.fullPage(page);
  await frame.getByText("Ada Admin asks you to allow this: “For the weekly report.”").waitFor();
  await look(world, page, "asked");
  await frame.getByRole("button", { name: "Decline" }).click();
  await frame.getByText("Nothing was changed.").waitFor();
  await until(async () => (await world.api("ada", "GET", "/api/admin/asks")).items[0].declinedAt);
  const anew = await world.fullPage(page);
  await anew.getByRole("button", { name: "Allow impersonation" }).waitFor();
  assert.equal(await anew.getByRole("button", { name: "Decline" }).count(), 0);
});

test("a person who is asked can agree, which answers it", async () => {
  const person = await world.newPerson();
  await world.api("ada", "POST", "/api/admin/asks", { accounts: [person.accountId] });
  const page = await world.window(person.handle);
  const frame = await world.fullPage(page);
  await frame.getByText("Ada Admin asks you to allow this.").waitFor();
  await frame.getByRole("button", { name: "Allow impersonation" }).click();
  await frame.getByRole("heading", { name: /Onbehalf may act as you until/ }).waitFor();
  const { items } = await world.api("ada", "GET", "/api/admin/asks");
  assert.equal(items.filter((ask) => ask.person.accountId === person.accountId).length, 0);
});

test("whoever has agreed is not asked any more, also once they take it back", async () => {
  const person = await world.newPerson();
  await world.api("ada", "POST", "/api/admin/asks", { accounts: [person.accountId] });
  const page = await world.window(person.handle);
  const frame = await world.fullPage(page);
  await frame.getByRole("button", { name: "Decline" }).waitFor();
  await frame.getByRole("button", { name: "Allow impersonation" }).click();
  await frame.getByRole("button", { name: "Stop allowing" }).click();
  await frame.getByRole("button", { name: "Stop now" }).click();
  await frame.getByText("You took back your permission").waitFor();
  assert.equal(await frame.getByRole("button", { name: "Decline" }).count(), 0);
});

test("while everything is paused, the page says so and why", async () => {
  const person = await world.newPerson();
  await world.consent(person.handle);
  await world.api("ada", "PUT", "/api/admin/pause", { reason: "Something is odd." });
  const page = await world.window(person.handle);
  const frame = await world.fullPage(page);
  await frame.getByText("Everything is paused", { exact: true }).waitFor();
  await frame.getByText(/Ada Admin: “Something is odd.”/).waitFor();
  await look(world, page, "everything-paused");
  const { token } = await world.control("POST", "/tokens", { kind: "context", person: "ada" });
  await fetch(`${world.appUrl}/api/admin/pause`, { method: "DELETE", headers: { authorization: `JWT ${token}` } });
  const anew = await world.fullPage(page);
  await anew.getByRole("heading", { name: /Onbehalf may act as you until/ }).waitFor();
  assert.equal(await anew.getByText("Everything is paused", { exact: true }).count(), 0);
});

test("an admin finds what admins see beside what is their own, and it is fetched only then", async () => {
  const page = await world.window("ada");
  const loaded = [];
  page.on("request", (request) => loaded.push(request.url()));
  const ofAdmins = () => loaded.filter((url) => url.includes("/assets/admin-"));
  const frame = await world.fullPage(page);
  await frame.getByRole("button", { name: "Allow impersonation" }).waitFor();
  assert.deepEqual(ofAdmins(), []);
  await frame.getByRole("tab", { name: "For me" }).focus();
  await page.keyboard.press("ArrowRight");
  await frame.getByRole("tab", { name: "Overview" }).waitFor();
  assert.equal(await frame.getByRole("button", { name: "Allow impersonation" }).count(), 0);
  await frame.getByRole("heading", { name: "What needs attention" }).waitFor();
  await look(world, page, "admin-tab");
  await frame.getByRole("tab", { name: "For me" }).click();
  await frame.getByRole("button", { name: "Allow impersonation" }).waitFor();

  // However often it is looked at, its style is there once.
  await frame.getByRole("tab", { name: "For admins" }).click();
  await frame.getByRole("tab", { name: "Overview" }).waitFor();
  assert.equal(await frame.locator("link[rel=stylesheet][href*='/assets/admin-']").count(), 1);

  // Whoever is no admin has no such tab.
  const alice = await world.window("alice");
  const hers = await world.fullPage(alice);
  await hers.getByRole("button", { name: "Allow impersonation" }).waitFor();
  assert.equal(await hers.getByRole("tab").count(), 0);
});

for (const part of ["js", "wasm"]) {
  test(`an admin whose part of the page does not come is told so: ${part}`, async () => {
    const page = await world.window("ada");
    await page.route(new RegExp(`/assets/admin-.*\\.${part}$`), (route) => route.abort());
    const frame = await world.fullPage(page);
    await frame.getByRole("tab", { name: "For admins" }).click();
    await frame.getByRole("alert").getByText("No connection").waitFor();
    await frame.getByRole("button", { name: "Reload" }).waitFor();
  });
}
