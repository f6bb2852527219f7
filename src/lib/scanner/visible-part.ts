// The camera picture fills its box and sticks out on two sides. Only what the volunteer sees is read: a code that lies
// on the table outside the picture is nobody's card.

export type Rect = {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
};

/** The part of a video that `object-fit: cover` shows in a box of this shape, in video pixels. */
export function visiblePart(
  video: { width: number; height: number },
  box: { width: number; height: number },
): Rect {
  if (box.width <= 0 || box.height <= 0) return { x: 0, y: 0, width: video.width, height: video.height };
  const scale = Math.max(box.width / video.width, box.height / video.height);
  const width = Math.min(video.width, Math.round(box.width / scale));
  const height = Math.min(video.height, Math.round(box.height / scale));
  return {
    x: Math.floor((video.width - width) / 2),
    y: Math.floor((video.height - height) / 2),
    width,
    height,
  };
}
