import { expect, it } from 'vitest';
import { parseChipNumber } from '#domain/cards/chip-number.ts';
import dataset from '#server/demo/data/publiq-test-dataset.json' with { type: 'json' };

const chips = [...dataset.cards, ...dataset.groupPasses].flatMap((card) => card.chipNumber ?? []);

it.each(chips)('%s of the publiq test data set is accepted', (chip) => {
  expect(parseChipNumber(chip)).toEqual({ ok: true, value: chip });
});

it.each(['04784cdaee3880', '04:78:4c:da:ee:38:80', '04 78 4C DA EE 38 80', '04-78-4c-da-ee-38-80'])(
  '%s is the same chip in another notation',
  (text) => {
    expect(parseChipNumber(text)).toEqual({ ok: true, value: '04784CDAEE3880' });
  },
);

it.each([
  ['', { code: 'length', length: 0 }],
  ['04784CDAEE38', { code: 'length', length: 12 }],
  ['04784CDAEE388000', { code: 'length', length: 16 }],
  ['04784CDAEE388G', { code: 'not-hex' }],
])('%j is no chip', (text, problem) => {
  expect(parseChipNumber(text)).toEqual({ ok: false, error: problem });
});
