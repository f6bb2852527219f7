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
