// Each state of a consent that can be given or is given, in light and dark, wide and narrow, as a page and in a dialog.

import { after, afterEach, before, test } from "node:test";

import { lookEverywhere } from "./look.mjs";
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

const button = (frame, name) => frame.getByRole("button", { name });
const active = (frame) => frame.getByRole("heading", { name: /Onbehalf may act as you until/ }).waitFor();
const inDays = (days) => new Date(Date.now() + days * 86_400_000).toISOString();

test("before", async () => {
  const person = await world.newPerson();
  await lookEverywhere(world, person, "before", async (frame) => {
    await frame.getByRole("heading", { name: "Allow Onbehalf to act as you?" }).waitFor();
    await frame.getByLabel("Last day").waitFor({ state: "hidden" });
  });
});

test("before, with the choice of a date open", async () => {
  const person = await world.newPerson();
  await lookEverywhere(world, person, "before-date", async (frame) => {
    await frame.getByRole("radio", { name: "Until a date…" }).check();
    await frame.getByLabel("Last day").waitFor();
  });
});

test("before, and declined", async () => {
  const person = await world.newPerson();
  const page = await world.window(person.handle);
  const frame = await world.fullPage(page);
  await button(frame, "Not now").click();
  await frame.getByText("Nothing was changed.").waitFor();
  await world.picture(page, "before-declined");
  await button(frame, "Show what it asks for").click();
  await button(frame, "Allow impersonation").waitFor();
});

test("active, and never used", async () => {
  const person = await world.newPerson();
  await world.consent(person.handle);
  await lookEverywhere(world, person, "active", async (frame) => {
    await active(frame);
    await frame.getByText("Never used yet").waitFor();
  });
});

test("active, with more done than fits on one page", async () => {
  const person = await world.newPerson();
  await world.consent(person.handle);
  await actOften(person, 26);
  await lookEverywhere(world, person, "active-used", async (frame) => {
    await active(frame);
    await frame.getByText("Outcome unknown").first().waitFor();
  });
  const page = await world.window(person.handle);
  const frame = await world.fullPage(page);
  const acts = frame.getByRole("region", { name: "What was done as me" }).getByRole("listitem");
  const first = await acts.count();
  await button(frame, "Show more").click();
  await until(async () => (await acts.count()) > first);
  await button(frame, "Show more").waitFor({ state: "detached" });
});

test("active, and about to end", async () => {
  const person = await world.newPerson();
  await world.consent(person.handle, { until: inDays(2) });
  await lookEverywhere(world, person, "ends-soon", async (frame) => {
    await active(frame);
    await button(frame, "Renew").first().waitFor();
  });
});

test("stopping: the question", async () => {
  const person = await world.newPerson();
  await world.consent(person.handle);
  await lookEverywhere(world, person, "stopping", async (frame) => {
    await button(frame, "Stop allowing").click();
    await button(frame, "Stop now").waitFor();
  });
});

test("renewing: the form", async () => {
  const person = await world.newPerson();
  await world.consent(person.handle);
  await lookEverywhere(world, person, "renewing", async (frame) => {
    await button(frame, "Renew or change").click();
    await button(frame, "Keep as it is").waitFor();
  });
});

/** Has the person's schedule run so often, a minute apart; the two newest runs don't end well. */
async function actOften(person, times) {
  const { items } = await world.api(person.handle, "GET", "/api/schedules");
  const faults = { [times - 2]: FORBIDDEN, [times - 1]: NO_ANSWER };
  for (let runs = 0; runs < times; runs += 1) {
    await world.control("POST", "/clock", { advanceSeconds: 60 });
    if (faults[runs]) {
      await world.control("POST", "/faults", { ...faults[runs], method: "POST", path: "/wiki/api/v2/pages", times: 1 });
    }
    await world.api(person.handle, "POST", `/api/schedules/${items[0].id}/run`);
    await until(async () => {
      const { items } = await world.api(person.handle, "GET", "/api/consent/activity?limit=100");
      return items.length === runs + 1 && items[0].outcome !== "started";
    });
  }
}

const FORBIDDEN = { effect: { kind: "respond", status: 403, body: {} } };
const NO_ANSWER = { effect: { kind: "reset" }, when: "after" };
