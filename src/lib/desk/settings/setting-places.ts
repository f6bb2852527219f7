// A place as it stands in an address: nothing for the region, `g-33011` a municipality, `o-<id>` an organisation.
import type { SettingsAnswer } from '#domain/settings-api.ts';
import type { SettingPlace } from '#domain/settings/settings.ts';
import { m } from '../../paraglide/messages.js';

export function placeIn(text: string): SettingPlace {
  const [kind, rest = ''] = [text.slice(0, 2), text.slice(2)];
  if (kind === 'g-') return { nisCode: rest, organisationId: null };
  return { nisCode: null, organisationId: kind === 'o-' ? rest : null };
}

export const addressOfPlace = ({ nisCode, organisationId }: SettingPlace): string =>
  organisationId !== null ? `o-${organisationId}` : nisCode !== null ? `g-${nisCode}` : '';

export function placeText({ nisCode, organisationId, name }: SettingsAnswer['place']): string {
  if (organisationId !== null) return name;
  return nisCode !== null ? m.settings_place_municipality({ name }) : m.settings_place_region({ name });
}
