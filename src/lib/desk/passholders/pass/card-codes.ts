// The number of a card as the scanners read it: Code 128 as on the card itself (publiq, passholders' app), and QR for a camera that
// sees lines badly. Drawn here; imported only when somebody prints, the drawer is large.
import { code128, drawingSVG, qrcode } from 'bwip-js/browser';
import type { UitpasNumber } from '#domain/cards/uitpas-number.ts';

type Drawing = { readonly code128: string; readonly qr: string };

/** As addresses of pictures. */
export function drawCodes(number: UitpasNumber): Drawing {
  const lines = { bcid: 'code128', text: number, height: 8 };
  const squares = { bcid: 'qrcode', text: number, eclevel: 'M' };
  return { code128: pictureOf(code128(lines, drawingSVG())), qr: pictureOf(qrcode(squares, drawingSVG())) };
}

const pictureOf = (svg: string): string => `data:image/svg+xml,${encodeURIComponent(svg)}`;
