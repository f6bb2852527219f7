import { describe, expect, it } from 'vitest';
import { CodeGate } from '../../../../src/lib/scanner/code-gate.ts';
import type { SeenCode } from '../../../../src/lib/scanner/seen-code.ts';

const card: SeenCode = { text: '0900010959113', symbology: 'code-128' };
const otherCard: SeenCode = { text: '0900000095902', symbology: 'qr' };
const article: SeenCode = { text: '5410041001204', symbology: 'ean-13' };

describe('the gate behind the camera', () => {
  it('lets a card through once, however long it is held', () => {
    const gate = new CodeGate();
    expect(gate.pass([card], 0)).toEqual(card);
    for (let at = 80; at < 20_000; at += 80) expect(gate.pass([card], at)).toBeUndefined();
  });

  it('takes the same card again after it was away for five seconds', () => {
    const gate = new CodeGate();
    gate.pass([card], 0);
    expect(gate.pass([], 3_000)).toBeUndefined();
    expect(gate.pass([card], 4_900)).toBeUndefined();
    expect(gate.pass([card], 10_000)).toEqual(card);
  });

  it('takes the next card at once', () => {
    const gate = new CodeGate();
    gate.pass([card], 0);
    expect(gate.pass([otherCard], 80)).toEqual(otherCard);
  });

  it('takes two cards in one picture one after the other', () => {
    const gate = new CodeGate();
    expect(gate.pass([card, otherCard], 0)).toEqual(card);
    expect(gate.pass([card, otherCard], 80)).toEqual(otherCard);
    expect(gate.pass([card, otherCard], 160)).toBeUndefined();
  });

  it('prefers a card to the article beside it', () => {
    const gate = new CodeGate();
    expect(gate.pass([article, card], 0)).toEqual(card);
    for (let at = 80; at < 3_000; at += 80) expect(gate.pass([article, card], at)).toBeUndefined();
  });

  it('says something about an article only when it stays in view', () => {
    const gate = new CodeGate();
    expect(gate.pass([article], 0)).toBeUndefined();
    expect(gate.pass([article], 400)).toBeUndefined();
    expect(gate.pass([article], 720)).toEqual(article);
    expect(gate.pass([article], 800)).toBeUndefined();
  });

  it('takes the same card again at once after an undo', () => {
    const gate = new CodeGate();
    gate.pass([card], 0);
    gate.forget();
    expect(gate.pass([card], 80)).toEqual(card);
  });
});
