import { readFileSync } from 'node:fs';
import { chromium } from '@playwright/test';
import { must } from '#domain/kernel/assert.ts';
import { findChromium } from './find-chromium.ts';

// Draws the PNG icons of the manifest from the one SVG: `npx tsx scripts/icons.ts`, after a change of the mark.

const ICONS = 'static/icons';
const BACKGROUND = '#0B5C7A';
const svg = readFileSync(`${ICONS}/icon.svg`, 'utf8');
const inner = svg.replace(/<svg[^>]*>|<\/svg>/g, '');

/** Maskable icons lose up to a fifth on each side: full-bleed ground, the mark at 76 %. */
const fullBleed = (scale: number) => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 512 512">
  <rect width="512" height="512" fill="${BACKGROUND}"/>
  <g transform="translate(256 256) scale(${scale}) translate(-256 -256)">${inner}</g></svg>`;

const targets = [
  { file: 'icon-192.png', size: 192, source: svg },
  { file: 'icon-512.png', size: 512, source: svg },
  { file: 'maskable-512.png', size: 512, source: fullBleed(0.76) },
  { file: 'apple-touch.png', size: 180, source: fullBleed(0.92) },
];

const browser = await chromium.launch({
  executablePath: must(await findChromium(), 'a Chromium'),
  args: ['--no-sandbox', '--disable-gpu'],
});
for (const { file, size, source } of targets) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  const image = Buffer.from(source).toString('base64');
  await page.setContent(
    `<body style="margin:0"><img width="${size}" height="${size}" style="display:block" src="data:image/svg+xml;base64,${image}">`,
  );
  await page.screenshot({ path: `${ICONS}/${file}`, omitBackground: true });
  await page.close();
}
await browser.close();
