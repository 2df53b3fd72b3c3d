// Schedules of a person's own: made, changed, run, paused and deleted on the page, and what it says of their runs.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";

import { look, lookEverywhere } from "./look.mjs";
import { World, until } from "./world.mjs";

let world;
before(async () => {
  world = await World.start();
});
afterEach(async () => {
  await world?.control("DELETE", "/faults");
  await world?.control("POST", "/clock", { reset: true });
});
after(() => world?.end());

const button = (frame, name) => frame.getByRole("button", { name, exact: true });
const region = (frame) => frame.getByRole("region", { name: "Scheduled for me" });
const item = (frame, title) => region(frame).locator("li.schedule", { has: frame.getByRole("heading", { name: title }) });
const preview = (frame) => frame.getByRole("region", { name: "Preview" });
const schedulesOf = async (person) => (await world.api(person.handle, "GET", "/api/schedules")).items;
const pagesBy = async (person) =>
  (await world.control("GET", "/pages")).filter((page) => page.authorId === person.accountId);

const FORBIDDEN = { effect: { kind: "respond", status: 403, body: {} } };
const BUSY = { effect: { kind: "respond", status: 429, body: {} } };
const NO_ANSWER = { effect: { kind: "reset" }, when: "after" };
const fault = (fault, times) =>
  world.control("POST", "/faults", { ...fault, method: "POST", path: "/wiki/api/v2/pages", times });

/** Somebody who has consented, and who looks at the page. */
async function visitor(change = {}) {
  const person = await world.newPerson(change);
  await world.consent(person.handle);
  const page = await world.window(person.handle);
  const frame = await world.fullPage(page);
  await button(frame, "New schedule").waitFor();
  return { person, page, frame };
}

/** A schedule made without the page, for what comes after it. */
const make = (person, change = {}) =>
  world.api(person.handle, "POST", "/api/schedules", {
    title: "Standup",
    when: { expression: "cron(0 9 ? * MON-FRI *)", timeZone: "Europe/Berlin" },
    action: { kind: "createPage", title: "Standup, {date}", body: "<p>Who does what?</p>" },
    ...change,
  });

/** What has the focus in the app's document: a field by its label, anything else by its words. */
const focused = (page) =>
  world.document(page).evaluate(() => {
    const element = document.activeElement;
    return (element.labels?.[0] ?? element).innerText.trim();
  });

const hasFocus = (page, name) => until(async () => (await focused(page)) === name);

/** Presses Tab until this has the focus. */
async function tabTo(page, name) {
  for (let presses = 0; (await focused(page)) !== name; presses += 1) {
    assert.ok(presses < 30, `Tab does not lead to ${name}`);
    await page.keyboard.press("Tab");
  }
}

async function press(page, ...keys) {
  for (const key of keys) {
    await page.keyboard.press(key);
  }
}

test("by keyboard alone: make a schedule, see what it will do, save it, run it", async () => {
  const { person, page, frame } = await visitor();
  await button(frame, "New schedule").focus();
  await press(page, "Enter");
  await hasFocus(page, "Title");
  await page.keyboard.type("Weekly plan");
  await press(page, "Tab");
  assert.equal(await focused(page), "When");
  await page.keyboard.type("Every week");
  await frame.getByRole("group", { name: "Days of the week" }).waitFor();
  await tabTo(page, "Title of the page");
  await page.keyboard.type("Plan of week {week}");
  await tabTo(page, "Text");
  await page.keyboard.type("Hello <b>\nfrom {displayName}");

  await preview(frame).getByText("POST /wiki/api/v2/pages").waitFor();
  assert.equal(await preview(frame).getByRole("listitem").count(), 5, "the next five times");
  assert.match(await preview(frame).getByRole("listitem").first().innerText(), /^Mon, .* 9:00\sAM$/);
  assert.match(await preview(frame).locator("pre").innerText(), /&lt;b&gt;<br\/>from Person \d+/);
  await tabTo(page, "Save");
  await press(page, "Enter");
  await hasFocus(page, "Weekly plan");
  const made = (await schedulesOf(person)).find((schedule) => schedule.title === "Weekly plan");
  assert.equal(made.when.expression, "cron(0 9 ? * MON *)");
  assert.equal(made.when.timeZone, "Europe/Berlin");
  assert.equal(made.action.body, "<p>Hello &lt;b&gt;<br/>from {displayName}</p>");
  const plan = item(frame, "Weekly plan");
  await plan.getByText("Weekly at 9:00 AM: Monday (Europe/Berlin)").waitFor();
  await plan.getByText(/^Next: Mon/).waitFor();

  await tabTo(page, "Run now");
  await press(page, "Enter");
  await plan.getByRole("link", { name: "Open in Confluence" }).waitFor();
  const [written] = (await pagesBy(person)).filter((page) => page.title.startsWith("Plan of week "));
  assert.doesNotMatch(written.title, /[{}]/);
  await frame.getByRole("link", { name: `Create the page “${written.title}”` }).waitFor();
});

test("each way to say when is understood by the backend", async () => {
  const { frame } = await visitor();
  await button(frame, "New schedule").click();
  await frame.getByLabel("Title", { exact: true }).fill("Any time");
  await frame.getByLabel("Title of the page").fill("Any page");
  await frame.getByLabel("Text", { exact: true }).fill("Any text");
  const often = frame.getByLabel("When", { exact: true });
  const inTheYearAfter = `${new Date().getFullYear() + 1}-12-24`;
  for (const [way, fill, expected] of [
    ["Every day", async () => {}, 5],
    ["Monday to Friday", async () => {}, 5],
    ["Every week", () => frame.getByLabel("Sunday").check(), 5],
    ["Every month", () => frame.getByLabel("Day of the month").fill("31"), 5],
    ["On the last day of the month", () => frame.getByLabel("Time", { exact: true }).fill("23:30"), 5],
    ["Once", () => frame.getByLabel("Date").fill(inTheYearAfter), 1],
    ["At regular intervals", () => frame.getByLabel("Interval").fill("90"), 5],
    ["By an expression", () => frame.getByLabel("Expression").fill("cron(0/15 9 ? * TUE *)"), 5],
  ]) {
    await often.selectOption(way);
    const asked = frame.owner().page().waitForResponse(/\/api\/schedules\/preview$/);
    await fill();
    const answer = await asked;
    assert.equal(answer.status(), 200, way);
    const { nextRuns } = await answer.json();
    assert.equal(nextRuns.length, expected, way);
    await until(async () => (await preview(frame).getByRole("listitem").count()) === expected);
  }
});

test("a day that no month has is not taken", async () => {
  const { page, frame } = await visitor();
  await button(frame, "New schedule").click();
  await frame.getByLabel("Title", { exact: true }).fill("Never");
  await frame.getByLabel("When", { exact: true }).selectOption("Every month");
  await frame.getByLabel("Day of the month").fill("32");
  await frame.getByLabel("Title of the page").fill("Never");
  await frame.getByLabel("Text", { exact: true }).fill("Never");
  await button(frame, "Save").click();
  await hasFocus(page, "Day of the month");
  assert.equal(await frame.getByLabel("Day of the month").evaluate((field) => field.validity.rangeOverflow), true);
});

test("adding, commenting and requests can be scheduled too", async () => {
  const { person, frame } = await visitor();
  const { id } = (await world.control("GET", "/pages")).find((page) => page.title === "Weekly notes");
  for (const [what, fill, words] of [
    ["Add to a page", "Page (link or number)", `Adds to page ${id}`],
    ["Comment on a page", "Page (link or number)", `Comments on page ${id}`],
    ["Send a request", "Path", `Sends GET /wiki/api/v2/pages/${id} to Confluence`],
  ]) {
    await button(frame, "New schedule").click();
    await frame.getByLabel("Title", { exact: true }).fill(what);
    await frame.getByLabel("What", { exact: true }).selectOption(what);
    const place = what === "Send a request" ? `/wiki/api/v2/pages/${id}` : `${world.baseUrl}/spaces/X/pages/${id}/Notes`;
    await frame.getByLabel(fill).fill(place);
    if (what !== "Send a request") {
      await frame.getByLabel("Text", { exact: true }).fill("A line");
    }
    await preview(frame).locator("pre").first().waitFor();
    await button(frame, "Save").click();
    await item(frame, what).getByText(words, { exact: true }).waitFor();
    await item(frame, what).getByRole("button", { name: "Run now" }).click();
    await item(frame, what).getByText("Done", { exact: true }).waitFor();
  }
  const acts = frame.getByRole("region", { name: "What was done as me" });
  await acts.getByText(`Add to page ${id}`).waitFor();
  await acts.getByText(`Comment on page ${id}`).waitFor();
  await acts.getByText(`GET /wiki/api/v2/pages/${id}`).waitFor();
  assert.equal((await schedulesOf(person)).length, 4, "with the one that everybody has");
});

test("what the backend refuses is said at the form, and nothing typed is lost", async () => {
  const { page, frame } = await visitor();
  await button(frame, "New schedule").click();
  await frame.getByLabel("Title", { exact: true }).fill("Look around");
  await frame.getByLabel("What", { exact: true }).selectOption("Send a request");
  await frame.getByLabel("Path").fill("/wiki/rest/../admin");
  await preview(frame).getByRole("paragraph").first().waitFor();
  await until(async () => !(await preview(frame).innerText()).includes("Fill in the fields"));
  await button(frame, "Save").click();
  await frame.getByRole("alert").getByText("This cannot be saved as it is").waitFor();
  assert.equal(await frame.getByLabel("Path").inputValue(), "/wiki/rest/../admin");
  assert.equal(await frame.getByLabel("Title", { exact: true }).inputValue(), "Look around");
  await look(world, page, "schedules-refused");
});

test("nothing is saved that was not shown first", async () => {
  const { person, page, frame } = await visitor();
  await button(frame, "New schedule").click();
  await frame.getByLabel("Title of the page").fill("Unseen");
  await frame.getByLabel("Text", { exact: true }).fill("Unseen");
  await frame.getByLabel("Title", { exact: true }).fill("Unseen");
  // Before the preview comes by itself.
  await button(frame, "Save").click();
  await frame.getByText("Look at the preview, then save.").waitFor();
  await hasFocus(page, "Preview");
  assert.equal((await schedulesOf(person)).length, 1);
  await button(frame, "Save").click();
  await item(frame, "Unseen").waitFor();
});

test("editing, pausing and resuming, deleting", async () => {
  const { person, page, frame } = await visitor();
  await make(person);
  const standup = item(await world.fullPage(page), "Standup");

  await standup.getByRole("button", { name: "Edit" }).click();
  await hasFocus(page, "Title");
  assert.equal(await standup.getByLabel("When", { exact: true }).inputValue(), "weekdays");
  assert.equal(await standup.getByLabel("Text", { exact: true }).inputValue(), "Who does what?");
  await button(standup, "Cancel").click();
  await hasFocus(page, "Edit");
  await standup.getByRole("button", { name: "Edit" }).click();
  await standup.getByLabel("Time", { exact: true }).fill("10:30");
  await standup.getByText(/10:30/).first().waitFor();
  await button(standup, "Save").click();
  await standup.getByText("Monday to Friday at 10:30 AM (Europe/Berlin)").waitFor();
  await hasFocus(page, "Edit");

  await standup.getByRole("button", { name: "Pause" }).click();
  await standup.getByText("Paused", { exact: true }).waitFor();
  await hasFocus(page, "Resume");
  assert.equal(await standup.getByText(/^Next:/).count(), 0);
  await press(page, "Enter");
  await hasFocus(page, "Pause");
  await standup.getByText(/^Next:/).waitFor();

  await standup.getByRole("button", { name: "Delete" }).click();
  await hasFocus(page, "Delete “Standup”?");
  await press(page, "Escape");
  await hasFocus(page, "Delete");
  await press(page, "Enter");
  await button(standup, "Delete now").click();
  await hasFocus(page, "Scheduled for me");
  assert.equal(await standup.count(), 0);
  assert.ok((await schedulesOf(person)).every((schedule) => schedule.title !== "Standup"));
});

test("in a dialog, Escape closes the form’s dialog only from outside of it", async () => {
  const { page } = await visitor();
  const frame = await world.dialog(page);
  await button(frame, "New schedule").click();
  await hasFocus(page, "Title");
  await page.keyboard.type("Not lost");
  await press(page, "Escape");
  assert.equal(await frame.getByLabel("Title", { exact: true }).inputValue(), "Not lost");
  await button(frame, "Cancel").click();
  await hasFocus(page, "New schedule");
  await press(page, "Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
});

test("a change that somebody else made meanwhile is shown, and what was typed stays", async () => {
  const { person, page, frame: first } = await visitor();
  const schedule = await make(person);
  await first.getByRole("heading", { level: 1 }).waitFor();
  const standup = item(await world.fullPage(page), "Standup");
  await standup.getByRole("button", { name: "Edit" }).click();
  await standup.getByLabel("Title of the page").fill("Mine");
  await standup.getByText("POST /wiki/api/v2/pages").waitFor();
  await world.api(person.handle, "PATCH", `/api/schedules/${schedule.id}`, {
    version: schedule.version,
    when: { expression: "rate(1 day)", timeZone: "Europe/Berlin" },
  });
  await until(async () => (await standup.locator("pre").innerText()).includes("Mine"));
  await button(standup, "Save").click();
  await standup.getByRole("alert").getByText("It was changed meanwhile").waitFor();
  await standup.getByText("Every 1 day").waitFor();
  assert.equal(await standup.getByLabel("Title of the page").inputValue(), "Mine");
  await button(standup, "Save").click();
  await standup.getByText("Creates the page “Mine” in your own space").waitFor();
});

test("an unknown outcome: whoever has looked says how it ended", async () => {
  const { person, page } = await visitor();
  await make(person);
  const frame = await world.fullPage(page);
  const standup = item(frame, "Standup");
  for (const answer of ["It was done", "It was not done"]) {
    await fault(NO_ANSWER, 1);
    await world.control("POST", "/clock", { advanceSeconds: 60 });
    await standup.getByRole("button", { name: "Run now" }).click();
    await standup.getByText("Outcome unknown").waitFor();
    if (answer === "It was done") {
      await look(world, page, "schedules-unknown");
    }
    await button(standup, answer).click();
    await standup.getByText("You said how it ended.").waitFor();
  }
  await standup.getByRole("button", { name: "History" }).click();
  const runs = standup.getByRole("list", { name: "History" }).getByRole("listitem");
  await runs.first().waitFor();
  assert.equal(await runs.count(), 2);
  assert.match(await runs.nth(1).innerText(), /Done/);
  assert.match(await runs.nth(0).innerText(), /Failed/);
});

test("an answer about an outcome that was lost is given once more as it was", async () => {
  const { person, page } = await visitor();
  const { id } = await make(person);
  const frame = await world.fullPage(page);
  const standup = item(frame, "Standup");
  await fault(NO_ANSWER, 1);
  await standup.getByRole("button", { name: "Run now" }).click();
  await standup.getByText("Outcome unknown").waitFor();
  await page.route(/\/settle$/, (route) => route.abort(), { times: 1 });
  await button(standup, "It was not done").click();
  await button(standup, "Try again").click();
  await standup.getByText("You said how it ended.").waitFor();
  const { items } = await world.api(person.handle, "GET", `/api/schedules/${id}/runs`);
  assert.equal(items[0].result, "failed");
});

test("a look at a run that fails does not make it run twice", async () => {
  const { person, page } = await visitor();
  const { id } = await make(person);
  const frame = await world.fullPage(page);
  const standup = item(frame, "Standup");
  await standup.getByRole("button", { name: "Run now" }).waitFor();
  await page.route(/\/api\/schedules$/, (route) => route.abort(), { times: 2 });
  await standup.getByRole("button", { name: "Run now" }).click();
  await standup.getByText("Done", { exact: true }).waitFor();
  assert.equal(await button(standup, "Try again").count(), 0);
  const { items } = await world.api(person.handle, "GET", `/api/schedules/${id}/runs`);
  assert.equal(items.length, 1);
});

test("what is typed for one schedule stays when others come and go", async () => {
  const { person, page } = await visitor();
  await make(person);
  await make(person, { title: "Retro" });
  const frame = await world.fullPage(page);
  const standup = item(frame, "Standup");
  await button(standup, "Edit").click();
  await standup.getByLabel("Title of the page").fill("Half-written");

  await button(frame, "New schedule").click();
  const form = frame.locator("form").first();
  await form.getByLabel("Title", { exact: true }).fill("Review");
  await form.getByLabel("Title of the page").fill("Review");
  await form.getByLabel("Text", { exact: true }).fill("What was done");
  await form.locator("pre").waitFor();
  await button(form, "Save").click();
  await item(frame, "Review").waitFor();
  assert.equal(await standup.getByLabel("Title of the page").inputValue(), "Half-written");

  const retro = item(frame, "Retro");
  await button(retro, "Delete").click();
  await button(retro, "Delete now").click();
  await retro.waitFor({ state: "detached" });
  assert.equal(await standup.getByLabel("Title of the page").inputValue(), "Half-written");
  const shown = await region(frame).locator("h3:not(form *)").allInnerTexts();
  assert.deepEqual(shown.sort(), ["Daily note", "Review", "Standup"]);
});

test("a schedule that is being saved cannot be cancelled any more, and is shown", async () => {
  const { person, page, frame } = await visitor();
  await button(frame, "New schedule").click();
  await frame.getByLabel("Title", { exact: true }).fill("Slow");
  await frame.getByLabel("Title of the page").fill("Slow");
  await frame.getByLabel("Text", { exact: true }).fill("Slow");
  await preview(frame).locator("pre").waitFor();
  let go;
  const held = new Promise((resolve) => (go = resolve));
  await page.route(/\/api\/schedules$/, async (route) => {
    await held;
    await route.continue();
  });
  await button(frame, "Save").click();
  await frame.locator("form [aria-busy=true]").waitFor();
  await button(frame, "Cancel").click();
  go();
  await item(frame, "Slow").waitFor();
  assert.ok((await schedulesOf(person)).some((schedule) => schedule.title === "Slow"));
});

test("whoever does not see the page hears the same result once more", async () => {
  const { frame } = await visitor();
  const note = item(frame, "Daily note");
  const status = frame.locator("p.unseen[role=status]");
  const said = new Set();
  for (let runs = 0; runs < 2; runs += 1) {
    const before = await status.innerText();
    await world.control("POST", "/clock", { advanceSeconds: 60 });
    await button(note, "Run now").click();
    await until(async () => (await status.innerText()) !== before);
    said.add((await status.innerText()).trim());
  }
  assert.equal(said.size, 1, "the same for a reader");
});

test("the history, page by page", async () => {
  const { person, page } = await visitor();
  const { id } = await make(person);
  for (let runs = 0; runs < 26; runs += 1) {
    await world.control("POST", "/clock", { advanceSeconds: 60 });
    await world.api(person.handle, "POST", `/api/schedules/${id}/run`);
    await until(async () => {
      const { items } = await world.api(person.handle, "GET", `/api/schedules/${id}/runs?limit=100`);
      return items.length === runs + 1 && items[0].result !== "started";
    });
  }
  const frame = await world.fullPage(page);
  const standup = item(frame, "Standup");
  await standup.getByRole("button", { name: "History" }).click();
  const runs = standup.getByRole("list", { name: "History" }).getByRole("listitem");
  await until(async () => (await runs.count()) === 25);

  // A run that ends while older ones are fetched is there at once, and they come too late.
  const older = /\/runs\?cursor=/;
  let go;
  const held = new Promise((resolve) => (go = resolve));
  const wait = async (route) => {
    await held;
    await route.continue();
  };
  await page.route(older, wait, { times: 1 });
  await button(standup, "Show more").click();
  const newest = await runs.first().innerText();
  await world.control("POST", "/clock", { advanceSeconds: 60 });
  await button(standup, "Run now").click();
  await until(async () => (await runs.first().innerText()) !== newest);
  const [late] = await Promise.all([page.waitForResponse(older), go()]);
  await late.finished();
  assert.equal(await runs.count(), 25);

  await page.route(older, (route) => route.abort(), { times: 1 });
  await button(standup, "Show more").click();
  await button(standup, "Try again").click();
  await until(async () => (await runs.count()) === 27);
  // Reading goes on there.
  await until(() => runs.nth(25).evaluate((row) => row === document.activeElement));
  assert.equal(await button(standup, "Show more").count(), 0);
  await standup.getByRole("button", { name: "History" }).click();
  await runs.first().waitFor({ state: "detached" });
});

test("a run that waits says when it is tried again", async () => {
  const { person, page } = await visitor();
  await make(person);
  const frame = await world.fullPage(page);
  const standup = item(frame, "Standup");
  await fault(BUSY, 1);
  await standup.getByRole("button", { name: "Run now" }).click();
  await standup.getByText("Waiting", { exact: true }).waitFor();
  await standup.getByText(/^It is tried again on /).waitFor();
  await world.picture(page, "schedules-waiting");
});

test("a schedule that fails again and again pauses, says why, and goes on when told to", async () => {
  const { person, page } = await visitor();
  await make(person);
  const frame = await world.fullPage(page);
  const standup = item(frame, "Standup");
  for (let runs = 0; runs < 3; runs += 1) {
    await fault(FORBIDDEN, 1);
    await world.control("POST", "/clock", { advanceSeconds: 60 });
    await standup.getByRole("button", { name: "Run now" }).click();
    await until(async () => {
      const [{ lastRun, id }] = (await schedulesOf(person)).filter((it) => it.title === "Standup");
      const { items } = await world.api(person.handle, "GET", `/api/schedules/${id}/runs`);
      return items.length === runs + 1 && lastRun?.result === "failed";
    });
    await standup.locator("[aria-busy=true]").waitFor({ state: "detached" });
  }
  await standup.getByText("Onbehalf paused this schedule, because it failed again and again").waitFor();
  await standup.locator(".message").getByText("Confluence did not permit this.").waitFor();
  await look(world, page, "schedules-paused");
  await standup.getByRole("button", { name: "Resume" }).click();
  await standup.getByText("Onbehalf paused this schedule").waitFor({ state: "detached" });
  await standup.getByText(/^Next:/).waitFor();
});

test("without a consent there is no form, but the way to it", async () => {
  const person = await world.newPerson();
  const frame = await world.fullPage(await world.window(person.handle));
  await frame.getByText("Once you have allowed Onbehalf to act as you").waitFor();
  assert.equal(await button(frame, "New schedule").count(), 0);
});

test("only admins are offered that the app acts as itself", async () => {
  const { frame } = await visitor();
  await button(frame, "New schedule").click();
  await frame.getByLabel("Title", { exact: true }).waitFor();
  assert.equal(await frame.getByLabel("If you cannot be impersonated").count(), 0);

  const { frame: adminFrame, person } = await visitor({ admin: true });
  await button(adminFrame, "New schedule").click();
  await adminFrame.getByLabel("Title", { exact: true }).fill("For the team");
  await adminFrame.getByLabel("Title of the page").fill("For the team");
  await adminFrame.getByLabel("Text", { exact: true }).fill("For the team");
  await adminFrame.getByLabel("If you cannot be impersonated").selectOption("Do it as Onbehalf");
  await preview(adminFrame).locator("pre").waitFor();
  await button(adminFrame, "Save").click();
  const team = item(adminFrame, "For the team");
  await team.getByText("If you cannot be impersonated: Do it as Onbehalf").waitFor();
  assert.equal((await schedulesOf(person)).find((it) => it.title === "For the team").fallback, "app");

  await world.api(person.handle, "DELETE", "/api/consent");
  await team.getByRole("button", { name: "Run now" }).click();
  await team.getByText("As Onbehalf, not as you").waitFor();
});

test("the list and the form, everywhere", async () => {
  const person = await world.newPerson();
  await world.consent(person.handle);
  await make(person);
  await make(person, {
    title: "A quarterly report with a rather long title that does not fit on one line of a small screen",
    when: { expression: "cron(0/15 9-17 1 1/3 ? *)", timeZone: "America/Argentina/ComodRivadavia" },
    action: { kind: "request", method: "POST", path: "/wiki/api/v2/pages?embedded=false", body: '{"title": "{date}"}' },
  });
  await lookEverywhere(world, person, "schedules", async (frame) => {
    await item(frame, "Standup").waitFor();
    await region(frame).scrollIntoViewIfNeeded();
  });
  await lookEverywhere(world, person, "schedules-form", async (frame) => {
    await button(frame, "New schedule").click();
    await frame.getByLabel("Title", { exact: true }).fill("Weekly plan");
    await frame.getByLabel("When", { exact: true }).selectOption("Every week");
    await frame.getByLabel("Title of the page").fill("Plan of week {week}");
    await frame.getByLabel("Text", { exact: true }).fill("What is planned");
    await preview(frame).locator("pre").waitFor();
    await button(frame, "Save").scrollIntoViewIfNeeded();
  });
});
