// Colleagues at the desk: one is invited by a link, works at once, and loses the role again. A desk that was left open is
// asked first who sits there; then what was asked goes on.
import type { Page } from '@playwright/test';
import { DEMO_PASSWORD } from '#server/demo/staff.ts';
import { DESK_SIZE, signInAtDesk } from '#tests/_support/desk-page.ts';
import { expect, test, type Town } from '#tests/_support/story.ts';

const EMAIL = 'noor.nieuw@demo.streekbalie.example';

/** As after a lunch: the session goes on, the proof of who sits there is old. */
const leaveOpen = ({ database }: Town): Promise<unknown> =>
  database.query(`update auth_session set created_at = created_at - interval '11 minutes', proved_at = null`);

const member = (page: Page, name: string) =>
  page.getByRole('table', { name: 'Medewerkers' }).getByRole('row').filter({ hasText: name });

test('a colleague is invited, comes in, and goes', async ({ town, newPhone }) => {
  const { page: desk } = await newPhone();
  await signInAtDesk(desk, town.server.url, 'beheer');
  await desk.getByRole('link', { name: 'Medewerkers' }).click();
  await expect(member(desk, 'Els Boekhout')).toContainText('Bibliotheek Ieper');

  await leaveOpen(town);
  await desk.getByRole('button', { name: 'Collega uitnodigen' }).click();
  await desk.getByLabel('E-mailadres').fill('geen adres');
  await desk.getByLabel('Wat mag je collega doen?').selectOption('Jeugdwerker');
  await desk.getByLabel('Voor welke plaats?').selectOption('Bibliotheek Ieper');
  await desk.getByRole('button', { name: 'Uitnodigen', exact: true }).click();
  await expect(desk.getByText('Dit is geen volledig e-mailadres.')).toBeVisible();
  await desk.getByLabel('E-mailadres').fill(EMAIL);
  await desk.keyboard.press('Enter');

  const question = desk.getByRole('dialog', { name: 'Ben jij het nog?' });
  await question.getByLabel('Wachtwoord').fill('niet dit wachtwoord');
  await desk.keyboard.press('Enter');
  await expect(question.getByRole('alert')).toContainText('Dit klopt niet.');
  await question.getByLabel('Wachtwoord').fill(DEMO_PASSWORD);
  await desk.keyboard.press('Enter');
  const link = await desk.getByTestId('person-link').inputValue();
  await desk.keyboard.press('Escape');
  await expect(desk.getByRole('table', { name: 'Uitnodigingen die nog openstaan' })).toContainText(EMAIL);

  const { page: guest } = await newPhone();
  await guest.goto(link);
  await expect(guest.getByText('Bibliotheek Ieper')).toBeVisible();
  await expect(guest).toHaveURL(/\/balie\/uitnodiging$/);
  await guest.getByRole('button', { name: 'Aannemen' }).click();
  await expect(guest.getByText('Vul dit in.')).toBeVisible();
  await guest.getByLabel('Je naam').fill('Noor Nieuw');
  await guest.getByLabel('Wachtwoord', { exact: true }).fill('noor kiest iets langs');
  await guest.keyboard.press('Enter');
  await guest.getByLabel('E-mailadres').fill(EMAIL);
  await guest.getByLabel('Wachtwoord', { exact: true }).fill('noor kiest iets langs');
  await guest.keyboard.press('Enter');
  await expect(guest.getByRole('heading', { level: 1, name: 'Vandaag' })).toBeVisible();
  await guest.goto(link);
  await expect(guest.getByRole('alert')).toContainText('al gebruikt, ingetrokken of te oud');

  await desk.reload();
  await expect(member(desk, 'Noor Nieuw')).toContainText('op 1 toestel');
  await desk.getByRole('button', { name: 'Acties voor Noor Nieuw' }).click();
  await desk.getByRole('menuitem', { name: 'Rol intrekken: Jeugdwerker' }).click();
  await desk.getByRole('button', { name: 'Rol intrekken' }).click();
  await expect(member(desk, 'Noor Nieuw')).toHaveCount(0);
  await guest.goto(`${town.server.url}/balie`);
  await expect(guest.getByRole('heading', { level: 1, name: 'Aanmelden' })).toBeVisible();
});

test('a phone of a colleague is revoked only by who shows again who he is', async ({ town, newPhone }) => {
  const { page: desk } = await newPhone();
  await signInAtDesk(desk, town.server.url, 'bib');
  await desk.setViewportSize(DESK_SIZE);
  await desk.goto(`${town.server.url}/balie/toestellen`);
  await leaveOpen(town);
  const actions = desk.getByRole('button', { name: /^Acties voor/ });
  await expect(actions).not.toHaveCount(0); // until the list is there
  const before = await actions.count();
  // Nobody of this desk enrolled that one: other stories may have made phones of their own.
  await desk.getByRole('button', { name: 'Acties voor Inkom links' }).click();
  await desk.getByRole('menuitem', { name: 'Ontkoppelen' }).click();
  await desk.getByRole('button', { name: 'Ontkoppelen' }).click();
  const question = desk.getByRole('dialog', { name: 'Ben jij het nog?' });
  await question.getByRole('button', { name: 'Annuleren' }).click();
  await expect(desk.getByRole('alert')).toContainText('Toon eerst nog eens wie je bent');
  await desk.getByRole('button', { name: 'Ontkoppelen' }).click();
  await question.getByLabel('Wachtwoord').fill(DEMO_PASSWORD);
  await desk.keyboard.press('Enter');
  await expect(actions).toHaveCount(before - 1);
});
