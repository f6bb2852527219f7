import { Problem } from '../errors.ts';
import type { AuthRefusal } from './service.ts';

const STATUS: Readonly<Record<AuthRefusal['code'], 401 | 410 | 422 | 429>> = {
  INVALID_EMAIL_OR_PASSWORD: 401,
  INVALID_TOKEN: 410,
  'challenge-over': 410,
  PASSWORD_TOO_SHORT: 422,
  PASSWORD_TOO_LONG: 422,
  PASSWORD_GUESSABLE: 422,
  // Not 401: the session goes on.
  'proof-wrong': 422,
  'too-many-requests': 429,
};

export const isAuthRefusal = (refusal: { readonly code: string }): refusal is AuthRefusal =>
  refusal.code in STATUS;

export function authProblem(refusal: AuthRefusal): Problem {
  const retryAfterS = refusal.code === 'too-many-requests' ? refusal.retryAfterS : undefined;
  return new Problem(STATUS[refusal.code], refusal.code, {
    ...(retryAfterS !== undefined && { headers: { 'retry-after': String(retryAfterS) } }),
  });
}
