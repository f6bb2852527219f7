// Countries by their name in the language of the screen; those around the region first.
import { getLocale } from '../../paraglide/runtime.js';

const NEAR = ['BE', 'FR', 'NL', 'LU', 'DE', 'GB'];
const OTHERS =
  'AD AE AF AG AL AM AO AR AT AU AZ BA BB BD BF BG BH BI BJ BN BO BR BS BT BW BY BZ CA CD CF CG CH CI CL CM CN CO CR CU CV CY CZ ' +
  'DJ DK DM DO DZ EC EE EG ER ES ET FI FJ FM GA GD GE GH GM GN GQ GR GT GW GY HK HN HR HT HU ID IE IL IN IQ IR IS IT JM JO JP ' +
  'KE KG KH KI KM KN KP KR KW KZ LA LB LC LI LK LR LS LT LV LY MA MC MD ME MG MH MK ML MM MN MR MT MU MV MW MX MY MZ NA NE NG ' +
  'NI NO NP NR NZ OM PA PE PG PH PK PL PS PT PW PY QA RO RS RU RW SA SB SC SD SE SG SI SK SL SM SN SO SR SS ST SV SY SZ TD TG ' +
  'TH TJ TL TM TN TO TR TT TV TW TZ UA UG US UY UZ VA VC VE VN VU WS XK YE ZA ZM ZW';

export type CountryOption = { readonly value: string; readonly label: string };

export function countryName(code: string): string {
  return new Intl.DisplayNames(getLocale() === 'en' ? 'en-GB' : 'nl-BE', { type: 'region' }).of(code) ?? code;
}

export const countryOptions = (): CountryOption[] => [
  ...NEAR.map(optionOf),
  ...OTHERS.split(' ')
    .map(optionOf)
    .sort((a, b) => a.label.localeCompare(b.label)),
];

const optionOf = (value: string): CountryOption => ({ value, label: countryName(value) });
