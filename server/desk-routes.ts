import { Hono } from 'hono';
import { activityRoutes } from './activities/routes.ts';
import { authRoutes } from './auth/routes.ts';
import { createSignIn } from './auth/sign-in.ts';
import { rosterRoutes } from './cards/roster-routes.ts';
import type { Context } from './context.ts';
import { deviceRoutes } from './devices/routes.ts';
import { publicRoutes } from './organisations/routes.ts';

/** Everything of the desk and of enrolling, under /api. Origin and size are checked before (app.ts). */
export function deskRoutes(context: Context): Hono {
  const signIn = createSignIn(context);
  return new Hono()
    .route('/', publicRoutes(context))
    .route('/', authRoutes(context, signIn))
    .route('/', activityRoutes(context, signIn))
    .route('/', deviceRoutes(context, signIn))
    .route('/', rosterRoutes(context));
}
