// Half blocks: one line of text shows two rows of the code. Dark on light whatever the colours of the terminal.
const QUIET_MODULES = 2;
const DARK_ON_LIGHT = '\u001b[30;47m';
const RESET = '\u001b[0m';

export async function drawQrCode(text: string): Promise<string> {
  const { default: bwip } = await import('bwip-js/node'); // large, and seldom needed
  const [code] = bwip.raw('qrcode', text, 'eclevel=L');
  if (!code || !('pixs' in code)) throw new Error('a QR code is a matrix');
  const { pixs, pixx: size } = code;
  const isDark = (x: number, y: number): boolean =>
    x >= 0 && y >= 0 && x < size && y < size && pixs[y * size + x] === 1;

  const lines: string[] = [];
  for (let y = -QUIET_MODULES; y < size + QUIET_MODULES; y += 2) {
    let line = '';
    for (let x = -QUIET_MODULES; x < size + QUIET_MODULES; x++) {
      const [upper, lower] = [isDark(x, y), isDark(x, y + 1)];
      line += upper ? (lower ? '█' : '▀') : lower ? '▄' : ' ';
    }
    lines.push(`${DARK_ON_LIGHT}${line}${RESET}`);
  }
  return lines.join('\n');
}
