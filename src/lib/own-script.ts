// Trusted Types (ADR 013): the browser starts no script from an address that did not pass here, and only our own passes.
// A browser without them gets the address as it is; the policy of the server still holds there.

type ScriptPolicy = { createScriptURL(url: string): unknown };
type TrustedTypes = {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): ScriptPolicy;
};

const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes }; // no part of the types of TypeScript yet

/** The name stands in the server's policy too (server/security-headers.ts). */
const policy = trustedTypes?.createPolicy('streekbalie-own-script', { createScriptURL: requireOwn });

/** What `new Worker` and a registration of a service worker take. */
export function ownScript(url: string): string {
  // A TrustedScriptURL stands where the types ask for a text.
  return policy ? (policy.createScriptURL(url) as string) : requireOwn(url);
}

function requireOwn(url: string): string {
  if (new URL(url, location.href).origin !== location.origin)
    throw new TypeError('A script of another address is not started.');
  return url;
}
