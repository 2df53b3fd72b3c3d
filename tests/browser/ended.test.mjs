// Each way in which a consent ends, in light and dark, wide and narrow, as a page and in a dialog: the page says what
// happened and what the person can do now.

import assert from "node:assert/strict";
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

/** Waits until the consent of a person has ended for this reason. */
async function ended(person, because) {
  const consent = await until(async () => {
    const consent = await world.api(person.handle, "GET", "/api/consent");
    return consent.state !== "active" && consent;
  });
  assert.equal(consent.endedBecause, because);
}

const says =
  (...words) =>
  async (frame) => {
    await frame.getByRole("heading", { name: "Onbehalf may not act as you" }).waitFor();
    for (const text of words) {
      await frame.getByText(text).first().waitFor();
    }
    await frame.getByRole("button", { name: "Allow impersonation" }).waitFor();
  };

test("its time is over", async () => {
  const person = await world.newPerson();
  await world.consent(person.handle, { days: 1 });
  await world.control("POST", "/clock", { advanceSeconds: 86_401 });
  await ended(person, "expired");
  await lookEverywhere(world, person, "ended-expired", says("Your permission has expired"));
});

test("taken back by the person", async () => {
  const person = await world.newPerson();
  await world.consent(person.handle);
  await world.api(person.handle, "DELETE", "/api/consent");
  await ended(person, "revokedByPerson");
  await lookEverywhere(world, person, "ended-by-person", says("You took back your permission"));
});

test("taken back by an admin, who said why", async () => {
  const person = await world.newPerson();
  await world.consent(person.handle);
  const reason = "Onbehalf is under review. Please wait for the announcement before you allow it again.";
  await world.api("ada", "POST", `/api/admin/consents/${encodeURIComponent(person.accountId)}/revoke`, { reason });
  await ended(person, "revokedByAdmin");
  await lookEverywhere(
    world,
    person,
    "ended-by-admin",
    says("An admin took back your permission", `The admin wrote: “${reason}”`),
  );
});

test("the account was deactivated, and works again", async () => {
  const person = await world.newPerson();
  await world.consent(person.handle);
  await world.control("PATCH", `/people/${person.handle}`, { state: "inactive" });
  await ended(person, "accountDeactivated");
  await world.control("PATCH", `/people/${person.handle}`, { state: "active" });
  await lookEverywhere(world, person, "ended-deactivated", says("Your account was deactivated"));
});

test("the account lost its access, which a run found out, and has it again", async () => {
  const person = await world.newPerson();
  await world.consent(person.handle);
  const { items } = await world.api(person.handle, "GET", "/api/schedules");
  await world.control("PATCH", `/people/${person.handle}`, { canUseConfluence: false });
  assert.equal((await world.api(person.handle, "GET", "/api/consent")).state, "active", "no webhook tells of it");
  await world.api(person.handle, "POST", `/api/schedules/${items[0].id}/run`);
  await ended(person, "accessLost");
  await world.control("PATCH", `/people/${person.handle}`, { canUseConfluence: true });
  await lookEverywhere(world, person, "ended-access-lost", says("Your account lost access to Confluence"));
});

test("the app was removed, and is installed again", async () => {
  const person = await world.newPerson();
  await world.consent(person.handle);
  await world.control("DELETE", "/installations/onbehalf");
  await world.install();
  await ended(person, "appRemoved");
  await lookEverywhere(world, person, "ended-app-removed", says("Onbehalf was removed from this site"));
});

for (const [accountType, words] of [
  ["app", "This is an app’s account, not a person’s."],
  ["customer", "This is a portal customer’s account, which cannot use Confluence."],
]) {
  test(`an account that cannot be impersonated is offered nothing to press: ${accountType}`, async () => {
    // Confluence shows its pages to people alone, so that only its answer about the account can say otherwise.
    const person = await world.newPerson();
    const account = { accountId: person.accountId, accountType, accountStatus: "active" };
    await world.control("POST", "/faults", {
      path: "/wiki/api/v2/users-bulk",
      effect: { kind: "respond", status: 200, body: { results: [account] } },
    });
    await lookEverywhere(world, person, `refused-${accountType}`, async (frame) => {
      await frame.getByText(words).waitFor();
      assert.equal(await frame.getByRole("button", { name: "Allow impersonation" }).count(), 0);
    });
  });
}
