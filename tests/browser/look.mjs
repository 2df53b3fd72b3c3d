// How a state of the page looks: in light and dark, wide and narrow. axe finds nothing, nothing is cut off, and there
// is a picture for people to look at.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

import { until } from "./world.mjs";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const WIDE = 1280;
const NARROW = 320;

/** Where the most has to give way. */
const NARROWEST = { name: "narrow-light", width: NARROW, mode: "light" };

/** In an order in which each view differs from the one before in one thing only. */
const VIEWS = [
  { name: "light", width: WIDE, mode: "light" },
  { name: "dark", width: WIDE, mode: "dark" },
  { name: "narrow-dark", width: NARROW, mode: "dark" },
  NARROWEST,
];

/** Looks at a state as a page of its own and in a dialog; `show` leads from the opened page to the state. */
export async function lookEverywhere(world, person, name, show) {
  const page = await world.window(person.handle);
  for (const [place, open] of [
    ["page", () => world.fullPage(page)],
    ["dialog", () => world.dialog(page)],
  ]) {
    await show(await open());
    await look(world, page, `${name}-${place}`);
  }
  await page.context().close();
}

/** Looks at what a window shows, in each view. The window is then as it was. */
export const look = (world, page, name) => lookIn(VIEWS, world, page, name);

/** Looks at what a window shows on the narrowest screen. The window is then as it was. */
export const lookNarrowly = (world, page, name) => lookIn([NARROWEST], world, page, name);

async function lookIn(views, world, page, name) {
  const before = page.viewportSize();
  for (const view of views) {
    await resize(world, page, { width: view.width, height: before.height });
    await showAll(world, page);
    await lookAt(world, page, `${name}-${view.name}`, view.mode);
  }
  await resize(world, page, before);
}

/** Makes a window high enough for all of a page, for the picture. A dialog stays as high as it is. */
async function showAll(world, page) {
  if ((await page.getByRole("dialog").count()) === 0) {
    const frame = world.document(page);
    const hidden = await frame.evaluate(() => document.documentElement.scrollHeight - window.innerHeight);
    const { width, height } = page.viewportSize();
    await resize(world, page, { width, height: height + hidden });
  }
}

/** Resizes a window, and waits until the app's document knows of it. */
async function resize(world, page, size) {
  await page.setViewportSize(size);
  const frame = world.document(page);
  const element = await frame.frameElement();
  await until(async () => {
    const outside = await element.evaluate(({ clientWidth, clientHeight }) => [clientWidth, clientHeight]);
    const inside = await frame.evaluate(() => [window.innerWidth, window.innerHeight]);
    return String(outside) === String(inside);
  });
}

/** Looks at what a window shows, in the size that it has. */
async function lookAt(world, page, name, mode = "light") {
  // The theme is Confluence's, not the browser's: the bridge sees it there and hands it on.
  await page.evaluate((mode) => (document.documentElement.dataset.colorMode = mode), mode);
  const frame = world.document(page);
  await frame.waitForFunction((mode) => document.documentElement.dataset.colorMode === mode, mode);
  // Half-way through fading in, everything has too little contrast.
  await frame.evaluate(() => Promise.allSettled(document.getAnimations().map((animation) => animation.finished)));
  await world.picture(page, name);
  assert.deepEqual(await cutOff(frame), [], `${name}: cut off`);
  assert.deepEqual(await violations(frame), [], name);
}

/** The texts and controls that stick out of the window, or out of what holds them and shows no more. */
async function cutOff(frame) {
  return frame.evaluate(() => {
    const shown = (element) => element.checkVisibility() && !element.closest(".unseen");
    const sticksOut = (element) => {
      const { left, right } = element.getBoundingClientRect();
      const clipped = getComputedStyle(element).overflowX !== "visible" && element.scrollWidth > element.clientWidth;
      return left < 0 || right > document.documentElement.clientWidth + 0.5 || clipped;
    };
    const found = [...document.body.querySelectorAll("*")].filter((element) => shown(element) && sticksOut(element));
    return found.map((element) => element.outerHTML.slice(0, 200));
  });
}

async function violations(frame) {
  // The policy of the page lets no script in; the browser's own tools are above it.
  if (!(await frame.evaluate(() => "axe" in window))) {
    await frame.evaluate(axe);
  }
  const { violations } = await frame.evaluate(() => window.axe.run());
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`);
}
