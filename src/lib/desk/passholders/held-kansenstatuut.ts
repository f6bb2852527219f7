import type { PassholderFile } from '#domain/passholder-api.ts';
import type { Kansenstatuut } from '#domain/passholders/kansenstatuut.ts';

/** As it came over the wire, as the domain weighs it: what is not said is not there. */
export function heldKansenstatuut(
  membership: Pick<PassholderFile['memberships'][number], 'kansenstatuut'> | undefined,
): Kansenstatuut | null {
  if (!membership?.kansenstatuut) return null;
  const { suspendedUntil, endedOn, ...rest } = membership.kansenstatuut;
  return {
    ...rest,
    ...(suspendedUntil !== undefined && { suspendedUntil }),
    ...(endedOn !== undefined && { endedOn }),
  };
}
