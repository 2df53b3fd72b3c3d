// Nothing on the page moves while it loads, nor after it is there.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { World, until } from "./world.mjs";

let world;
before(async () => {
  world = await World.start();
});
after(() => world?.end());

const PLACES = {
  page: (page) => world.fullPage(page),
  dialog: (page, words) => world.dialog(page, `${words["ask.allow"]}…`),
};

for (const [place, open] of Object.entries(PLACES)) {
  for (const [state, locale, prepare, ready] of [
    ["before", "en_US", async () => {}, "ask.allow"],
    ["before, in another language", "ja_JP", async () => {}, "ask.allow"],
    ["active", "en_US", (person) => world.consent(person.handle), "allowed.stop"],
    ["active, in another language", "ru_RU", (person) => world.consent(person.handle), "allowed.stop"],
    ["ended", "en_US", end, "ask.allow"],
  ]) {
    test(`${state}, ${place}: from the first paint on, nothing moves`, async () => {
      const person = await world.newPerson({ locale });
      await prepare(person);
      const { words } = await world.api(person.handle, "GET", `/api/texts/${locale.slice(0, 2)}`);
      const page = await world.window(person.handle);
      const asked = underWay(page);

      // The module comes late, so that what stands in for the page is painted.
      const module = gate();
      await page.route(/\.wasm$/, async (route) => {
        await module.opened;
        await route.continue();
      });
      const frame = await open(page, words);
      await frame.locator("#skeleton").waitFor();
      await world.document(page).waitForFunction(() => performance.getEntriesByName("first-paint").length > 0);
      module.open();
      await frame.getByRole("button", { name: words[ready], exact: true }).waitFor();
      await until(() => asked.size === 0);
      assert.equal(await frame.locator("#skeleton").count(), 0);
      assert.equal(await frame.locator("[aria-busy=true]").count(), 0);
      assert.deepEqual(await shifts(world.document(page)), []);
      await page.context().close();
    });
  }
}

test("a schedule’s preview comes and changes, and nothing moves", async () => {
  const person = await world.newPerson();
  await world.consent(person.handle);
  const page = await world.window(person.handle);
  const frame = await world.fullPage(page);
  await frame.getByRole("button", { name: "New schedule" }).click();
  await frame.getByLabel("Title", { exact: true }).click();
  // That the form takes its place is what was asked for.
  const since = await world.document(page).evaluate(() => performance.now());
  await page.keyboard.type("Plan");
  await frame.getByLabel("Title of the page").click();
  await page.keyboard.type("Plan of {date}");
  await frame.getByLabel("Text", { exact: true }).click();
  await page.keyboard.type("What");
  const preview = frame.getByRole("region", { name: "Preview" });
  await preview.getByText("<p>What</p>").waitFor();
  for (let lines = 0; lines < 30; lines += 1) {
    await page.keyboard.type(" is planned\n");
  }
  await preview.getByText("is planned<br/>").waitFor();
  assert.deepEqual(await shifts(world.document(page), since), []);
});

test("for admins: from the first paint on, nothing moves", async () => {
  const person = await world.newPerson();
  await world.consent(person.handle);
  const page = await world.window("ada");
  const asked = underWay(page);
  const module = gate();
  await page.route(/\.wasm$/, async (route) => {
    await module.opened;
    await route.continue();
  });
  await page.goto(`${world.baseUrl}/plugins/servlet/ac/onbehalf/admin`);
  const frame = world.frame(page);
  await frame.locator("#skeleton").waitFor();
  await world.document(page).waitForFunction(() => performance.getEntriesByName("first-paint").length > 0);
  module.open();
  await frame.getByRole("heading", { name: "What needs attention" }).waitFor();
  await until(() => asked.size === 0);
  assert.deepEqual(await shifts(world.document(page)), []);
  await page.context().close();
});

async function end(person) {
  await world.consent(person.handle);
  await world.api(person.handle, "DELETE", "/api/consent");
}

/** The questions of a window to the app that are not answered yet. */
function underWay(page) {
  const asked = new Set();
  const isAsked = (request) => request.url().startsWith(`${world.appUrl}/api/`);
  page.on("request", (request) => isAsked(request) && asked.add(request));
  page.on("requestfinished", (request) => asked.delete(request));
  page.on("requestfailed", (request) => asked.delete(request));
  return asked;
}

/** What has moved in a document since a moment, or since it was first painted, and how far. */
async function shifts(frame, since = 0) {
  return frame.evaluate(
    (since) =>
      new Promise((resolve) => {
        const element = ({ node }) => node?.outerHTML?.slice(0, 100);
        const told = ({ value, sources }) => ({ value, moved: sources.map(element) });
        const after = (entries) => entries.filter(({ startTime }) => startTime > since).map(told);
        const observer = new PerformanceObserver((list) => resolve(after(list.getEntries())));
        observer.observe({ type: "layout-shift", buffered: true });
        // Entries from before come with the next task; two frames later there is nothing more to come.
        requestAnimationFrame(() => requestAnimationFrame(() => resolve(after(observer.takeRecords()))));
      }),
    since,
  );
}

/** Something to wait for until it is opened. */
function gate() {
  let open;
  const opened = new Promise((resolve) => (open = resolve));
  return { opened, open };
}
