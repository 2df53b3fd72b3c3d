// Each state of the page, in light and dark, wide and narrow: axe finds nothing, nothing is cut off, and there is a picture.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";

import { World } from "./world.mjs";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let world;
before(async () => {
  world = await World.start();
});
after(() => world.end());

const VIEWS = [
  { name: "light", width: 1280 },
  { name: "dark", width: 1280, dark: true },
  { name: "narrow", width: 320 },
  { name: "narrow-dark", width: 320, dark: true },
];

const button = (frame, name) => frame.getByRole("button", { name });

/** How a state is reached, from the page at its first state. */
const STATES = {
  before: (frame) => button(frame, "Allow impersonation").waitFor(),
  active: async (frame) => {
    await button(frame, "Allow impersonation").click();
    await button(frame, "Stop allowing").waitFor();
    await button(frame, "Run now").click();
    await frame.getByRole("link", { name: /Open in Confluence/ }).first().waitFor();
  },
  stopping: async (frame) => {
    await button(frame, "Allow impersonation").click();
    await button(frame, "Stop allowing").click();
    await button(frame, "Stop now").waitFor();
  },
  revoked: async (frame) => {
    await button(frame, "Allow impersonation").click();
    await button(frame, "Stop allowing").click();
    await button(frame, "Stop now").click();
    await button(frame, "Allow impersonation").waitFor();
  },
};

for (const [state, reach] of Object.entries(STATES)) {
  for (const view of VIEWS) {
    test(`${state}, ${view.name}`, async () => {
      const person = await world.newPerson();
      const page = await world.window(person.handle, view);
      const frame = await world.fullPage(page);
      await reach(frame);
      const [inner] = page.frames().filter((each) => each.url().startsWith(world.appUrl));
      if (view.dark) {
        // The theme is Confluence's, not the browser's: the bridge hands it on.
        await inner.waitForFunction(() => document.documentElement.dataset.colorMode === "dark");
      }
      await world.picture(page, `state-${state}-${view.name}`);
      const wide = await inner.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(wide <= 0, `${wide} px are cut off`);
      // Half-way through fading in, everything has too little contrast.
      await inner.evaluate(() => Promise.allSettled(document.getAnimations().map((animation) => animation.finished)));
      // The policy of the page lets no script in; the browser's own tools are above it.
      await inner.evaluate(axe);
      const { violations } = await inner.evaluate(() => window.axe.run());
      assert.deepEqual(
        violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`),
        [],
      );
    });
  }
}

test("everything works by keyboard, and the focus is where a person expects it", async () => {
  const person = await world.newPerson();
  const page = await world.window(person.handle);
  const frame = await world.fullPage(page);
  await button(frame, "Allow impersonation").focus();
  await page.keyboard.press("Enter");
  const heading = frame.getByRole("heading", { name: /Onbehalf may act as you until/ });
  await heading.waitFor();
  await frame.locator("h1:focus, h2:focus").waitFor();
  await button(frame, "Stop allowing").focus();
  await page.keyboard.press("Enter");
  await button(frame, "Stop now").waitFor();
  await page.keyboard.press("Escape");
  await button(frame, "Stop now").waitFor({ state: "detached" });
  assert.equal(await button(frame, "Stop allowing").evaluate((node) => node === document.activeElement), true);
});
