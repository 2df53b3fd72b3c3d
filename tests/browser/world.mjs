// The app, a Confluence site in which it is installed, and a browser: real processes, real HTTP, ports from the system.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";

import { chromium } from "playwright-core";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // Atlassian's half of the bridge asks the Internet for themes and feature flags; the tests need neither.
  "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost",
];

/** Where pictures of the pages go, for people to look at. */
const PICTURES = new URL("../../target/screenshots/", import.meta.url).pathname;

export const CONSENT = "/plugins/servlet/ac/onbehalf/consent";

/** How long something that is under way may take, and how often to ask. */
const PATIENCE_MS = 15_000;
const PAUSE_MS = 50;

/** The value of a variable that `cargo xtask test` sets. */
function needed(name) {
  const value = process.env[name];
  if (!value) {
    throw new Error(`${name} is not set: run the browser tests with \`cargo xtask test\``);
  }
  return value;
}

/** Starts a program, and waits for the line of JSON that says that it is ready. */
async function start(program, parameters, environment = {}) {
  const child = spawn(program, parameters, {
    env: { ...process.env, RUST_LOG: "error", ...environment },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout });
  const ready = await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`${program} ended with ${code} before it was ready`)));
    lines.once("line", (line) => resolve(JSON.parse(line)));
  });
  return { ready, child };
}

async function stop({ child }) {
  if (child.exitCode === null) {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
  }
}

export class World {
  static async start() {
    const world = new World();
    try {
      await world.begin();
    } catch (error) {
      await world.end();
      throw error;
    }
    return world;
  }

  async begin() {
    this.folder = await mkdtemp(join(tmpdir(), "onbehalf-"));
    this.site = await start(needed("CONFLUENCE_SIMULATOR"), [
      ...["--site-port", "0", "--services-port", "0"],
      ...["--assets", needed("CONFLUENCE_ASSETS")],
    ]);
    this.app = await start(
      needed("ONBEHALF_LOCAL"),
      [
        ...["--ready", "--port", "0", "--in-memory", "--data", this.folder],
        ...["--page", needed("ONBEHALF_PAGE"), "--clock", `${this.site.ready.controlUrl}/clock`],
      ],
      {
        ONBEHALF_TENANT_HOSTS: "localhost",
        ONBEHALF_INSTALL_KEYS_URL: this.site.ready.installKeysUrl,
        ONBEHALF_TOKEN_URL: this.site.ready.tokenUrl,
      },
    );
    await this.install();
    this.browser = await chromium.launch({ executablePath: needed("CHROMIUM"), args: FLAGS });
  }

  async end() {
    await this.browser?.close();
    await Promise.all([this.app, this.site].filter(Boolean).map(stop));
    await rm(this.folder, { recursive: true, force: true });
  }

  get baseUrl() {
    return this.site.ready.baseUrl;
  }

  get appUrl() {
    return this.app.ready.baseUrl;
  }

  install() {
    return this.control("POST", "/installations", { descriptorUrl: `${this.appUrl}/atlassian-connect.json` });
  }

  /** Steers the site. */
  async control(method, path, body) {
    const response = await fetch(`${this.site.ready.controlUrl}${path}`, {
      method,
      headers: body ? { "content-type": "application/json" } : {},
      body: body && JSON.stringify(body),
    });
    if (!response.ok) {
      throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    }
    return response.status === 204 ? undefined : response.json();
  }

  /** Calls the app's API as a person of the site, who need not look at anything. */
  async api(person, method, path, body) {
    const { token } = await this.control("POST", "/tokens", { kind: "context", person });
    const response = await fetch(`${this.appUrl}${path}`, {
      method,
      headers: { authorization: `JWT ${token}`, ...(body && { "content-type": "application/json" }) },
      body: body && JSON.stringify(body),
    });
    const answer = await response.json();
    if (!response.ok) {
      throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
    }
    return answer;
  }

  /** Consents without the page, for what comes after it. */
  async consent(person, change = {}) {
    const { notice } = await this.api(person, "GET", "/api/consent");
    return this.api(person, "PUT", "/api/consent", {
      access: "readWrite",
      ...(!change.until && { days: 30 }),
      notice,
      language: "en",
      ...change,
    });
  }

  /** A new person of the site, of whom nobody knows anything yet. */
  async newPerson(change = {}) {
    this.people = (this.people ?? 0) + 1;
    const number = String(this.people).padStart(12, "0");
    const person = {
      handle: `person-${this.people}`,
      accountId: `712020:00000000-0000-4000-8000-${number}`,
      displayName: `Person ${this.people}`,
      email: `person-${this.people}@example.com`,
      accountType: "atlassian",
      state: "active",
      canUseConfluence: true,
      ...change,
    };
    await this.control("POST", "/people", person);
    await this.control("POST", `/people/${person.handle}/space`);
    return person;
  }

  /** A browser window in which this person is signed in. It is empty. */
  async window(person, { width = 1280, height = 900 } = {}) {
    const context = await this.browser.newContext({
      viewport: { width, height },
      locale: "en-GB",
      timezoneId: "Europe/Berlin",
    });
    await context.request.post(`${this.site.ready.controlUrl}/sign-in`, { data: { person } });
    return context.newPage();
  }

  /** Where a person finds themselves in Confluence. */
  home(page) {
    return page.goto(`${this.baseUrl}/home`);
  }

  /** The consent page at its own address, and the app's frame in it. */
  async fullPage(page) {
    await page.goto(`${this.baseUrl}${CONSENT}`);
    return this.frame(page);
  }

  /** The consent page in a dialog, opened from the user menu, where it has this name in the person's language. */
  async dialog(page, item = "Allow impersonation…") {
    await this.home(page);
    await page.getByRole("button", { name: "Your profile and settings" }).click();
    await page.getByRole("menuitem", { name: item }).click();
    return this.frame(page.getByRole("dialog"));
  }

  frame(within) {
    return within.frameLocator(`iframe[src^="${this.appUrl}"]`);
  }

  /** The document of the app in a window, which is there once one of the above has answered. */
  document(page) {
    return page.frames().find((frame) => frame.url().startsWith(this.appUrl));
  }

  /** A picture for people to look at. */
  async picture(page, name) {
    await mkdir(PICTURES, { recursive: true });
    await page.screenshot({ path: join(PICTURES, `${name}.png`), animations: "disabled" });
  }
}

/** Asks until the answer is a yes, and gives it. */
export async function until(question) {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await question();
    if (answer) {
      return answer;
    }
    assert.ok(Date.now() < end, `not in ${PATIENCE_MS} ms: ${question}`);
    await setTimeout(PAUSE_MS);
  }
}
