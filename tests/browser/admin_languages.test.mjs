// The page for admins in every language: nothing is left in another one, and nothing is cut off where there is little room.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";

import { lookNarrowly } from "./look.mjs";
import { World } from "./world.mjs";

const LOCALES = ["en_US", "de_DE", "fr_FR", "es_ES", "pt_BR", "ja_JP", "ko_KR", "ru_RU"];
const TABS = ["overview", "consents", "ask", "schedules", "activity", "policy", "audit"];

const words = async (language) =>
  JSON.parse(await readFile(new URL(`../../frontend/words/admin/${language}.json`, import.meta.url), "utf8"));

let world;
before(async () => {
  world = await World.start();
  const person = await world.newPerson({ displayName: "Maximiliane Mustermann-Beispielhuber" });
  await world.consent(person.handle);
});
after(() => world?.end());

for (const locale of LOCALES) {
  const language = locale.slice(0, 2);
  test(`every tab in ${language}`, async () => {
    const said = await words(language);
    const admin = await world.newPerson({ locale, admin: true });
    const page = await world.window(admin.handle);
    await page.goto(`${world.baseUrl}/plugins/servlet/ac/onbehalf/admin`);
    const frame = world.frame(page);
    for (const tab of TABS) {
      await frame.getByRole("tab", { name: said[`admin.tab.${tab}`], exact: true }).click();
      await frame.locator(`[role=tabpanel][aria-labelledby=admin-tab-${tab}] [role=status]`).waitFor({ state: "detached" });
      await lookNarrowly(world, page, `admin-${language}-${tab}`);
      const shown = await frame.locator("body").innerText();
      assert.doesNotMatch(shown, /admin\.[a-z]+\./i, `${tab}: a key or a value is missing`);
    }
    assert.equal(await frame.locator("html").getAttribute("lang"), language);
    await page.context().close();
  });
}
