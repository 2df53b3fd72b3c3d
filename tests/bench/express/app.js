// A Connect app as Atlassian's own framework makes it, which does for a consent what the API of Onbehalf does: verifies who
// asks, looks the account up in Confluence, and stores the consent and its event in DynamoDB. It is what the API is measured
// beside.

const http = require("node:http");
const { promisify } = require("node:util");
const connect = require("atlassian-connect-express");
const express = require("express");
const { Consents } = require("./consents");
const { page } = require("./page");

const NOTICE = "2026-11";
const ACCESS = ["read", "readWrite"];
const LONGEST_DAYS = 90;

/** Answers the app for this base URL. */
function app(baseUrl, consents) {
  const routes = express();
  const addon = connect(routes, { config: { production: { localBaseUrl: baseUrl } } });
  routes.disable("x-powered-by");
  routes.use(express.json({ limit: "16kb" }));
  // A context token says `context-qsh` for every URL.
  const caller = addon.authenticate(true);

  routes.get("/api/consent", caller, async (request, response, next) => {
    try {
      response.json(shown(await consents.of(person(request))));
    } catch (error) {
      next(error);
    }
  });

  routes.put("/api/consent", caller, async (request, response, next) => {
    try {
      const problem = unacceptable(request.body);
      if (problem) return response.status(422).json({ problem });
      if (!isPerson(await account(addon, request))) {
        return response.status(403).json({ problem: "only people may consent" });
      }
      const existing = await consents.of(person(request));
      const consent = await consents.grant(person(request), request.body, existing);
      response.status(existing ? 200 : 201).json(shown(consent));
    } catch (error) {
      next(error);
    }
  });

  routes.get("/consent", addon.authenticate(), async (request, response, next) => {
    try {
      const [known, consent] = await Promise.all([account(addon, request), consents.of(person(request))]);
      const name = isPerson(known) ? known.displayName : "";
      const accountId = request.context.userAccountId;
      response.send(page({ person: { accountId, name }, consent: shown(consent), notice: NOTICE }));
    } catch (error) {
      next(error);
    }
  });

  return routes;
}

function person(request) {
  return `${request.context.clientKey}#${request.context.userAccountId}`;
}

/** What Confluence says of the account that asks. */
async function account(addon, request) {
  const client = addon.httpClient(request);
  const post = promisify(client.post.bind(client));
  const accountId = request.context.userAccountId;
  // Connections are kept, which is not what the framework does by itself.
  const answer = await post({ url: "/api/v2/users-bulk", json: { accountIds: [accountId] }, forever: true });
  if (answer.statusCode !== 200) throw new Error(`Confluence answered ${answer.statusCode}`);
  return answer.body.results.find((user) => user.accountId === accountId);
}

function isPerson(known) {
  return known?.accountType === "atlassian" && known.accountStatus === "active";
}

function unacceptable(wish) {
  if (!ACCESS.includes(wish.access)) return "access is read or readWrite";
  if (!Number.isInteger(wish.days) || wish.days < 1 || wish.days > LONGEST_DAYS) return "days are 1 to 90";
  if (wish.notice !== NOTICE) return "the notice has a newer version";
}

function shown(consent) {
  if (!consent) return { state: "none", notice: NOTICE };
  return {
    state: consent.expiresAt > Date.now() ? "active" : "expired",
    id: consent.id,
    access: consent.access,
    grantedAt: new Date(consent.grantedAt).toISOString(),
    expiresAt: new Date(consent.expiresAt).toISOString(),
    notice: consent.notice,
  };
}

async function start() {
  const consents = new Consents();
  await consents.create();
  const server = http.createServer();
  server.listen(0, "127.0.0.1", () => {
    const baseUrl = `http://localhost:${server.address().port}`;
    server.on("request", app(baseUrl, consents));
    // Its framework puts routes in place a tick later.
    setImmediate(() => console.log(JSON.stringify({ baseUrl })));
  });
}

start();
