// Taking a scan back: a command of its own, never a deletion. In place for ten seconds, from the list for a day.
import { limits } from '#domain/kernel/limits.ts';
import { scanRow } from '../db/phone-db.ts';
import type { NotSaved } from '../db/strict-write.ts';
import type { Phone } from '../session/phone.ts';
import { dispatch } from '../sync/dispatch.ts';
import { forgetSightings } from './check-in.ts';

export type UndoResult =
  | { readonly kind: 'undone' }
  | { readonly kind: 'refused'; readonly why: 'unknown' | 'already-undone' | 'undo-too-late' }
  | { readonly kind: 'not-saved'; readonly why: NotSaved['why'] };

export async function undoScan(phone: Phone, commandId: string): Promise<UndoResult> {
  const { db } = phone;
  const at = phone.trueNow();
  const saved = await dispatch<UndoResult, 'undo-check-in'>(
    phone,
    'undo-check-in',
    { target: commandId },
    async () => {
      const scan = await db.scans.get(commandId);
      if (scan?.device !== phone.device.id) return refused('unknown');
      if (scan.undone === 1) return refused('already-undone');
      if (at - scan.at > limits.undoByPhoneMs) return refused('undo-too-late');
      return {
        write: true,
        result: { kind: 'undone' },
        grounds: { verdictShown: null, activityVersion: null, rosterVersion: null },
        apply: (seq) => db.scans.put(scanRow({ ...scan, undone: 1, undoSeq: seq })),
      };
    },
  );
  if (!saved.ok) return { kind: 'not-saved', why: saved.error.why };
  if (saved.value.result.kind === 'undone') forgetSightings(phone);
  return saved.value.result;
}

const refused = (
  why: Extract<UndoResult, { kind: 'refused' }>['why'],
): { write: false; result: UndoResult } => ({ write: false, result: { kind: 'refused', why } });
