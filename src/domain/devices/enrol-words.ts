// Two words that phone and coordinator both see before a phone is approved: a photographed QR gives nothing.
// They follow from the phone's public key and its new id, so both sides derive them; nobody sends them.
import { concatBytes, utf8, type Sha256 } from '../kernel/bytes.ts';

/** 64 short Dutch words that sound different aloud. */
const WORDS = (
  'anker appel azuur bakker beker berg bloem boter brief brug citroen dijk doos dorp eend emmer fiets fluit gans glas ' +
  'golf haan hamer hoed honing jas kaars kachel kam kasteel kers klok koffie konijn kroon lepel maan mand meeuw molen ' +
  'muts noot oven paard parel peer pet pijl raam regen roos schaap schip sleutel sneeuw ster stoel tafel tent toren ' +
  'trein trommel vlag zout'
).split(' ');

export function enrolWords(sha256: Sha256, deviceId: string, publicKey: string): readonly [string, string] {
  const digest = sha256(
    concatBytes(utf8('streekbalie-words-1\n'), utf8(deviceId), utf8('\n'), utf8(publicKey)),
  );
  const word = (at: number): string => WORDS[(digest[at] ?? 0) % WORDS.length] ?? '';
  return [word(0), word(1)];
}
