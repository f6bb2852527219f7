// The disk of the embedded database fills up: what PostgreSQL does without any room at all is to stop. So while there is less
// than its log needs to go on safely, the server takes nothing in, says so, and goes on by itself when there is room again.
import { statfs } from 'node:fs/promises';
import type { Logger } from './logger.ts';

/** Four segments of its write-ahead log, which it makes 16 MB at a time. */
const ROOM_BYTES_MIN = 64 * 1024 * 1024;
const LOOK_EVERY_MS = 1_000;

export interface DiskRoom {
  hasRoom(): boolean;
  stop(): void;
}

/** `folder` undefined: a server of one's own, which watches its own disk. */
export function watchDiskRoom(folder: string | undefined, log: Logger): DiskRoom {
  let room = true;
  if (folder === undefined) return { hasRoom: () => room, stop: () => undefined };
  const look = async (): Promise<void> => {
    try {
      const { bavail, bsize } = await statfs(folder);
      const found = bavail * bsize >= ROOM_BYTES_MIN;
      if (found !== room)
        log.warn(
          { freeMb: Math.floor((bavail * bsize) / 1_000_000) },
          found ? 'the disk has room again' : 'the disk is nearly full: nothing is stored',
        );
      room = found;
    } catch (error) {
      log.warn({ err: error }, 'the free space of the disk cannot be read');
    }
  };
  void look();
  const timer = setInterval(() => void look(), LOOK_EVERY_MS).unref();
  return { hasRoom: () => room, stop: () => clearInterval(timer) };
}
