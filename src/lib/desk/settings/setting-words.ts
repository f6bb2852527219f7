// How settings read: what each is called, what it means, and its value in words.
import { PriceList, type PriceRule } from '#domain/cash/card-price.ts';
import { PAYMENT_MEANS, type PaymentMeans } from '#domain/cash/sale.ts';
import type { SettingsAnswer, SettingState, SettingVersion } from '#domain/settings-api.ts';
import { BLOCK_REASONS, type BlockReason, type FinerReason } from '#domain/passholders/card-life.ts';
import { SETTING_DEFAULTS, SETTINGS, type SettingKey } from '#domain/settings/settings.ts';
import { DistributionKeys, KeyBounds } from '#domain/tariffs/distribution-key.ts';
import * as z from 'zod/mini';
import { euroText } from '../../appearance/money.ts';
import { m } from '../../paraglide/messages.js';
import { MEANS_WORDS } from '../cash/cash-words.ts';
import { BLOCK_WORDS, REPLACE_WORDS, proofText } from '../passholders/passholder-words.ts';

type Words = { readonly title: () => string; readonly text: () => string };

export const SETTING_WORDS: Readonly<Record<SettingKey, Words>> = {
  kansenstatuutGraceDays: { title: m.settings_grace, text: m.settings_grace_text },
  kansenstatuutEndsOn: { title: m.settings_ends_on, text: m.settings_ends_on_text },
  kansenstatuutProofs: { title: m.settings_proofs, text: m.settings_proofs_text },
  kansenstatuutProofsLeftOut: { title: m.settings_left_out, text: m.settings_left_out_text },
  moveBackDays: { title: m.settings_move_back, text: m.settings_move_back_text },
  moveAheadDays: { title: m.settings_move_ahead, text: m.settings_move_ahead_text },
  blockReasons: { title: m.settings_block_reasons, text: m.settings_block_reasons_text },
  replaceReasons: { title: m.settings_replace_reasons, text: m.settings_replace_reasons_text },
  marginBeforeMin: { title: m.settings_margin_before, text: m.settings_margin_before_text },
  marginAfterMin: { title: m.settings_margin_after, text: m.settings_margin_after_text },
  undoReasons: { title: m.settings_undo_reasons, text: m.settings_undo_reasons_text },
  posterHeading: { title: m.settings_poster_heading, text: m.settings_poster_heading_text },
  posterHelp: { title: m.settings_poster_help, text: m.settings_poster_help_text },
  selfSaveText: { title: m.settings_self_text, text: m.settings_self_text_text },
  inszAsked: { title: m.settings_insz, text: m.settings_insz_text },
  cardPrices: { title: m.settings_prices, text: m.settings_prices_text },
  paymentMeans: { title: m.settings_means, text: m.settings_means_text },
  tillChangeCents: { title: m.settings_change_money, text: m.settings_change_money_text },
  receiptText: { title: m.settings_receipt, text: m.settings_receipt_text },
  distributionKeys: { title: m.tariffs_keys, text: m.tariffs_keys_text },
  keyBounds: { title: m.tariffs_bounds, text: m.tariffs_bounds_text },
};

/** Beside each other on the screen. */
export const SETTING_GROUPS: readonly {
  readonly title: () => string;
  readonly keys: readonly SettingKey[];
}[] = [
  {
    title: m.settings_group_kansenstatuut,
    keys: [
      'kansenstatuutProofs',
      'kansenstatuutProofsLeftOut',
      'kansenstatuutEndsOn',
      'kansenstatuutGraceDays',
    ],
  },
  { title: m.tariffs_group, keys: ['distributionKeys', 'keyBounds'] },
  { title: m.settings_group_till, keys: ['cardPrices', 'paymentMeans', 'tillChangeCents', 'receiptText'] },
  {
    title: m.settings_group_cards,
    keys: ['blockReasons', 'replaceReasons', 'moveBackDays', 'moveAheadDays'],
  },
  { title: m.settings_group_door, keys: ['marginBeforeMin', 'marginAfterMin', 'undoReasons'] },
  { title: m.settings_group_poster, keys: ['posterHeading', 'posterHelp', 'selfSaveText'] },
  { title: m.settings_group_people, keys: ['inszAsked'] },
];

/** Values come from the server; one that is not what its key says reads as nothing. */
export const textsIn = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
export const wholeIn = (value: unknown): number => (typeof value === 'number' ? value : 0);

const twoTexts = SETTINGS.selfSaveText;
export function twoTextsIn(value: unknown): { nl: string; en: string } {
  const texts = z.safeParse(twoTexts, value);
  return texts.success ? texts.data : { nl: '', en: '' };
}

function finerReasonsIn(value: unknown): readonly FinerReason[] {
  const reasons = z.safeParse(SETTINGS.replaceReasons, value);
  return reasons.success ? reasons.data : [];
}
export const finerIn = (value: unknown, under: FinerReason['under']): string[] =>
  finerReasonsIn(value).flatMap((each) => (each.under === under ? [each.text] : []));

export const monthDayText = (value: unknown): string => String(value).split('-').reverse().join('/');

export const blockReasonText = (reason: string): string =>
  isBlockReason(reason) ? BLOCK_WORDS[reason]() : reason;
export const meansText = (means: string): string => (isMeans(means) ? MEANS_WORDS[means]() : means);
const isMeans = (text: string): text is PaymentMeans => PAYMENT_MEANS.some((means) => means === text);

/** Of a list that is none: nothing. */
export function pricesIn(value: unknown): PriceRule[] {
  const list = z.safeParse(PriceList, value);
  return list.success ? list.data : [];
}
export function keysIn(value: unknown): DistributionKeys {
  const keys = z.safeParse(DistributionKeys, value);
  return keys.success ? keys.data : [];
}
export function boundsIn(value: unknown): KeyBounds {
  const bounds = z.safeParse(KeyBounds, value);
  return bounds.success ? bounds.data : SETTING_DEFAULTS.keyBounds;
}
const isBlockReason = (text: string): text is BlockReason => BLOCK_REASONS.some((reason) => reason === text);

/** One line for each thing it holds. */
export function valueLines(key: SettingKey, value: unknown, { regionProofs }: SettingsAnswer): string[] {
  switch (key) {
    case 'kansenstatuutGraceDays':
    case 'moveBackDays':
    case 'moveAheadDays':
      return [m.settings_days_value({ count: wholeIn(value) })];
    case 'kansenstatuutEndsOn':
      return [monthDayText(value)];
    case 'kansenstatuutProofs':
      return textsIn(value).map(proofText);
    case 'kansenstatuutProofsLeftOut': {
      const leftOut = textsIn(value);
      const accepted = regionProofs.filter((proof) => !leftOut.includes(proof));
      if (leftOut.length === 0) return [m.settings_accepts_all()];
      return accepted.length === 0 ? [m.settings_accepts_none()] : accepted.map(proofText);
    }
    case 'blockReasons':
      return textsIn(value).map(blockReasonText);
    case 'paymentMeans':
      return textsIn(value).map(meansText);
    case 'inszAsked':
      return [value === true ? m.settings_insz_asked() : m.settings_insz_not_asked()];
    case 'tillChangeCents':
      return [euroText(wholeIn(value))];
    case 'receiptText':
      return [value === '' ? m.settings_receipt_none() : String(value)];
    case 'marginBeforeMin':
    case 'marginAfterMin':
      return [m.settings_minutes_value({ count: wholeIn(value) })];
    case 'undoReasons': {
      const reasons = textsIn(value);
      return reasons.length === 0 ? [m.settings_undo_free()] : reasons;
    }
    case 'replaceReasons': {
      const finer = finerReasonsIn(value);
      if (finer.length === 0) return [m.settings_replace_usual()];
      return finer.map(({ under, text }) => `${REPLACE_WORDS[under]()}: ${text}`);
    }
    case 'posterHeading':
      return [value === '' ? m.settings_usual_words({ text: m.ik_poster_head() }) : String(value)];
    case 'posterHelp':
      return [value === '' ? m.settings_usual_words({ text: m.ik_poster_ask() }) : String(value)];
    case 'selfSaveText': {
      const { nl, en } = twoTextsIn(value);
      if (nl === '') return [m.settings_receipt_none()];
      return en === '' ? [nl] : [nl, m.settings_in_english({ text: en })];
    }
    case 'keyBounds': {
      const { personPercentMax, personMayPayNothing, organisationPercentMin } = boundsIn(value);
      return [
        m.tariffs_bounds_person({ percent: personPercentMax }),
        ...(personMayPayNothing ? [] : [m.tariffs_bounds_never_free()]),
        m.tariffs_bounds_organisation({ percent: organisationPercentMin }),
      ];
    }
    case 'cardPrices':
    case 'distributionKeys':
      return []; // a table of its own
  }
}

export const byText = (by: string): string => (by === 'system' ? m.settings_by_system() : by);

export const STATE_WORDS: Readonly<Record<SettingVersion['state'], () => string>> = {
  past: m.settings_state_past,
  holds: m.settings_state_holds,
  planned: m.settings_state_planned,
  withdrawn: m.settings_state_withdrawn,
};
export const STATE_TONES = {
  past: 'outline',
  holds: 'ok',
  planned: 'note',
  withdrawn: 'warn',
} as const satisfies Record<SettingVersion['state'], string>;

export const SOURCE_WORDS: Readonly<Record<SettingState['source'], (() => string) | undefined>> = {
  default: m.settings_holds_default,
  region: m.settings_holds_region,
  municipality: m.settings_holds_municipality,
  organisation: undefined,
};

/** What the server refuses, in words (problem-text.ts). */
export const SETTING_SENTENCES: Readonly<Record<string, () => string>> = {
  'setting-not-here': m.settings_problem_not_here,
  'setting-value': m.settings_problem_value,
  'setting-from': m.settings_problem_from,
  'setting-same': m.settings_problem_same,
  'proof-not-of-region': m.settings_problem_proof,
  'key-out-of-bounds': m.tariffs_problem_bounds,
  'setting-in-force': m.settings_problem_in_force,
  'setting-withdrawn': m.settings_problem_withdrawn,
};
