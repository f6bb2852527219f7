import { Hono } from 'hono';
import { chooseEncoding } from '../content-encoding.ts';
import type { Context } from '../context.ts';
import { requirePhoneToken, type PhoneEnv } from '../devices/phone-token.ts';
import { Problem } from '../errors.ts';
import { bodyOf } from '../large-body.ts';
import { createRosterFiles, type RosterWish } from './roster-service.ts';

export function rosterRoutes(context: Context): Hono<PhoneEnv> {
  const files = createRosterFiles(context);
  const app = new Hono<PhoneEnv>();

  // `?from=<roster>.<version>`: the change since that one, where it can be told. `?of=chip`: of chips instead of numbers.
  app.get('/roster/:rosterId', requirePhoneToken(context), async (c) => {
    const { regionId, activityIds } = c.get('phone');
    const rosterId = c.req.param('rosterId');
    const from = fromOf(c.req.query('from'));
    const of = c.req.query('of') === 'chip' ? 'chip' : 'number';
    const file = await files.findFile(regionId, activityIds, { rosterId, of, ...(from && { from }) });
    if (!file) throw new Problem(404, 'roster-replaced');
    // Weak: another process builds the same content at another moment.
    const etag = `W/"${rosterId}.${of}.${file.version}"`;
    const headers = { etag, vary: 'accept-encoding' };
    if (c.req.header('if-none-match') === etag) return c.body(null, 304, headers);
    const encoding = chooseEncoding(c.req.header('accept-encoding'), file.encodings);
    const body = await file.body(encoding);
    return c.body(bodyOf(body), 200, {
      ...headers,
      'content-type': 'application/octet-stream',
      ...(encoding !== 'identity' && { 'content-encoding': encoding }),
    });
  });
  return app;
}

/** What does not read as a version is no version: then the whole file is the answer. */
function fromOf(text = ''): RosterWish['from'] {
  const [, rosterId, version] = /^([\w-]{1,80})\.(\d{1,15})$/.exec(text) ?? [];
  return rosterId === undefined ? undefined : { rosterId, version: Number(version) };
}
