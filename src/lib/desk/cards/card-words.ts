import type { CardFile } from '#domain/desk-api.ts';
import { m } from '../../paraglide/messages.js';

type State = CardFile['state'];

const STATES: Record<State, () => string> = {
  active: m.desk_card_active,
  blocked: m.desk_card_blocked,
  replaced: m.desk_card_replaced,
  stock: m.desk_card_stock,
  deleted: m.desk_card_deleted,
};

/** What to say at the counter when the card cannot be used. */
const ADVICE: Partial<Record<State, () => string>> = {
  blocked: m.desk_card_blocked_advice,
  replaced: m.desk_card_replaced_advice,
  stock: m.desk_card_stock_advice,
  deleted: m.desk_card_deleted_advice,
};

const KINDS: Record<CardFile['kind'], () => string> = {
  card: m.desk_card_kind_card,
  digital: m.desk_card_kind_digital,
  'group-pass': m.desk_card_kind_group,
};

export const cardStateText = (state: State): string => STATES[state]();
export const cardAdvice = (state: State): string | undefined => ADVICE[state]?.();
export const cardKindText = (kind: CardFile['kind']): string => KINDS[kind]();

/** `0900 010 959 113`, also for what the server sends without spaces. */
export const cardNumberText = (number: string): string =>
  number.replace(/[\s.-]/g, '').replace(/^(.{4})(.{3})(.{3})(.{3})$/, '$1 $2 $3 $4');
