import { Hono } from 'hono';
import { chooseEncoding } from '../content-encoding.ts';
import type { Context } from '../context.ts';
import { requirePhoneToken, type PhoneEnv } from '../devices/phone-token.ts';
import { Problem } from '../errors.ts';
import { createRosterShelf } from './roster-service.ts';

export function rosterRoutes(context: Context): Hono<PhoneEnv> {
  const shelf = createRosterShelf(context);
  const app = new Hono<PhoneEnv>();

  app.get('/roster/:rosterId', requirePhoneToken(context), async (c) => {
    const { regionId, activityIds } = c.get('phone');
    const file = await shelf.getFile(regionId, activityIds, c.req.param('rosterId'));
    if (!file) throw new Problem(404, 'roster-replaced');
    const headers = { etag: file.etag, 'cache-control': 'private, no-cache', vary: 'accept-encoding' };
    if (c.req.header('if-none-match') === file.etag) return c.body(null, 304, headers);
    const encoding = chooseEncoding(c.req.header('accept-encoding'));
    const body = await file.body(encoding);
    return c.body(new Uint8Array(body), 200, {
      ...headers,
      'content-type': 'application/octet-stream',
      ...(encoding !== 'identity' && { 'content-encoding': encoding }),
    });
  });
  return app;
}
