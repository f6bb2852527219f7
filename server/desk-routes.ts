import { Hono } from 'hono';
import { activityRoutes } from './activities/routes.ts';
import { associationRoutes } from './associations/routes.ts';
import { auditRoutes } from './audit/routes.ts';
import { accountRoutes } from './auth/account-routes.ts';
import { createOidcProvider } from './auth/oidc-provider.ts';
import { oidcRoutes } from './auth/oidc-routes.ts';
import { passkeyRoutes } from './auth/passkey-routes.ts';
import { authRoutes } from './auth/routes.ts';
import { createSignIn } from './auth/sign-in.ts';
import { rosterRoutes } from './cards/roster-routes.ts';
import { bulkRoutes } from './bulk/routes.ts';
import { cardRoutes } from './cards/routes.ts';
import { checkInRoutes } from './checkins/routes.ts';
import { cashRoutes } from './cash/routes.ts';
import type { Context } from './context.ts';
import { deviceRoutes } from './devices/routes.ts';
import { familyRoutes } from './families/routes.ts';
import { figureRoutes } from './figures/routes.ts';
import { passholderRoutes } from './passholders/routes.ts';
import { groupPassRoutes } from './grouppasses/routes.ts';
import { organisationRoutes } from './organisations/desk-routes.ts';
import { publicRoutes } from './organisations/routes.ts';
import { acceptByProvider } from './staff/invitation-service.ts';
import { staffRoutes } from './staff/routes.ts';
import { posterRoutes } from './posters/routes.ts';
import { stockRoutes } from './stock/routes.ts';
import { tariffRoutes } from './tariffs/routes.ts';
import { taskRoutes } from './tasks/routes.ts';
import { todayRoutes } from './today/routes.ts';
import { settingRoutes } from './settings/routes.ts';
import { uitdatabankRoutes } from './uitdatabank/routes.ts';
import { rescueRoutes } from './rescue/routes.ts';
import { streamRoutes } from './stream-routes.ts';
import { quarantineRoutes } from './quarantine/routes.ts';
import { createHeldDecisions } from './sync/decide-held.ts';
import { createDeskLedger, createDeskSubmission } from './sync/desk-commands.ts';
import { mergeAccounts } from './sync/merge-accounts.ts';
import type { PhoneTurns } from './phone-turns.ts';
import { createRescueIntake } from './sync/take-rescued.ts';

/** Everything of the desk and of enrolling, under /api. Origin and size are checked before (app.ts). */
export function deskRoutes(context: Context, turns: PhoneTurns): Hono {
  const signIn = createSignIn(context);
  const { oidc } = context.config;
  const provider = oidc && createOidcProvider(oidc, context);
  const submit = createDeskSubmission(context);
  const decideHeld = createHeldDecisions(context);
  const takeCommands = createRescueIntake(context);
  return new Hono()
    .route('/', publicRoutes(context))
    .route('/', authRoutes(context, signIn, provider))
    .route('/', accountRoutes(context, signIn, provider))
    .route('/', oidcRoutes(context, signIn, provider, acceptByProvider(context)))
    .route('/', passkeyRoutes(context, signIn))
    .route('/', staffRoutes(context, signIn))
    .route('/', organisationRoutes(context, signIn))
    .route('/', activityRoutes(context, signIn))
    .route('/', tariffRoutes(context, signIn))
    .route('/', uitdatabankRoutes(context, signIn))
    .route('/', deviceRoutes(context, signIn))
    .route('/', rosterRoutes(context))
    .route('/', cardRoutes(context, signIn))
    .route('/', passholderRoutes({ ...context, mergeAccounts }, signIn))
    .route('/', familyRoutes(context, signIn))
    .route('/', associationRoutes(context, signIn))
    .route('/', groupPassRoutes(context, signIn))
    .route('/', stockRoutes(context, signIn))
    .route('/', auditRoutes(context, signIn))
    .route('/', settingRoutes(context, signIn))
    .route('/', cashRoutes(context, signIn))
    .route('/', figureRoutes(context, signIn))
    .route('/', bulkRoutes({ ...context, ledger: createDeskLedger(context) }, signIn))
    .route('/', taskRoutes(context, signIn))
    .route('/', todayRoutes(context, signIn))
    .route('/', checkInRoutes(context, signIn, submit))
    .route('/', posterRoutes(context, signIn, submit))
    .route('/', quarantineRoutes({ ...context, submit, decideHeld }, signIn))
    .route('/', rescueRoutes({ ...context, takeCommands }, signIn, turns))
    .route('/', streamRoutes(context, signIn));
}
