import type { Letter } from '../mail/mailer.ts';

/** Dutch first: staff of a Flemish region. The link is the only secret in it. */
export const passwordLetter = (to: string, link: string, minutes: number): Letter => ({
  to,
  subject: 'Streekbalie: kies een nieuw wachtwoord',
  text: [
    'Dag,',
    '',
    'Iemand vroeg een nieuw wachtwoord voor Streekbalie met dit e-mailadres.',
    `Was jij dat? Open dan binnen ${minutes} minuten deze link:`,
    '',
    link,
    '',
    'Was jij dat niet? Dan hoef je niets te doen; je wachtwoord blijft zoals het is.',
    '',
    `(English) Someone asked for a new Streekbalie password for this address. If it was you, open the link above within ${minutes} minutes. If not, there is nothing to do.`,
  ].join('\n'),
});

export const invitationLetter = (to: string, link: string, days: number): Letter => ({
  to,
  subject: 'Streekbalie: je bent uitgenodigd',
  text: [
    'Dag,',
    '',
    'Een collega nodigt je uit om met Streekbalie te werken.',
    `Open binnen ${days} dagen deze link. Je ziet dan wat je mag doen:`,
    '',
    link,
    '',
    'Verwacht je dit niet? Dan hoef je niets te doen. Zonder deze link gebeurt er niets.',
    '',
    `(English) A colleague invites you to work with Streekbalie. Open the link above within ${days} days. If you did not expect this, there is nothing to do.`,
  ].join('\n'),
});

export const staffPasswordLetter = (to: string, link: string, hours: number): Letter => ({
  to,
  subject: 'Streekbalie: kies een nieuw wachtwoord',
  text: [
    'Dag,',
    '',
    'Je beheerder maakte een link waarmee je een nieuw wachtwoord kiest voor Streekbalie.',
    `Hij werkt één keer, ${hours} uur lang:`,
    '',
    link,
    '',
    'Heb je dit niet gevraagd? Laat het dan weten aan je beheerder.',
    '',
    `(English) Your administrator made a link to choose a new Streekbalie password. It works once, for ${hours} hours. If you did not ask for it, tell your administrator.`,
  ].join('\n'),
});

export type AccountChange = keyof typeof CHANGES;

/** What happened, in both languages, as the rest of a sentence. */
const CHANGES = {
  'password-changed': ['er is een nieuw wachtwoord gekozen', 'a new password was chosen'],
  'second-step-on': [
    'bij het aanmelden wordt nu ook een code gevraagd',
    'signing in now also asks for a code',
  ],
  'second-step-off': [
    'bij het aanmelden wordt geen code meer gevraagd',
    'signing in no longer asks for a code',
  ],
  'recovery-codes-renewed': ['er zijn nieuwe reservecodes gemaakt', 'new recovery codes were made'],
  'passkey-added': ['er is een passkey bijgekomen', 'a passkey was added'],
  'provider-linked': [
    'je kan je nu ook aanmelden met je account bij je organisatie',
    'you can now also sign in with the account of your organisation',
  ],
  'provider-unlinked': [
    'je account bij je organisatie is losgekoppeld',
    'the account of your organisation was unlinked',
  ],
  'ways-in-cleared': [
    'je e-mailadres is bevestigd, en hoe je je daarvoor aanmeldde werkt niet meer',
    'your address was confirmed, and the ways you signed in before no longer work',
  ],
  'passkey-removed': ['er is een passkey weggehaald', 'a passkey was removed'],
} as const satisfies Record<string, readonly [string, string]>;

export function changeLetter(to: string, change: AccountChange, at: number): Letter {
  const [dutch, english] = CHANGES[change];
  const moment = new Intl.DateTimeFormat('nl-BE', {
    dateStyle: 'long',
    timeStyle: 'short',
    timeZone: 'Europe/Brussels',
  }).format(at);
  return {
    to,
    subject: 'Streekbalie: er is iets veranderd aan je account',
    text: [
      'Dag,',
      '',
      `Aan je account bij Streekbalie is iets veranderd: ${dutch}.`,
      `Dat was op ${moment}.`,
      '',
      'Deed jij dat? Dan hoef je niets te doen.',
      'Was jij dat niet? Kies meteen een nieuw wachtwoord, en laat het weten aan je beheerder.',
      '',
      `(English) Something changed in your Streekbalie account: ${english}. If it was not you, choose a new password at once and tell your administrator.`,
    ].join('\n'),
  };
}
