// A phone that reads: its token, from its last sync. It opens the roster and the event stream, nothing else; a refusal
// here wipes nothing, that is only said in a signed answer.
import type { MiddlewareHandler } from 'hono';
import type { Context } from '../context.ts';
import { Problem } from '../errors.ts';
import { tokenHash } from './device-token.ts';
import { findDeviceByToken, type ReadingDevice } from './repository.ts';

export type PhoneEnv = { Variables: { phone: ReadingDevice } };

export function requirePhoneToken({ db, clock }: Pick<Context, 'db' | 'clock'>): MiddlewareHandler<PhoneEnv> {
  return async (c, next) => {
    const token = /^Bearer ([\w-]{20,100})$/.exec(c.req.header('authorization') ?? '')?.[1];
    const phone = token && (await findDeviceByToken(db, tokenHash(token), clock.now()));
    if (!phone) throw new Problem(401, 'token-expired');
    c.set('phone', phone);
    await next();
  };
}
