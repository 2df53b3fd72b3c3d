// Puts questions about tokens to npm's `atlassian-jwt`, so that Rust tests can compare their own answers with it.
//
// One JSON object a line on stdin, one on stdout, in the same order:
//
//   {"command":"qsh","method":"GET","url":"/wiki/x?a=b","basePath":"/wiki"} -> {"canonical":"GET&/x&a=b","qsh":"…"}
//   {"command":"sign","claims":{…},"secret":"…"}                            -> {"token":"…"}            HS256
//   {"command":"verify","token":"…","secret":"…"}                           -> {"claims":{…}}           HS256
//   {"command":"verify","token":"…","publicKey":"-----BEGIN …"}             -> {"claims":{…},"kid":"…"} RS256
//
// A question that can't be answered gives {"error":"…"}.

import { createInterface } from "node:readline";
import jwt from "atlassian-jwt";

const commands = {
  qsh({ method, url, basePath }) {
    const request = jwt.fromMethodAndUrl(method, url);
    return {
      canonical: jwt.createCanonicalRequest(request, false, basePath),
      qsh: jwt.createQueryStringHash(request, false, basePath),
    };
  },
  sign({ claims, secret }) {
    return { token: jwt.encodeSymmetric(claims, secret, "HS256") };
  },
  verify({ token, secret, publicKey }) {
    return publicKey === undefined
      ? { claims: jwt.decodeSymmetric(token, secret, "HS256") }
      : { claims: jwt.decodeAsymmetric(token, publicKey, "RS256"), kid: jwt.getKeyId(token) };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(answer(line)));
}

function answer(line) {
  try {
    const { command, ...question } = JSON.parse(line);
    const ask = commands[command];
    if (ask === undefined) {
      throw new Error(`there is no command ${command}`);
    }
    return ask(question);
  } catch (error) {
    return { error: error.message };
  }
}
