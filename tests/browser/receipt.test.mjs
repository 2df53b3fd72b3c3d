// The receipt, as a browser gets it.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";

import { World } from "./world.mjs";

let world;
before(async () => {
  world = await World.start();
});
after(() => world?.end());

for (const [place, open] of [
  ["a page", (page) => world.fullPage(page)],
  ["a dialog", (page) => world.dialog(page)],
]) {
  test(`from ${place}, the receipt is a file that names the consent`, async () => {
    const person = await world.newPerson();
    await world.consent(person.handle);
    const page = await world.window(person.handle);
    const frame = await open(page);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      frame.getByRole("button", { name: "Download receipt" }).click(),
    ]);
    assert.match(download.suggestedFilename(), /\.json$/);
    const receipt = JSON.parse(await readFile(await download.path(), "utf8"));
    const consent = await world.api(person.handle, "GET", "/api/consent");
    assert.equal(receipt.header.record_id, consent.id);
    await frame.getByText("The receipt was downloaded.").waitFor();
  });
}
