import { Hono } from 'hono';
import * as z from 'zod/mini';
import { EnrolLinkInput } from '#domain/desk-api.ts';
import { limits } from '#domain/kernel/limits.ts';
import { lineOf } from '#domain/kernel/plain-text.ts';
import type { Result } from '#domain/kernel/result.ts';
import { EnrolRequest, EnrolStatusRequest, SIGNATURE_HEADER } from '#domain/sync/exchange.ts';
import { requireSession, type DeskEnv } from '../auth/session.ts';
import type { SignIn } from '../auth/sign-in.ts';
import { clientAddress } from '../client-address.ts';
import type { Context } from '../context.ts';
import { Problem } from '../errors.ts';
import { parseJson, parseQuery, pathId, readJson, readJsonText } from '../request-input.ts';
import { signAnswer } from './device-signatures.ts';
import { enrol, readEnrolStatus, type EnrolRefusal } from './enrol-service.ts';
import {
  approveDevice,
  createEnrolLink,
  declareLost,
  listDevices,
  readEnrolLinkState,
  refuseDevice,
  renamePhone,
  revokePhone,
  type DeviceRefusal,
} from './service.ts';

const ListQuery = z.object({ organisationId: z.optional(z.uuid()) });
const Approval = z.object({ words: z.tuple([z.string(), z.string()]) });
const Rename = z.object({
  name: lineOf(limits.deviceNameMax).check(z.minLength(1)),
});
const Empty = z.object({});

export function deviceRoutes(context: Context, signIn: SignIn): Hono<DeskEnv> {
  const app = new Hono<DeskEnv>();
  const signedIn = requireSession(context, signIn);

  app.get('/devices', signedIn, async (c) => {
    const { organisationId } = parseQuery(c, ListQuery);
    return c.json(await listDevices(context, c.get('actor'), organisationId));
  });
  app.post('/devices/:id/approve', signedIn, async (c) => {
    const { words } = await readJson(c, Approval);
    return c.json(unwrap(await approveDevice(context, c.get('actor'), pathId(c), words)));
  });
  app.post('/devices/:id/refuse', signedIn, async (c) => {
    await readJson(c, Empty);
    return c.json(unwrap(await refuseDevice(context, c.get('actor'), pathId(c))));
  });
  app.post('/devices/:id/rename', signedIn, async (c) => {
    const { name } = await readJson(c, Rename);
    return c.json(unwrap(await renamePhone(context, c.get('actor'), pathId(c), name)));
  });
  app.post('/devices/:id/revoke', signedIn, async (c) => {
    await readJson(c, Empty);
    return c.json(unwrap(await revokePhone(context, c.get('actor'), pathId(c))));
  });
  app.post('/devices/:id/lost', signedIn, async (c) => {
    await readJson(c, Empty);
    return c.json(unwrap(await declareLost(context, c.get('actor'), pathId(c))));
  });
  app.post('/enrol-links', signedIn, async (c) =>
    c.json(unwrap(await createEnrolLink(context, c.get('actor'), await readJson(c, EnrolLinkInput))), 201),
  );
  app.get('/enrol-links/:id', signedIn, async (c) =>
    c.json(unwrap(await readEnrolLinkState(context, c.get('actor'), pathId(c)))),
  );

  // The phone's side: no session.
  app.post('/enrol', async (c) => {
    const request = await readJson(c, EnrolRequest);
    return c.json(unwrapEnrol(await enrol(context, request, clientAddress(c, context.config))));
  });
  app.post('/enrol/status', async (c) => {
    const body = await readJsonText(c);
    const request = parseJson(body, EnrolStatusRequest);
    const signature = c.req.header(SIGNATURE_HEADER) ?? '';
    const text = JSON.stringify(unwrapEnrol(await readEnrolStatus(context, body, request, signature)));
    // Signed like a sync: nobody on the way can tell a phone that it was refused.
    return c.body(text, 200, {
      'content-type': 'application/json',
      [SIGNATURE_HEADER]: signAnswer(context.keys, request.device, text),
    });
  });
  return app;
}

const DEVICE_STATUS = {
  'not-found': 404,
  'words-differ': 422,
  'activity-unknown': 422,
  'not-pending': 409,
  'not-active': 409,
  'approval-expired': 409,
} as const;

function unwrap<T>(result: Result<T, DeviceRefusal>): T {
  if (result.ok) return result.value;
  throw new Problem(DEVICE_STATUS[result.error.code], result.error.code);
}

const ENROL_STATUS = {
  'enrol-code-malformed': 422,
  'enrol-code-unknown': 404,
  'enrol-code-used': 410,
  'enrol-code-expired': 410,
  'bad-key': 422,
  'not-this-device': 401,
  'too-many-requests': 429,
} as const;

function unwrapEnrol<T>(result: Result<T, EnrolRefusal>): T {
  if (result.ok) return result.value;
  const { error } = result;
  throw new Problem(ENROL_STATUS[error.code], error.code, {
    ...(error.code === 'too-many-requests' && { headers: { 'retry-after': String(error.retryAfterS) } }),
  });
}
