import { describe, expect, it } from 'vitest';
import { visiblePart } from '../../../../src/lib/scanner/visible-part.ts';

describe('the part of the picture that is seen', () => {
  it.each([
    [
      'a wide picture in a tall box',
      { width: 1280, height: 720 },
      { width: 360, height: 360 },
      [280, 0, 720, 720],
    ],
    [
      'a tall picture in a wide box',
      { width: 720, height: 1280 },
      { width: 336, height: 300 },
      [0, 318, 720, 643],
    ],
    ['the same shape', { width: 640, height: 480 }, { width: 320, height: 240 }, [0, 0, 640, 480]],
    [
      'a box that is not laid out yet',
      { width: 640, height: 480 },
      { width: 0, height: 0 },
      [0, 0, 640, 480],
    ],
  ])('%s', (_name, video, box, [x, y, width, height]) => {
    expect(visiblePart(video, box)).toEqual({ x, y, width, height });
  });
});
