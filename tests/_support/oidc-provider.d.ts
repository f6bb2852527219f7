// The part of oidc-provider that the tests use; the package itself has no types.
declare module 'oidc-provider' {
  import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

  export interface Grant {
    addOIDCScope(scope: string): void;
    save(): Promise<string>;
  }
  interface GrantContext {
    oidc: { session?: { accountId: string }; client?: { clientId: string } };
  }
  export interface Configuration {
    clients: readonly Readonly<Record<string, unknown>>[];
    claims: Readonly<Record<string, readonly string[]>>;
    cookies: { keys: readonly string[] };
    features: Readonly<Record<string, unknown>>;
    interactions: { url: (ctx: unknown, interaction: { uid: string }) => string };
    findAccount: (ctx: unknown, id: string) => { accountId: string; claims: () => Record<string, unknown> };
    loadExistingGrant: (ctx: GrantContext) => Promise<Grant>;
  }
  export class Provider {
    constructor(issuer: string, configuration: Configuration);
    readonly Grant: new (of: { accountId: string; clientId: string }) => Grant;
    callback(): RequestListener;
    interactionFinished(
      request: IncomingMessage,
      response: ServerResponse,
      result: { login: { accountId: string; amr?: readonly string[]; acr?: string } } | { error: string },
    ): Promise<void>;
  }
}
