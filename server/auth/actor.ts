import type { Grant } from '#domain/devices/permissions.ts';

/** Who is signed in, and where. A request works in one region: that of the person's grants. */
export type Actor = {
  readonly userId: string;
  readonly email: string;
  readonly name: string;
  readonly regionId: number;
  readonly grants: readonly Grant[];
  readonly sessionId: string;
  /** When this person last proved who he is: at the sign-in, or again since. */
  readonly provedAt: number;
};

export const actorName = (actor: Pick<Actor, 'userId'>): string => `user:${actor.userId}`;
export const userIdIn = (name: string): string => name.replace(/^user:/, '');
