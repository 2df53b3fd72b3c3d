// What Confluence's admins see and do: every consent, asking for one, the policy, the pause, activity and audit.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, beforeEach, test } from "node:test";

import { look } from "./look.mjs";
import { World, until } from "./world.mjs";

const ADMIN = "/plugins/servlet/ac/onbehalf/admin";

let world;
let page;
let frame;
before(async () => {
  world = await World.start();
  page = await world.window("ada");
});
beforeEach(async () => {
  await world.control("DELETE", "/faults");
  await page.goto(`${world.baseUrl}${ADMIN}`);
  frame = world.frame(page);
  await tab("Overview").waitFor();
});
after(() => world?.end());

const tab = (name) => frame.getByRole("tab", { name, exact: true });
const button = (name) => frame.getByRole("button", { name, exact: true });
const heading = (name) => frame.getByRole("heading", { name });
const rows = () => frame.locator("table.consents tbody tr");

/** People who have consented, and whose names begin so. */
async function people(name, count, change = {}) {
  const made = [];
  for (let number = 1; number <= count; number += 1) {
    const person = await world.newPerson({ displayName: `${name} ${number}` });
    await world.consent(person.handle, change);
    made.push(person);
  }
  return made;
}

const stateOf = async (person) => (await world.api(person.handle, "GET", "/api/consent")).state;

/** Shows the consents of those whose names contain this. */
async function search(name, count) {
  await tab("Consents").click();
  // The list may have looked so before.
  const found = page.waitForResponse(/\/consents\?.*search=/);
  await frame.getByLabel("Search by name").fill(name);
  await found;
  await until(async () => (await rows().count()) === count && (await rows().getByText(name).count()) === count);
}

test("an admin searches, filters and opens a consent", async () => {
  const [first] = await people("Searched", 3);
  await world.api(first.handle, "DELETE", "/api/consent");
  await search("Searched", 3);
  await look(world, page, "admin-consents");
  await frame.getByLabel("State", { exact: true }).selectOption("revoked");
  await until(async () => (await rows().count()) === 1);
  await button("Open Searched 1").click();
  await heading("Searched 1").waitFor();
  await frame.getByText("Took it back", { exact: true }).waitFor();
  await look(world, page, "admin-consent");
  await button("Back to the list").click();
  await until(async () => (await rows().count()) === 1);
  await frame.getByLabel("Search by name").fill("Nobody at all");
  await frame.getByText("No consent matches.").waitFor();
  await look(world, page, "admin-no-match");
});

test("an admin takes back the selected consents, and the people read why", async () => {
  const [first, second, third] = await people("Selected", 3);
  await search("Selected", 3);
  await frame.getByRole("checkbox", { name: "Select Selected 1" }).check();
  await frame.getByRole("checkbox", { name: "Select Selected 2" }).check();
  await frame.getByText("Selected: 2").waitFor();
  await button("Take back the selected").click();
  await heading("Take back consents: 2").waitFor();
  await look(world, page, "admin-revoke");

  // Without a reason nothing happens.
  await button("Take back now").click();
  await frame.getByText("Write a reason first.").waitFor();
  await frame.getByLabel("Reason, for the people to read").fill("The project is over.");
  await button("Take back now").click();
  await heading("Taken back: 2").waitFor();
  await look(world, page, "admin-revoked");
  assert.deepEqual(await Promise.all([first, second, third].map(stateOf)), ["revoked", "revoked", "active"]);
  const { endedNote } = await world.api(first.handle, "GET", "/api/consent");
  assert.equal(endedNote, "The project is over.");
});

test("all that match are taken back in steps, and what was done already does no harm", async () => {
  const everybody = await people("Matching", 27);
  await search("Matching", 25);
  await frame.getByText("1–25 of 27").waitFor();
  await button("Next page").click();
  await frame.getByText("26–27 of 27").waitFor();
  await frame.getByRole("checkbox", { name: "Select this page" }).check();
  await button("Select all 27 that match").click();
  await frame.getByText("Selected: 27").waitFor();
  await world.api(everybody[0].handle, "DELETE", "/api/consent");
  await button("Take back the selected").click();
  await frame.getByLabel("Reason, for the people to read").fill("We stop this.");
  await button("Take back now").click();
  await heading("Taken back: 26").waitFor();
  assert.ok((await Promise.all(everybody.map(stateOf))).every((state) => state === "revoked"));
});

test("what is searched for meanwhile changes nothing about whose consents are taken back", async () => {
  await people("Narrow", 26);
  const [other] = await people("Other", 1);
  await search("Narrow", 25);
  await frame.getByRole("checkbox", { name: "Select this page" }).check();
  await button("Select all 26 that match").click();
  await button("Take back the selected").click();
  await frame.getByLabel("Reason, for the people to read").fill("We stop this.");
  const asked = page.waitForRequest(/\/consents\/revoke$/);
  // Before the list has followed what is typed.
  await world.document(page).evaluate(() => {
    const search = document.getElementById("admin-search");
    search.value = "";
    search.dispatchEvent(new Event("input", { bubbles: true }));
    document.getElementById("admin-revoke-now").click();
  });
  assert.equal((await asked).postDataJSON().which.search, "Narrow");
  // And the list follows, while that goes on.
  await rows().getByText("Other 1").waitFor();
  await heading("Taken back: 26").waitFor();
  assert.equal(await stateOf(other), "active");
});

test("what is being taken back is not ended by another question", async () => {
  const made = await people("Busy", 2);
  await search("Busy", 2);
  let go;
  const held = new Promise((resolve) => (go = resolve));
  const revoke = /\/consents\/revoke$/;
  await page.route(revoke, async (route) => {
    await held;
    await route.continue();
  });
  await rows().first().getByRole("button", { name: "Take back" }).click();
  await frame.getByLabel("Reason, for the people to read").fill("We stop this.");
  await button("Take back now").click();
  await frame.getByText("Taken back: 0 of 1").waitFor();
  await rows().last().getByRole("button", { name: "Take back" }).click();
  go();
  await heading("Taken back: 1").waitFor();
  await page.unroute(revoke);
  assert.deepEqual((await Promise.all(made.map(stateOf))).sort(), ["active", "revoked"]);
});

test("a last page of which nothing is left leads to the first one", async () => {
  await people("Last", 26);
  await search("Last", 25);
  await frame.getByLabel("State", { exact: true }).selectOption("active");
  await frame.getByText("1–25 of 26").waitFor();
  await button("Next page").click();
  await frame.getByText("26–26 of 26").waitFor();
  await rows().getByRole("button", { name: "Take back" }).click();
  await frame.getByLabel("Reason, for the people to read").fill("We stop this.");
  await button("Take back now").click();
  await frame.getByText("1–25 of 25").waitFor();
  assert.equal(await rows().count(), 25);
});

test("a consent that changes meanwhile says so, and shows how it is now", async () => {
  const [person] = await people("Overtaken", 1);
  await search("Overtaken", 1);
  await button("Open Overtaken 1").click();
  await button("Take back").click();
  await frame.getByLabel("Reason, for the people to read").fill("Not needed.");
  await page.route(/\/revoke$/, (route) =>
    route.fulfill({
      status: 409,
      contentType: "application/problem+json",
      body: JSON.stringify({ type: "/problems/changed", title: "-", status: 409, detail: "-", remedy: "-" }),
    }),
  );
  await world.api(person.handle, "DELETE", "/api/consent");
  await button("Take back now").click();
  await frame.getByText("It was changed meanwhile. This is how it is now.").waitFor();
  await frame.getByText("by the person", { exact: true }).waitFor();
  await page.unroute(/\/revoke$/);
});

test("an admin asks people for their consent, and takes the request back", async () => {
  const person = await world.newPerson({ displayName: "Wanted One" });
  await tab("Ask").click();
  await frame.getByText("Nobody has an open request.").waitFor();
  await frame.getByLabel("Search people by name").fill("Wanted");
  await button("Add Wanted One").click();
  await frame.getByLabel("Note (optional)").fill("For the weekly report.");
  await look(world, page, "admin-ask");
  await button("Ask them").click();
  await frame.getByText("Asked: 1").waitFor();
  await frame.getByText("“For the weekly report.”").waitFor();
  await look(world, page, "admin-asked");
  assert.equal(await stateOf(person), "none");
  await button("Take the request back").click();
  await frame.getByText("Nobody has an open request.").waitFor();
});

test("an admin sees what a policy will do before it is saved", async (context) => {
  await people("Ruled", 2);
  const first = await world.api("ada", "GET", "/api/admin/policy");
  context.after(async () => {
    const { version } = await world.api("ada", "GET", "/api/admin/policy");
    await world.api("ada", "PUT", "/api/admin/policy", { ...first, version });
  });
  await tab("Policy").click();
  const longest = frame.getByLabel("Longest time in days (1 to 90)");
  const before = await longest.inputValue();
  await frame.getByText("Nothing that is there changes.").waitFor();
  await longest.fill("5");
  await frame.getByText(/^Consents that end earlier: /).waitFor();
  await look(world, page, "admin-policy");
  await button("Save").click();
  await until(async () => (await world.api("ada", "GET", "/api/admin/policy")).longestDays === 5);
  await frame.getByText("Nothing that is there changes.").waitFor();

  // Another admin is quicker.
  const policy = await world.api("ada", "GET", "/api/admin/policy");
  await world.api("ada", "PUT", "/api/admin/policy", { ...policy, ownSchedules: false });
  await longest.fill(before);
  await button("Save").click();
  // Whoever is quicker than the preview is shown it first.
  const shown = frame.getByText("Look at what it will do, then save.");
  const other = frame.getByText("Another admin has saved a policy");
  await shown.or(other).first().waitFor();
  if (await shown.isVisible()) {
    await button("Save").click();
  }
  await other.waitFor();
  await frame.getByText("Own schedules: Allowed → Not allowed").waitFor();
  assert.equal(await frame.getByText(/^REST requests:/).count(), 0, "they are another matter");
  await look(world, page, "admin-policy-other");
  await button("Show theirs in the form").click();
  const own = frame.getByRole("checkbox", { name: "People can make schedules of their own" });
  const rest = frame.getByRole("checkbox", { name: "Schedules can send requests of Confluence’s REST API" });
  await until(async () => !(await own.isChecked()));
  assert.equal(await rest.isChecked(), true);
  await rest.uncheck();
  await own.check();
  const saved = page.waitForResponse(
    (response) => response.url().endsWith("/api/admin/policy") && response.request().method() === "PUT",
  );
  await button("Save").click();
  const asked = shown.waitFor().then(
    () => true,
    () => false,
  );
  if ((await Promise.race([saved, asked])) === true) {
    await button("Save").click();
  }
  assert.equal((await saved).status(), 200);
  const { ownSchedules, restRequests } = await world.api("ada", "GET", "/api/admin/policy");
  assert.deepEqual({ ownSchedules, restRequests }, { ownSchedules: true, restRequests: false });
});

test("everything is paused and goes on again, and everybody reads why", async () => {
  await button("Pause everything").click();
  await frame.getByLabel("Reason, for everybody to read").fill("Something is odd.");
  await look(world, page, "admin-pause");
  await button("Pause now").click();
  await frame.getByText(/Ada Admin paused it on .*: “Something is odd.”/).waitFor();
  await look(world, page, "admin-paused");
  await tab("Audit").or(tab("What admins did")).click();
  await frame.getByText("Ada Admin paused everything: “Something is odd.”").waitFor();
  await button("Let it go on").click();
  await frame.getByText("Everything is paused").waitFor({ state: "detached" });
  assert.equal((await world.api("ada", "GET", "/api/admin/overview")).pause, undefined);
});

test("a reason that is being written stays when the overview comes anew", async () => {
  await tab("Consents").click();
  let go;
  const held = new Promise((resolve) => (go = resolve));
  const overview = /\/api\/admin\/overview$/;
  await page.route(overview, async (route) => {
    await held;
    await route.continue();
  });
  await tab("Overview").click();
  await button("Pause everything").click();
  await frame.getByLabel("Reason, for everybody to read").fill("Something is odd.");
  const [answer] = await Promise.all([page.waitForResponse(overview), go()]);
  await answer.finished();
  await page.unroute(overview);
  await button("Pause now").click();
  await frame.getByText("Everything is paused").waitFor();
  await button("Let it go on").click();
  await frame.getByText("Everything is paused").waitFor({ state: "detached" });
});

test("a day to which acts are listed is listed to its very end", async () => {
  await tab("Activity").click();
  const asked = page.waitForRequest(/\/api\/admin\/activity\?.*to=/);
  await frame.getByLabel("To", { exact: true }).fill("2026-10-25");
  // Where the admin is, that day has 25 hours.
  assert.equal(new URL((await asked).url()).searchParams.get("to"), "2026-10-25T23:00:00.000Z");
});

test("what was done is listed by day, by person and in full, and can be saved", async () => {
  const [person] = await people("Acting", 1);
  const { items } = await world.api(person.handle, "GET", "/api/schedules");
  await world.api(person.handle, "POST", `/api/schedules/${items[0].id}/run`);
  await until(async () => (await world.api(person.handle, "GET", "/api/consent/activity")).items[0]?.outcome === "done");
  await page.reload();
  frame = world.frame(page);
  await heading("What was done in the last 14 days").waitFor();
  await frame.locator("#admin-acts-picture").waitFor();
  await look(world, page, "admin-overview");

  await tab("Activity").click();
  await button("Open Acting 1").waitFor();
  await look(world, page, "admin-activity");
  await frame.getByLabel("Result").selectOption("failed");
  await frame.getByText("Nothing matches so far.").waitFor();
  await frame.getByLabel("Result").selectOption("done");
  await button("Open Acting 1").waitFor();
  await frame.getByLabel("Who").fill("Acting");
  await button("Add Acting 1").click();
  await button("Clear filter").waitFor();
  assert.equal(await frame.getByLabel("Who").inputValue(), "");
  assert.equal(await button("Add Acting 1").count(), 0);
  await look(world, page, "admin-activity-of-person");

  for (const [format, name, first] of [
    ["CSV", "csv", /,/],
    ["JSON Lines", "jsonl", /^\{/],
  ]) {
    const [download] = await Promise.all([page.waitForEvent("download"), button(`Export as ${format}`).click()]);
    assert.match(download.suggestedFilename(), new RegExp(`^onbehalf-activity-.*\\.${name}$`));
    assert.match(await readFile(await download.path(), "utf8"), first);
  }

  await tab("Schedules").click();
  await button("Open Acting 1").first().waitFor();
  await look(world, page, "admin-schedules");
  await tab("What admins did").click();
  await frame.getByText("Ada Admin exported activity").first().waitFor();
  await look(world, page, "admin-audit");
});

test("what needs attention is told with the reason, and leads there", async () => {
  const [failing] = await people("Failing", 1);
  await people("Ending", 1, { until: new Date(Date.now() + 2 * 86_400_000).toISOString() });
  const { items } = await world.api(failing.handle, "GET", "/api/schedules");
  await world.control("POST", "/faults", {
    method: "POST",
    path: "/wiki/api/v2/pages",
    times: 1,
    effect: { kind: "respond", status: 403, body: {} },
  });
  await world.api(failing.handle, "POST", `/api/schedules/${items[0].id}/run`);
  await until(async () => (await world.api(failing.handle, "GET", "/api/schedules")).items[0].lastRun?.result === "failed");
  await page.reload();
  frame = world.frame(page);
  await frame.getByText("Consents that end within three days: 1").waitFor();
  await frame.getByText("Schedules that failed: Daily note").waitFor();
  await frame.getByText("The person may not do this in Confluence").waitFor();
  await look(world, page, "admin-attention");
  await button("Show what it did").click();
  await frame.getByText("Only schedule Daily note").waitFor();
  await frame.getByText("Failed", { exact: true }).last().waitFor();
  await look(world, page, "admin-activity-of-schedule");
  await button("Clear filter").click();
  await frame.getByText("Only schedule Daily note").waitFor({ state: "detached" });

  await tab("Overview").click();
  assert.equal(
    await button("Show").evaluate((it) => document.getElementById(it.getAttribute("aria-describedby")).innerText),
    "Consents that end within three days: 1",
  );
  await button("Show").click();
  await button("Open Ending 1").waitFor();
  assert.equal(await frame.getByLabel("State", { exact: true }).inputValue(), "active");
  assert.equal(await frame.getByRole("columnheader", { name: "Until" }).getAttribute("aria-sort"), "ascending");
  assert.match(await rows().first().textContent(), /Ending 1/);
  await frame.getByRole("button", { name: "Until" }).click();
  await until(async () => !/Ending 1/.test(await rows().first().textContent()));
});

test("the tabs and a question are reached and left by keyboard", async () => {
  await people("Keyed", 1);
  await tab("Overview").focus();
  await page.keyboard.press("ArrowRight");
  await until(async () => (await focused()) === "Consents");
  assert.equal(await tab("Consents").getAttribute("aria-selected"), "true");
  await page.keyboard.press("End");
  await until(async () => (await focused()) === "What admins did");
  await page.keyboard.press("Home");
  await until(async () => (await focused()) === "Overview");

  await search("Keyed", 1);
  await rows().getByRole("button", { name: "Take back" }).focus();
  await page.keyboard.press("Enter");
  await heading("Take back the consent of Keyed 1?").waitFor();
  await until(() => frame.getByLabel("Reason, for the people to read").evaluate((node) => node === document.activeElement));
  await page.keyboard.press("Escape");
  await heading("Take back the consent of Keyed 1?").waitFor({ state: "detached" });
  await until(async () => (await focused()) === "Take back");
});

const focused = () => world.document(page).evaluate(() => document.activeElement?.textContent);

test("lost rights, an ended session and trouble are said, with a way on", async () => {
  const refuse = (status, name) => (route) =>
    route.fulfill({
      status,
      contentType: "application/problem+json",
      body: JSON.stringify({ type: `/problems/${name}`, title: "-", status, detail: "-", remedy: "-" }),
    });
  const audit = /\/api\/admin\/audit/;
  await page.route(audit, refuse(503, "unavailable"));
  await tab("What admins did").click();
  await frame.getByRole("alert").getByText("Please try again").waitFor();
  await look(world, page, "admin-trouble");
  await page.unroute(audit);
  await button("Try again").click();
  await frame.getByRole("alert").waitFor({ state: "detached" });
  for (const [status, name, words] of [
    [403, "not-admin", "Only for Confluence admins"],
    [401, "not-proved", "Your session has ended"],
  ]) {
    await page.route(audit, refuse(status, name));
    await tab("Overview").click();
    await tab("What admins did").click();
    await frame.getByRole("alert").getByText(words).waitFor();
    await page.unroute(audit);
  }
  await button("Reload").waitFor();
});

test("an answer that comes after the admin has turned elsewhere does no harm", async () => {
  await world.newPerson({ displayName: "Patient One" });
  await tab("Ask").click();
  await frame.getByLabel("Search people by name").fill("Patient");
  await button("Add Patient One").click();
  let go;
  const held = new Promise((resolve) => (go = resolve));
  const asks = /\/api\/admin\/asks$/;
  await page.route(asks, async (route) => {
    await held;
    await route.continue();
  });
  await button("Ask them").click();
  await tab("Policy").click();
  const [answer] = await Promise.all([page.waitForResponse(asks), go()]);
  assert.equal(answer.status(), 200);
  await page.unroute(asks);
  await tab("Ask").click();
  await button("Open Patient One").waitFor();
});

test("whoever is no admin is told so, and gets nothing else", async () => {
  const alice = await world.window("alice");
  const loaded = [];
  alice.on("request", (request) => loaded.push(request.url()));
  await alice.goto(`${world.baseUrl}${ADMIN}`);
  await alice.getByText("This page is for administrators.").waitFor();

  // However she came by an address that works for her.
  const { token } = await world.control("POST", "/tokens", { kind: "page", person: "alice", path: "/admin" });
  const answer = await alice.goto(`${world.appUrl}/admin?jwt=${token}`);
  assert.equal(answer.status(), 403);
  await alice.getByRole("heading", { name: "Only for Confluence admins" }).waitFor();
  assert.deepEqual(loaded.filter((url) => url.includes("/assets/admin-")), []);
});
