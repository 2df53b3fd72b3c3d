// Asks a deployed app what only a whole one answers: `smoke.mjs DESCRIPTOR GATEWAY ASSET…`. Says on stderr what was otherwise.

const [descriptor, gateway, ...assets] = process.argv.slice(2);
const base = descriptor.replace(/\/atlassian-connect\.json$/, '');
const immutable = /max-age=31536000.*immutable/;

const checks = {
  'the app is alive': async () => is(await ask(`${base}/healthz`), 204),
  'the descriptor is the app’s own': async () => {
    const answer = is(await ask(descriptor), 200);
    const { key, baseUrl } = await answer.json();
    if (!key || baseUrl !== base) throw new Error(`its baseUrl is ${baseUrl}`);
  },
  'nobody unknown is let in': async () => is(await ask(`${base}/api/consent`), 401),
  'the gateway answers only CloudFront': async () => is(await ask(`${gateway}/healthz`), 403),
};
for (const asset of assets) {
  checks[`${asset} is there, to keep`] = async () => {
    const answer = is(await ask(`${base}${asset}`), 200);
    if (!immutable.test(answer.headers.get('cache-control'))) throw new Error('it is not said to be immutable');
    if (!answer.headers.get('x-content-type-options')) throw new Error('it has no X-Content-Type-Options');
  };
}

// A new domain takes its time until it is known everywhere.
const patience = Number(process.env.SMOKE_SECONDS ?? 120) * 1000;
const began = Date.now();
let failed = false;
for (const [name, check] of Object.entries(checks)) {
  const error = await patiently(check);
  if (error) {
    failed = true;
    console.error(`not so: ${name}: ${error.cause?.message ?? error.message}`);
  } else {
    console.log(`  ${name}`);
  }
}
process.exit(failed ? 1 : 0);

// Why a check fails, after all.
async function patiently(check) {
  for (;;) {
    try {
      await check();
      return undefined;
    } catch (error) {
      if (Date.now() - began >= patience) return error;
    }
    await new Promise((resolve) => setTimeout(resolve, 2000));
  }
}

function ask(url) {
  return fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(15_000) });
}

function is(answer, status) {
  if (answer.status !== status) throw new Error(`status ${answer.status}, not ${status}`);
  return answer;
}
