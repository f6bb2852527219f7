import { mkdirSync, writeFileSync } from 'node:fs';
import bwip from 'bwip-js/node';
import { PRACTICE_CARDS } from '../src/lib/scanner/practice-cards.ts';

// Draws the codes of the practice cards: `npx tsx scripts/practice-cards.ts`, after a change of them.

const FOLDER = 'static/practice';

mkdirSync(FOLDER, { recursive: true });
for (const { key, code } of PRACTICE_CARDS)
  writeFileSync(
    `${FOLDER}/${key}.svg`,
    bwip.toSVG({ bcid: 'qrcode', text: code, padding: 4, backgroundcolor: 'ffffff' }),
  );
