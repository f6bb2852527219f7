// Sensitive acts (roles of others, phones of others, one's own keys) want a proof of who one is that is minutes old: a desk
// left open is not enough (ASVS 7.5.3). After the permission, so that nobody is asked for a password in vain.
import { limits } from '#domain/kernel/limits.ts';
import type { Context } from '../context.ts';
import { Problem } from '../errors.ts';
import type { Actor } from './actor.ts';

export function requireFreshProof({ clock }: Pick<Context, 'clock'>, actor: Pick<Actor, 'provedAt'>): void {
  if (actor.provedAt + limits.freshProofMs > clock.now()) return;
  throw new Problem(403, 'proof-needed', { detail: 'Show again who you are, then repeat the request.' });
}
