// When something is not as it should be, the page says what, and what to do.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";

import { look } from "./look.mjs";
import { World } from "./world.mjs";

let world;
before(async () => {
  world = await World.start();
});
afterEach(() => world?.control("DELETE", "/faults"));
after(() => world?.end());

const allow = (frame) => frame.getByRole("button", { name: "Allow impersonation" });

test("an account that is deactivated while the page is open is refused when it consents", async () => {
  const person = await world.newPerson();
  const page = await world.window(person.handle);
  const frame = await world.fullPage(page);
  await allow(frame).waitFor();
  const account = { accountId: person.accountId, accountType: "atlassian", accountStatus: "inactive" };
  await world.control("POST", "/faults", {
    path: "/wiki/api/v2/users-bulk",
    effect: { kind: "respond", status: 200, body: { results: [account] } },
  });
  await allow(frame).click();
  await frame.getByRole("alert").getByText("This account is deactivated.").waitFor();
});

test("a session that has ended says so, and offers to reload", async () => {
  const person = await world.newPerson();
  const page = await world.window(person.handle);
  const frame = await world.fullPage(page);
  await allow(frame).waitFor();
  // A new install: what the page was given before is worth nothing now.
  await page.route(/\/api\/consent$/, (route) =>
    route.continue({ headers: { ...route.request().headers(), authorization: "JWT old.old.old" } }),
  );
  await allow(frame).click();
  await frame.getByRole("alert").getByText("Your session has ended").waitFor();
  await frame.getByRole("button", { name: "Reload" }).waitFor();
  await world.picture(page, "trouble-session");
});

test("a lost network says so, and trying again goes on", async () => {
  const person = await world.newPerson();
  const page = await world.window(person.handle);
  for (const [place, open] of [
    ["dialog", () => world.dialog(page)],
    ["page", () => world.fullPage(page)],
  ]) {
    await page.route(/\/api\/consent$/, (route) => route.abort());
    const frame = await open();
    await allow(frame).click();
    await frame.getByRole("alert").getByText("No connection").waitFor();
    await look(world, page, `trouble-network-${place}`);
    await page.unroute(/\/api\/consent$/);
  }
  const frame = world.frame(page);
  await frame.getByRole("button", { name: "Try again" }).click();
  await frame.getByRole("heading", { name: /Onbehalf may act as you until/ }).waitFor();
});

test("Confluence being down says so, and nothing is stored", async () => {
  const person = await world.newPerson();
  const page = await world.window(person.handle);
  const frame = await world.fullPage(page);
  await allow(frame).waitFor();
  await world.control("POST", "/faults", {
    path: "/wiki/api/v2/users-bulk",
    effect: { kind: "respond", status: 500, body: {} },
  });
  await allow(frame).click();
  await frame.getByRole("alert").getByText(/does not answer at this moment/).waitFor();
  await world.control("DELETE", "/faults");
  const anew = await world.fullPage(page);
  await allow(anew).waitFor();
});

test("opened outside Confluence, the page says where to open it", async () => {
  const page = await world.window("alice");
  const answer = await page.goto(`${world.appUrl}/consent`);
  assert.equal(answer.status(), 401);
  await page.getByRole("heading", { name: "Open this page from Confluence" }).waitFor();

  // A copied address that still works, without a host around it.
  const { token } = await world.control("POST", "/tokens", { kind: "page", person: "alice", path: "/consent?request=" });
  await page.goto(`${world.appUrl}/consent?request=&jwt=${token}`);
  await page.getByRole("heading", { name: "Open this page from Confluence" }).waitFor();
  await world.picture(page, "trouble-outside");
});
