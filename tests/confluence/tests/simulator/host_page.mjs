// What people do in the host page, in Chromium. host_page.rs starts the site (CONFLUENCE) with an app in it.
// With SCREENSHOTS=folder it leaves pictures there.

import assert from "node:assert/strict";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import axe from "axe-core";
import { chromium } from "playwright-core";

const site = process.env.CONFLUENCE;
const browser = await chromium.launch({ executablePath: executable(), args: ["--no-sandbox", "--disable-gpu", "--disable-quic"] });
const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
const page = await context.newPage();
page.setDefaultTimeout(15_000);
const troubles = [];
page.on("pageerror", (error) => troubles.push(error.stack));
page.on("console", (message) => message.type() === "error" && troubles.push(message.text()));

try {
  await goTo("/wiki/home");
  await page.getByRole("heading", { name: "For you" }).waitFor();
  await isAccessible("home");

  // A menu, by keyboard.
  const account = page.getByRole("button", { name: "Your profile and settings" });
  await account.focus();
  await page.keyboard.press("Enter");
  const hello = page.getByRole("menuitem", { name: "Say hello…" });
  await hello.waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  assert.equal(await focused(), "Say hello…");
  await isAccessible("user-menu");
  await page.keyboard.press("Escape");
  assert.equal(await focused(), "");
  assert.equal(await hello.isVisible(), false);

  // A dialog of the app.
  await account.click();
  await hello.click();
  const dialog = page.getByRole("dialog", { name: "Hello in a dialog" });
  await dialog.waitFor();
  let app = await appIn(dialog);
  await app.getByRole("heading", { name: "Fake app" }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.tagName), "IFRAME", "focus moves into the dialog");
  assert.equal(await app.locator("#address").textContent(), "/hello?a=&page=");
  await isAccessible("dialog");
  const token = await app.evaluate(() => AP.context.getToken());
  assert.equal(claims(token).qsh, "context-qsh");
  assert.equal(await app.evaluate(() => new Promise((done) => AP.context.getToken(done))).then(claims).then((c) => c.qsh), "context-qsh");
  const user = await app.evaluate(() => new Promise((done) => AP.user.getCurrentUser(done)));
  assert.equal(user.atlassianAccountId, claims(token).sub);
  const { body } = await app.evaluate(() => AP.request("/rest/api/user/current"));
  assert.equal(JSON.parse(body).accountId, user.atlassianAccountId);

  // A flag, above the dialog.
  await app.evaluate(() => AP.flag.create({ title: "Saved", body: "All is well.", type: "success", close: "auto" }));
  await page.getByRole("status").getByText("All is well.").waitFor();
  await app.evaluate(() => AP.flag.create({ title: "Careful", type: "error", actions: { undo: "Undo" } }));
  await page.getByRole("alert").getByText("Careful").waitFor();
  await isAccessible("flags");
  await page.getByRole("alert").getByRole("button", { name: "Dismiss" }).click();
  assert.equal(await page.getByText("Careful").count(), 0);

  // Escape inside the app's page closes the dialog; focus goes back.
  await app.locator("#first").focus();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  assert.equal(await page.locator("#page[inert]").count(), 0);
  assert.equal(await account.evaluate((button) => button === document.activeElement), true, "focus goes back");

  // The app closes its dialog itself.
  await account.click();
  await hello.click();
  app = await appIn(dialog);
  await app.evaluate(() => AP.dialog.close());
  await dialog.waitFor({ state: "detached" });

  // A page of the site, its menu, and a dialog from the descriptor.
  await goTo("/wiki/spaces/TEAM/pages/65544");
  await page.getByRole("heading", { name: "Week 46" }).waitFor();
  await isAccessible("page");
  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Open a box" }).click();
  const box = page.getByRole("dialog", { name: "A small box" });
  await appIn(box);
  await box.getByRole("button", { name: "Cancel" }).click();
  await box.waitFor({ state: "detached" });

  // A page of the app, with the page it was opened from.
  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Hello, page" }).click();
  app = await appIn(page.locator("#ac-content"));
  assert.equal(await app.locator("#address").textContent(), "/hello?a=&page=65544");
  const where = await app.evaluate(() => AP.context.getContext());
  assert.equal(where.confluence.content.id, "65544");
  await isAccessible("app-page");

  // From one page of the app to another, with data.
  await app.evaluate(() => AP.navigator.go("addonModule", { addonKey: "fake-app", moduleKey: "hello", customData: { a: "1 & 2" } }));
  await page.waitForURL("**/hello?ac.a=*");
  app = await appIn(page.locator("#ac-content"));
  assert.equal(await app.locator("#address").textContent(), "/hello?a=1%20%26%202&page=");

  // The language is the app's to use; the site's own words stay.
  const language = () => app.evaluate(() => new Promise((done) => AP.user.getLocale(done)));
  assert.equal(await language(), "en_US");
  await page.getByRole("button", { name: "Your profile and settings" }).click();
  await isAccessible("languages");
  await Promise.all([page.waitForEvent("load"), page.getByRole("menuitemradio", { name: "Deutsch" }).click()]);
  app = await appIn(page.locator("#ac-content"));
  assert.equal(await language(), "de_DE");
  await page.getByRole("button", { name: "Your profile and settings" }).click();
  await page.getByRole("menuitemradio", { name: "Deutsch", checked: true }).waitFor();
  await page.keyboard.press("Escape");

  // Dark, for the site and for the app.
  await page.getByRole("button", { name: "Your profile and settings" }).click();
  await page.getByRole("menuitemradio", { name: "Dark" }).click();
  assert.equal(await page.locator("html").getAttribute("data-color-mode"), "dark");
  await app.locator("html[data-color-mode=dark]").waitFor();
  await goTo("/wiki/spaces/TEAM/pages/65544");
  await isAccessible("dark");

  // Writing.
  await page.getByLabel("Add a comment").fill("First <line>\n\nSecond");
  await page.getByRole("button", { name: "Comment", exact: true }).click();
  await page.locator(".comment-body").getByText("First <line>").waitFor();
  await goTo("/wiki/create?space=POLICY");
  await page.getByLabel("Title").fill("Made by hand");
  await page.getByRole("button", { name: "Publish" }).click();
  await page.getByRole("heading", { name: "Made by hand" }).waitFor();

  // Someone else.
  await page.getByRole("button", { name: /Signed in as/ }).click();
  await page.getByRole("menuitemradio", { name: /Ada Admin/ }).click();
  await page.getByRole("button", { name: "Signed in as Ada Admin" }).waitFor();
  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByRole("link", { name: "Fake settings" }).click();
  await appIn(page.locator("#ac-content"));
  await isAccessible("admin");
  for (const tool of ["Apps", "Calls", "Clock"]) {
    await page.getByRole("complementary", { name: "Simulator" }).getByRole("link", { name: tool }).click();
    await page.getByRole("heading", { name: tool, level: 1 }).waitFor();
    await isAccessible(`tool-${tool.toLowerCase()}`);
  }
  const reloaded = (button) => Promise.all([page.waitForEvent("load"), page.getByRole("button", { name: button }).click()]);
  await reloaded("+ 1 day");
  await Promise.all([page.waitForURL("**/simulator/apps"), page.getByRole("link", { name: "Apps" }).click()]);
  await reloaded("Install again");
  await page.getByText("enabled", { exact: true }).waitFor();
  assert.deepEqual(troubles.filter(isOurs), []);

  await goTo("/control/sign-in?person=dora&then=/wiki/home");
  await page.getByRole("heading", { name: /have access/ }).waitFor();
  await isAccessible("no-access");
  await page.setViewportSize({ width: 400, height: 800 });
  await goTo("/control/sign-in?person=alice&then=/wiki/spaces/TEAM/pages/65544");
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 400, "nothing sticks out of a small window");
  await isAccessible("small");
} catch (error) {
  console.error(`The browser said: ${JSON.stringify(troubles)}`);
  throw error;
} finally {
  await browser.close();
}

async function goTo(path) {
  await page.goto(`${site}${path}`);
}

/** The app's page inside an element, once its bridge is there. */
async function appIn(element) {
  const handle = await element.locator("iframe").elementHandle();
  const frame = await handle.contentFrame();
  await frame.waitForFunction(() => window.AP?._hostModules?.context !== undefined);
  await page.waitForFunction((iframe) => iframe.bridgeEstablished, handle);
  return frame;
}

async function isAccessible(name) {
  await page.evaluate(axe.source);
  // Half-way through fading in, everything has too little contrast.
  await page.evaluate(() => Promise.allSettled(document.getAnimations().map((animation) => animation.finished)));
  const { violations } = await page.evaluate(() => {
    // Where an app fills the page, the heading is the app's.
    const enabled = document.getElementById("ac-content") === null;
    return window.axe.run({ exclude: ["iframe"] }, { iframes: false, rules: { "page-has-heading-one": { enabled } } });
  });
  if (process.env.SCREENSHOTS) {
    await page.screenshot({ path: join(process.env.SCREENSHOTS, `${name}.png`) });
  }
  const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join("\n  ")}`);
  assert.deepEqual(told, [], name);
}

async function focused() {
  return page.evaluate(() => document.activeElement.textContent.trim());
}

function claims(token) {
  return JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
}

/** The bridge misses Atlassian's feature flags, and its CDN for themes; tests reach neither. */
function isOurs(trouble) {
  return !trouble.includes("net::ERR_") && !trouble.includes("Feature flag service");
}

function executable() {
  if (process.env.CHROMIUM) {
    return process.env.CHROMIUM;
  }
  const names = ["chromium", "chromium-browser", "google-chrome", "chrome"];
  const paths = process.env.PATH.split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)));
  const found = paths.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  assert.ok(found, "Chromium must be on the PATH or named by CHROMIUM");
  return found;
}
