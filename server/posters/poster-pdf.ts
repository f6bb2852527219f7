// A poster as PDF: one page of A4, text in the Helvetica that each viewer brings along, the QR as squares. Written by hand, because
// that is all it is (docs/adr/020); Rule: ISO 32000-1, WinAnsiEncoding.
import bwip from 'bwip-js/node';

const PAGE = { width: 595, height: 842 };
const MARGIN = 56;
const QR = { size: 300, sizeMin: 180 };
/** What stands under the code, with two lines of help. */
const BELOW = 230;
/** Of the size of the letters: a little more than theirs are on average. */
const LETTER_WIDTHS = { F1: 0.54, F2: 0.6 };

export type PosterText = {
  readonly title: string;
  readonly place: string;
  readonly organisationName: string;
  readonly url: string;
  /** Instead of the usual words; empty: those. */
  readonly heading: string;
  readonly help: string;
};

export function drawPoster({
  title,
  place,
  organisationName,
  url,
  heading,
  help,
}: PosterText): Uint8Array<ArrayBuffer> {
  const page: string[] = [];
  let y = PAGE.height - MARGIN;
  const write = (text: string, size: number, font: 'F1' | 'F2', gap = 0): void => {
    for (const line of wrap(text, (PAGE.width - 2 * MARGIN) / (size * LETTER_WIDTHS[font]))) {
      y -= size * 1.25;
      page.push(`BT /${font} ${size} Tf ${MARGIN} ${y.toFixed(1)} Td (${escape(line)}) Tj ET`);
    }
    y -= gap;
  };
  write(heading || 'Spaar hier zelf je UITPAS-punt', 22, 'F2', 10);
  write(title, title.length > 40 ? 30 : 40, 'F2', 4);
  write(place.startsWith(organisationName) ? place : `${place}, ${organisationName}`, 18, 'F1', 20);
  const top = Math.min(y, 560);
  const size = Math.max(QR.sizeMin, Math.min(QR.size, top - BELOW));
  page.push(squares(url, { left: (PAGE.width - size) / 2, bottom: top - size, width: size }));
  y = top - size - 16;
  write('1. Scan deze code met je telefoon.', 18, 'F1');
  write('2. Toon je UITPAS voor de camera, of typ het nummer.', 18, 'F1');
  write('3. Klaar. Met je geboortedatum zie je ook je punten.', 18, 'F1', 12);
  write(help || 'Lukt het niet? Vraag het aan een medewerker.', 14, 'F1', 8);
  write(url, 11, 'F1');
  return assemble(page.join('\n'), title);
}

/** The modules of the code, row by row: neighbours that are dark become one rectangle. */
function squares(
  text: string,
  { left, bottom, width }: { left: number; bottom: number; width: number },
): string {
  const [code] = bwip.raw('qrcode', text, 'eclevel=M');
  if (!code || !('pixs' in code)) throw new Error('a QR code is a matrix');
  const { pixs, pixx: size } = code;
  const module = width / size;
  const parts = ['0 0 0 rg'];
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size;) {
      let length = 0;
      while (column + length < size && pixs[row * size + column + length] === 1) length++;
      if (length > 0) {
        const [x, y] = [left + column * module, bottom + (size - 1 - row) * module];
        parts.push([x, y, length * module, module].map((n) => n.toFixed(3)).join(' ') + ' re f');
      }
      column += Math.max(1, length);
    }
  return parts.join('\n');
}

function wrap(text: string, lettersMax: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((one) => pieces(one, Math.floor(lettersMax)))) {
    if (line !== '' && line.length + 1 + word.length > lettersMax) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

const pieces = (word: string, max: number): string[] =>
  Array.from({ length: Math.max(1, Math.ceil(word.length / max)) }, (_, i) =>
    word.slice(i * max, (i + 1) * max),
  );

/** Signs of Windows-1252 that are none of Latin-1, as far as names use them. */
const WINDOWS: Readonly<Record<string, string>> = {
  '€': '\\200',
  '‘': '\\221',
  '’': '\\222',
  '“': '\\223',
  '”': '\\224',
  '–': '\\226',
  '—': '\\227',
  Ł: 'L',
  ł: 'l',
};

/** As a PDF string in WinAnsi; a letter that it lacks loses its accent, and what is left over is a question mark. */
const escape = (text: string): string =>
  [...text]
    .map((sign) => (sign.charCodeAt(0) < 256 || WINDOWS[sign] ? sign : sign.normalize('NFD').charAt(0)))
    .map((sign) => {
      if (WINDOWS[sign]) return WINDOWS[sign];
      const code = sign.charCodeAt(0);
      if (sign === '(' || sign === ')' || sign === '\\') return `\\${sign}`;
      if (code >= 32 && code < 127) return sign;
      return code >= 160 && code < 256 ? `\\${code.toString(8)}` : '?';
    })
    .join('');

/** The file around one page: every object with its place in the table at the end. */
function assemble(content: string, title: string): Uint8Array<ArrayBuffer> {
  const font = (name: string): string =>
    `<< /Type /Font /Subtype /Type1 /BaseFont /${name} /Encoding /WinAnsiEncoding >>`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R /Lang (nl-BE) /ViewerPreferences << /DisplayDocTitle true >> >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${PAGE.width} ${PAGE.height}] /Contents 4 0 R ` +
      '/Resources << /Font << /F1 5 0 R /F2 6 0 R >> >> >>',
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    font('Helvetica'),
    font('Helvetica-Bold'),
    `<< /Title (${escape(title)}) >>`,
  ];
  let file = '%PDF-1.4\n';
  const places = objects.map((object, i) => {
    const at = file.length;
    file += `${i + 1} 0 obj\n${object}\nendobj\n`;
    return at;
  });
  const table = file.length;
  const count = objects.length + 1;
  file += `xref\n0 ${count}\n0000000000 65535 f \n`;
  file += places.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('');
  file += `trailer\n<< /Size ${count} /Root 1 0 R /Info 7 0 R >>\nstartxref\n${table}\n%%EOF\n`;
  // Everything above is ASCII: a byte for each sign.
  return new Uint8Array(Buffer.from(file, 'latin1'));
}
