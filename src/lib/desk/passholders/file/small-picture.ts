// Of what somebody chose a small picture is drawn anew: nothing of where and when it was taken goes along, and no large file leaves the desk.
import { toBase64url } from '#domain/kernel/bytes.ts';
import { limits } from '#domain/kernel/limits.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import { withoutRemarks } from '#domain/passholders/picture.ts';
import type { Picture } from '#domain/passholder-api.ts';

/** From good to what is still a face. */
const QUALITIES = [0.85, 0.7, 0.5, 0.3];

export type DrawProblem = 'picture-too-large' | 'picture-none' | 'picture-too-heavy';

/** As base64url. */
export async function drawSmall(file: Blob): Promise<Result<string, DrawProblem>> {
  if (file.size > limits.pictureChosenBytesMax) return refuse('picture-too-large');
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    return refuse('picture-none');
  }
  const scale = Math.min(1, limits.pictureSideMax / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const pen = canvas.getContext('2d');
  if (!pen) return refuse('picture-none');
  // What one can see through becomes white, not black.
  pen.fillStyle = '#fff';
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.imageSmoothingQuality = 'high';
  pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  for (const quality of QUALITIES) {
    const drawn = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', quality));
    if (!drawn) return refuse('picture-none');
    const bytes = withoutRemarks(new Uint8Array(await drawn.arrayBuffer()));
    if (bytes.length <= limits.pictureBytesMax) return ok(toBase64url(bytes));
  }
  return refuse('picture-too-heavy');
}

/** For an <img>: the bytes themselves, so that no address leads to somebody's face. */
export const pictureAddress = ({ mediaType, data }: Picture): string =>
  `data:${mediaType};base64,${data.replaceAll('-', '+').replaceAll('_', '/')}`;
