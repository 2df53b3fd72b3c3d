// The host half of Atlassian's bridge, set up as Confluence sets it up: what a product must define itself, and the
// providers for dialogs and flags.

import { dialogProvider, focusApp } from "./dialogs.js";
import { flagProvider, showFlag } from "./flags.js";

const page = JSON.parse(document.getElementById("simulator-page").textContent);
const SERVLET = "/wiki/plugins/servlet/ac";

const adaptor = connectHost.getFrameworkAdaptor();
for (const [name, provider] of [["dialog", dialogProvider], ["flag", flagProvider]]) {
  adaptor.registerModule({
    getModuleRegistrationName: () => name,
    isEnabled: () => true,
    getProvider: () => provider,
  });
}

// The options of dialogs in descriptors, which the bridge looks up here for AP.dialog.create.
window._AP.dialogModules = page.dialogModules;

// Where the bridge asks for the URL of a module that it only knows by its key, or whose token has expired.
connectHost.registerContentResolver.resolveByExtension((extension) => {
  const answer = window.AJS.$.Deferred();
  resolve(extension).then(
    (module) => answer.resolve({ url: module.url, options: frameOptions(module) }),
    (error) => answer.reject({}, { text: error.message }),
  );
  return answer.promise();
});

connectHost.onIframeEstablished(({ $el }) => {
  const [iframe] = $el;
  iframe.title ||= page.title;
  focusApp(iframe);
});

connectHost.defineModule("context", {
  getToken: promised(async (extension) => (await resolve(extension)).contextJwt),
  getContext: promised(async (extension) => JSON.parse((await resolve(extension)).structuredContext)),
});

connectHost.defineModule("user", {
  getCurrentUser: promised(async () => ({ atlassianAccountId: page.accountId })),
  getTimeZone: promised(async () => page.timeZone),
  getLocale: promised(async () => page.locale),
});

connectHost.defineModule("navigator", {
  getLocation: promised(async () => ({ target: page.target, context: page.productContext })),
  go: function (target, context, callback) {
    location.assign(destination(target, context ?? {}, callback._context.extension));
  },
  reload: function () {
    location.reload();
  },
});

// The state of an app's page is kept behind "#!", so that it survives a reload.
connectHost.defineModule("history", {
  getState: promised(async () => state()),
  pushState: function (state) {
    history.pushState(null, "", `#!${state}`);
  },
  replaceState: function (state) {
    history.replaceState(null, "", `#!${state}`);
  },
  go: function (delta) {
    history.go(delta);
  },
  back: function () {
    history.back();
  },
  forward: function () {
    history.forward();
  },
});
addEventListener("popstate", () => connectHost.broadcastEvent("history.popstate", {}, { hash: state() }));

connectHost.defineModule("cookie", {
  save: function (name, value, expires, callback) {
    const days = Number(expires) || 365;
    document.cookie = `${cookieName(callback, name)}=${encodeURIComponent(value)}; Path=/; Max-Age=${days * 86400}`;
  },
  read: function (name, callback) {
    const start = `${cookieName(callback, name)}=`;
    const found = document.cookie.split("; ").find((cookie) => cookie.startsWith(start));
    callback(found && decodeURIComponent(found.slice(start.length)));
  },
  erase: function (name, callback) {
    document.cookie = `${cookieName(callback, name)}=; Path=/; Max-Age=0`;
  },
});

const request = async function (options, callback) {
  const { url, type = "GET", data, contentType, headers } = typeof options === "string" ? { url: options } : options;
  const response = await fetch(`/wiki${url.startsWith("/") ? url : `/${url}`}`, {
    method: type,
    body: type === "GET" ? undefined : data,
    headers: { Accept: "*/*", ...headers, ...(contentType && { "Content-Type": contentType }) },
  });
  const body = await response.text();
  const xhr = { status: response.status, statusText: response.statusText, responseText: body };
  if (!response.ok) {
    throw { xhr, err: body };
  }
  return { body, xhr };
};
request.returnsPromise = true;
connectHost.defineModule({
  request,
  getLocation: promised(async () => location.href),
});

const container = document.getElementById("ac-content");
if (container) {
  const { addon_key, key, url } = page.module;
  const options = { ...frameOptions(page.module), isFullPage: true };
  container.append(connectHost.create({ addon_key, key, url, options })[0]);
}

for (const link of document.querySelectorAll("[data-dialog]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    const { addonKey, moduleKey, options } = JSON.parse(link.dataset.dialog);
    const extension = { addon_key: addonKey, key: moduleKey, options: { productContext: page.productContext } };
    connectHost.dialog.create(extension, options);
  });
}

/** A function for the bridge that answers by callback as well as by promise. */
function promised(answer) {
  const method = function (callback) {
    return answer(callback._context.extension);
  };
  method.returnsPromise = true;
  return method;
}

/** Asks the site for a module: its URL with a fresh token, and a context token. */
async function resolve({ addon_key, key, options }) {
  const context = new URLSearchParams({ ...page.productContext, ...options?.productContext, classifier: "json" });
  const path = `${SERVLET}/${encodeURIComponent(addon_key)}/${encodeURIComponent(key)}?${context}`;
  const response = await fetch(path, { headers: { Accept: "application/json" } });
  if (!response.ok) {
    showFlag("error", "The app can't be shown", `${key}: the site answered ${response.status}.`);
    throw new Error(`${key}: ${response.status}`);
  }
  return response.json();
}

/** What the frame is told of a module: all but the tokens. */
function frameOptions({ uniqueKey, moduleType, moduleLocation, sandbox, hostOrigin, productCtx, structuredContext }) {
  return {
    uniqueKey,
    moduleType,
    moduleLocation,
    sandbox,
    hostOrigin,
    origin: hostOrigin,
    structuredContext,
    productContext: JSON.parse(productCtx),
    contextPath: "/wiki",
  };
}

/** Where AP.navigator.go leads. */
function destination(target, context, { addon_key }) {
  const at = (path) => `/wiki${path}`;
  switch (target) {
    case "addonmodule":
    case "addonModule": {
      const data = Object.entries(context.customData ?? {}).map(([name, value]) => [`ac.${name}`, value]);
      const query = data.length > 0 ? `?${new URLSearchParams(data)}` : "";
      return `${SERVLET}/${encodeURIComponent(context.addonKey ?? addon_key)}/${context.moduleKey}${query}`;
    }
    case "contentview":
    case "contentView":
      return at(`/pages/${context.contentId}`);
    case "spaceview":
    case "spaceView":
      return at(`/spaces/${context.spaceKey}`);
    case "userProfile":
    case "userprofile":
      return at(`/people/${encodeURIComponent(context.userAccountId ?? context.accountId ?? page.accountId)}`);
    case "dashboard":
      return at("/home");
    case "site": {
      const url = new URL(context.absoluteUrl ?? at(context.relativeUrl), location.href);
      if (url.origin !== location.origin) {
        throw new Error("AP.navigator.go leads only to this site");
      }
      return url.href;
    }
    default:
      throw new Error(`AP.navigator.go: this site has no ${target}`);
  }
}

function state() {
  return location.hash.startsWith("#!") ? location.hash.slice(2) : "";
}

function cookieName(callback, name) {
  return encodeURIComponent(`${callback._context.extension.addon_key}$$${name}`);
}
