// What a check-in needs to know of a card, on the phone from the roster, on the server from its tables.
// States after publiq (LOCAL_STOCK, ACTIVE, BLOCKED, DELETED) plus REPLACED, which publiq keeps apart.
import type { Instant } from '../kernel/civil-time.ts';

export const CARD_STATES = ['active', 'blocked', 'replaced', 'stock', 'deleted'] as const;
export type CardState = (typeof CARD_STATES)[number];

export type CardFacts =
  | { readonly known: false }
  | {
      readonly known: true;
      readonly state: CardState;
      /** Since when; a card blocked after the scan was still good at the scan. Undefined where only "now" is known. */
      readonly stateSince?: Instant;
      readonly groupPass: boolean;
      /** Is its holder a member of a card system of the activity, of another one of the region, or of none any more? */
      readonly membership: 'here' | 'elsewhere' | 'ended';
    };
