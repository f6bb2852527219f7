import { Hono } from 'hono';
import * as z from 'zod/mini';
import { lineOf } from '#domain/kernel/plain-text.ts';
import type { Result } from '#domain/kernel/result.ts';
import {
  AgreementEnd,
  AgreementInput,
  IbanConfirmation,
  IbanProposal,
  IbanWithdrawal,
  OrganisationInput,
} from '#domain/organisation-api.ts';
import { requireSession, type DeskEnv } from '../auth/session.ts';
import type { SignIn } from '../auth/sign-in.ts';
import type { Context } from '../context.ts';
import { Problem } from '../errors.ts';
import { parseQuery, pathId, readJson } from '../request-input.ts';
import {
  addAgreement,
  addOrganisation,
  changeOrganisation,
  confirmIban,
  cutAgreement,
  proposeIban,
  readOrganisation,
  withdrawIban,
  type OrganisationRefusal,
} from './file-service.ts';
import { LIST_STATES, listOrganisationFiles, readChoices } from './file-view.ts';

const ListQuery = z.object({
  q: z._default(lineOf(80), ''),
  nisCode: z.optional(z.string().check(z.regex(/^\d{5}$/))),
  state: z._default(z.enum(LIST_STATES), 'all'),
  page: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(10_000)), 1),
});

export function organisationRoutes(context: Context, signIn: SignIn): Hono<DeskEnv> {
  const app = new Hono<DeskEnv>();
  const signedIn = requireSession(context, signIn);

  app.get('/organisations', signedIn, async (c) => {
    const { q: text, ...query } = parseQuery(c, ListQuery);
    return c.json(await listOrganisationFiles(context, c.get('actor'), { ...query, text }));
  });
  app.get('/organisations/choices', signedIn, async (c) =>
    c.json(await readChoices(context, c.get('actor'))),
  );
  app.post('/organisations', signedIn, async (c) => {
    const input = await readJson(c, OrganisationInput);
    return c.json(unwrap(await addOrganisation(context, c.get('actor'), input)), 201);
  });
  app.get('/organisations/:id', signedIn, async (c) =>
    c.json(unwrap(await readOrganisation(context, c.get('actor'), pathId(c)))),
  );
  app.put('/organisations/:id', signedIn, async (c) => {
    const input = await readJson(c, OrganisationInput);
    return c.json(unwrap(await changeOrganisation(context, c.get('actor'), pathId(c), input)));
  });
  app.post('/organisations/:id/agreements', signedIn, async (c) => {
    const input = await readJson(c, AgreementInput);
    return c.json(unwrap(await addAgreement(context, c.get('actor'), pathId(c), input)));
  });
  app.post('/organisations/:id/agreements/:agreementId/end', signedIn, async (c) => {
    const input = await readJson(c, AgreementEnd);
    const agreementId = pathId(c, 'agreementId');
    return c.json(unwrap(await cutAgreement(context, c.get('actor'), pathId(c), agreementId, input)));
  });
  app.post('/organisations/:id/iban', signedIn, async (c) => {
    const input = await readJson(c, IbanProposal);
    return c.json(unwrap(await proposeIban(context, c.get('actor'), pathId(c), input)));
  });
  app.post('/organisations/:id/iban/:changeId/confirm', signedIn, async (c) => {
    const { iban } = await readJson(c, IbanConfirmation);
    const changeId = pathId(c, 'changeId');
    return c.json(unwrap(await confirmIban(context, c.get('actor'), pathId(c), changeId, iban)));
  });
  app.post('/organisations/:id/iban/:changeId/withdraw', signedIn, async (c) => {
    const { because } = await readJson(c, IbanWithdrawal);
    const changeId = pathId(c, 'changeId');
    return c.json(unwrap(await withdrawIban(context, c.get('actor'), pathId(c), changeId, because)));
  });
  return app;
}

function unwrap<T>(result: Result<T, OrganisationRefusal>): T {
  if (result.ok) return result.value;
  const { error } = result;
  if ('field' in error)
    throw new Problem(422, 'invalid', { extra: { fields: [{ path: error.field, code: error.code }] } });
  if (error.code === 'not-found') throw new Problem(404, error.code);
  throw new Problem(error.code === 'changed-meanwhile' ? 409 : 422, error.code);
}
