// A code as a picture, drawn on this phone: there is no network. Imported only when somebody shows codes, the drawer is large.
import { drawingSVG, qrcode } from 'bwip-js/browser';

/** The least correction (L): a screen has no stains, and the codes come round again. */
export function qrImage(text: string): string {
  const options = { bcid: 'qrcode', text, eclevel: 'L' };
  return `data:image/svg+xml,${encodeURIComponent(qrcode(options, drawingSVG()))}`;
}
