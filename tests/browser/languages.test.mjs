// The page speaks the language that the person chose in Confluence, whatever their browser asks for.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";

import { look, lookNarrowly } from "./look.mjs";
import { World } from "./world.mjs";

let world;
let english;
before(async () => {
  world = await World.start();
  english = await textsIn("en");
});
afterEach(() => world?.control("DELETE", "/faults"));
after(() => world?.end());

const textsIn = (language) => world.api("alice", "GET", `/api/texts/${language}`);
const filled = (template, values) => template.replaceAll(/\{(\w+)\}/g, (_, name) => values[name]);
const button = (frame, name) => frame.getByRole("button", { name, exact: true });

for (const [locale, language] of [
  ["en_US", "en"],
  ["de_DE", "de"],
  ["fr_FR", "fr"],
  ["es_ES", "es"],
  ["pt_BR", "pt"],
  ["ja_JP", "ja"],
  ["ko_KR", "ko"],
  ["ru_RU", "ru"],
]) {
  test(`${locale}: all is said in ${language}`, async () => {
    const { words, notice } = await textsIn(language);
    assert.equal(notice.version, english.notice.version, "the same notice in every language");
    const person = await world.newPerson({ locale });
    const page = await world.window(person.handle);
    const frame = await world.fullPage(page);
    const question = filled(words["ask.heading"], { app: "Onbehalf" });
    await frame.getByRole("heading", { name: question, exact: true }).waitFor();
    for (const text of [notice.lead, notice.purpose, notice.read, notice.readWrite, notice.never, notice.end]) {
      await frame.getByText(text).waitFor();
    }
    assert.equal(await world.document(page).evaluate(() => document.documentElement.lang), language);
    if (language !== "en") {
      assert.notEqual(words["ask.heading"], english.words["ask.heading"]);
      assert.notEqual(notice.lead, english.notice.lead);
      assert.deepEqual(await saidInEnglish(page, words), []);
    }
    await look(world, page, `language-${language}-before`);
    const dialog = await world.dialog(page, `${words["ask.allow"]}…`);
    await dialog.getByRole("heading", { name: question, exact: true }).waitFor();
    await button(dialog, words["ask.notNow"]).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });

    await world.fullPage(page);
    await button(frame, words["ask.allow"]).click();
    await button(frame, words["allowed.stop"]).waitFor();
    await button(frame, words["run.now"]).click();
    await frame.getByRole("link", { name: words["run.open"] }).waitFor();
    if (language !== "en") {
      assert.deepEqual(await saidInEnglish(page, words), []);
    }
    await lookNarrowly(world, page, `language-${language}-active`);

    await button(frame, words["schedules.new"]).click();
    await frame.getByLabel(words["form.title"], { exact: true }).fill("1");
    await frame.getByLabel(words["form.pageTitle"], { exact: true }).fill("2");
    await frame.getByLabel(words["form.text"], { exact: true }).fill("3");
    await frame.getByText("POST /wiki/api/v2/pages").waitFor();
    if (language !== "en") {
      assert.deepEqual(await saidInEnglish(page, words), []);
    }
    await lookNarrowly(world, page, `language-${language}-form`);
    await button(frame, words["form.cancel"]).click();
    await button(frame, words["allowed.stop"]).click();
    await button(frame, words["stop.now"]).click();
    await frame.getByText(words["ended.revoked.title"]).waitFor();
    const consent = await world.api(person.handle, "GET", "/api/consent");
    assert.equal(consent.language, language, "the record names the language that was read");
    await page.context().close();
  });
}

test("a language is that of its country's neighbours too; one that is not spoken here is English", async () => {
  for (const [locale, language] of [
    ["de_AT", "de"],
    ["pt_PT", "pt"],
    ["nl_NL", "en"],
  ]) {
    const { words } = await textsIn(language);
    const person = await world.newPerson({ locale });
    const page = await world.window(person.handle);
    const frame = await world.fullPage(page);
    await button(frame, words["ask.allow"]).waitFor();
    assert.equal(await world.document(page).evaluate(() => document.documentElement.lang), language, locale);
  }
});

test("who changes the language in Confluence reads the page in it", async () => {
  const person = await world.newPerson();
  const page = await world.window(person.handle);
  await button(await world.fullPage(page), "Allow impersonation").waitFor();
  await page.getByRole("button", { name: "Your profile and settings" }).click();
  await page.getByRole("menuitemradio", { name: "Français" }).click();
  const { words } = await textsIn("fr");
  await button(world.frame(page), words["ask.allow"]).waitFor();
});

test("trouble is told in the language too", async () => {
  const { words } = await textsIn("de");
  const person = await world.newPerson({ locale: "de_DE" });
  const page = await world.window(person.handle);
  const frame = await world.fullPage(page);
  const alert = frame.getByRole("alert");
  const isTold = async (name) => {
    for (const part of ["title", "detail", "remedy"]) {
      await alert.getByText(words[`${name}.${part}`], { exact: true }).waitFor();
    }
  };

  await page.route(/\/api\/consent$/, (route) => route.abort());
  await button(frame, words["ask.allow"]).click();
  await isTold("trouble.offline");
  await look(world, page, "language-de-trouble");
  await page.unroute(/\/api\/consent$/);

  const account = { accountId: person.accountId, accountType: "atlassian", accountStatus: "inactive" };
  await world.control("POST", "/faults", {
    path: "/wiki/api/v2/users-bulk",
    effect: { kind: "respond", status: 200, body: { results: [account] } },
  });
  await button(frame, words["trouble.again"]).click();
  await isTold("problem.account-inactive");
});

/** The English words that are left on the page, apart from those that are the same in its language. */
async function saidInEnglish(page, words) {
  const text = await world.document(page).evaluate(() => document.body.innerText);
  const lines = new Set(text.split("\n").map((line) => line.trim()));
  const keys = Object.keys(english.words).filter((key) => english.words[key] !== words[key]);
  return keys.map((key) => english.words[key]).filter((words) => lines.has(words));
}
