// What can be done with this person now, the usual first. Who may do it is the permission table's; the rules are the
// domain's and weigh again when it is asked: here it is only left out what makes no sense at all.
import type { PassholderFile } from '#domain/passholder-api.ts';
import type { Action } from '#domain/devices/permissions.ts';
import { addCivilDays, type CivilDay } from '#domain/kernel/civil-time.ts';

const ACTS = [
  'change-details',
  'renew-kansenstatuut',
  'grant-kansenstatuut',
  'resume-kansenstatuut',
  'replace-card',
  'unblock-card',
  'move',
  'join',
  'suspend-kansenstatuut',
  'block-card',
  'end-kansenstatuut',
  'leave',
  'erase',
] as const;
export type ActKind = (typeof ACTS)[number];

type Card = PassholderFile['cards'][number];
type Membership = PassholderFile['memberships'][number];

/** `cardSystemId`: of the membership it is about; `number`: of the card. */
export type FileAct = {
  readonly kind: ActKind;
  readonly cardSystemId?: string;
  readonly number?: string;
};

/** So long before its end people come with a new proof. */
const RENEWS_AHEAD_DAYS = 60;

export function actsOn(file: PassholderFile, can: (action: Action) => boolean, today: CivilDay): FileAct[] {
  if (file.state !== 'active' || !can('passholder.register')) return [];
  const acts: FileAct[] = [];
  if (can('passholder.change')) {
    acts.push({ kind: 'change-details' }, { kind: 'move' }, { kind: 'join' });
    for (const membership of file.memberships)
      if (membership.status === 'active') acts.push(...actsOnMembership(file, membership));
  }
  if (can('card.unblock'))
    for (const { cardSystemId, status } of file.memberships)
      if (status === 'active' && currentCard(file, cardSystemId)?.state === 'blocked')
        acts.push({ kind: 'unblock-card', cardSystemId, ...numberOf(currentCard(file, cardSystemId)) });
  if (can('passholder.erase')) acts.push({ kind: 'erase' });
  const usual = usualActs(file, today);
  return acts.sort((a, b) => rankOf(a, usual) - rankOf(b, usual));
}

function actsOnMembership(file: PassholderFile, membership: Membership): FileAct[] {
  const { cardSystemId, kansenstatuutStatus: status } = membership;
  const card = currentCard(file, cardSystemId);
  const about = { cardSystemId, ...numberOf(card) };
  return [
    ...(status === 'none'
      ? [{ kind: 'grant-kansenstatuut', ...about } as const]
      : [
          { kind: 'renew-kansenstatuut', ...about } as const,
          { kind: 'end-kansenstatuut', ...about } as const,
        ]),
    ...(status === 'active' || status === 'grace'
      ? [{ kind: 'suspend-kansenstatuut', ...about } as const]
      : []),
    ...(status === 'suspended' ? [{ kind: 'resume-kansenstatuut', ...about } as const] : []),
    ...(card ? [{ kind: 'replace-card', ...about } as const] : []),
    ...(card?.state === 'active' ? [{ kind: 'block-card', ...about } as const] : []),
    { kind: 'leave', cardSystemId },
  ];
}

const numberOf = (card: Card | undefined): { number?: string } => (card ? { number: card.number } : {});

/** The one in use, else the newest that is blocked: that one can be replaced, or come back. */
export const currentCard = ({ cards }: PassholderFile, cardSystemId: string): Card | undefined => {
  const own = cards.filter((card) => card.cardSystemId === cardSystemId);
  return own.find(({ state }) => state === 'active') ?? own.findLast(({ state }) => state === 'blocked');
};

/** What somebody with such a file most likely comes for. */
function usualActs(file: PassholderFile, today: CivilDay): readonly ActKind[] {
  const active = file.memberships.filter(({ status }) => status === 'active');
  const soon = addCivilDays(today, RENEWS_AHEAD_DAYS);
  const renews = active.some(
    ({ kansenstatuut, kansenstatuutStatus }) =>
      kansenstatuutStatus === 'expired' ||
      kansenstatuutStatus === 'grace' ||
      (kansenstatuutStatus === 'active' && kansenstatuut !== null && kansenstatuut.until <= soon),
  );
  const lacksCard = active.some(({ cardSystemId }) => currentCard(file, cardSystemId)?.state !== 'active');
  return [
    ...(lacksCard ? (['replace-card'] as const) : []),
    ...(renews ? (['renew-kansenstatuut'] as const) : []),
  ];
}

function rankOf({ kind }: FileAct, usual: readonly ActKind[]): number {
  const first = usual.indexOf(kind);
  return first >= 0 ? first - usual.length : ACTS.indexOf(kind);
}
