/** What a desk's browser could have drawn: the header of a JPEG, and nothing that anybody could look at. `mark`: to know it again. */
export function smallJpeg(width: number, height: number, mark = 0): Buffer {
  const two = (n: number): number[] => [n >> 8, n & 0xff];
  const frame = [0xff, 0xc0, 0, 11, 8, ...two(height), ...two(width), 1, 1, 0x11, 0];
  const scan = [0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, ...two(mark)];
  return Buffer.from([0xff, 0xd8, ...frame, ...scan, 0xff, 0xd9]);
}
