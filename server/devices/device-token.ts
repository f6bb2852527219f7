// A phone's short-lived token: for reading only (roster, event stream). The server keeps its hash.
import { createHash } from 'node:crypto';

export const tokenHash = (token: string): Buffer => createHash('sha256').update(token).digest();
