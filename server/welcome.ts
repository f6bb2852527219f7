import { isLoopback } from './config.ts';
import type { Context } from './context.ts';
import { announceDemo } from './demo/announce.ts';
import { DEMO_PASSWORD } from './demo/staff.ts';
import { say } from './say.ts';
import { drawQrCode } from './terminal-qr-code.ts';

/** What the terminal shows when everything runs: where, and for a demo how to get in. */
export async function welcome(context: Context, listeningOn: string): Promise<void> {
  const { config, appUrl } = context;
  const demo = config.demo ? await announceDemo(context) : undefined;
  const { protocol, hostname } = new URL(appUrl);
  const reachesPhones = protocol === 'https:' && !isLoopback(hostname);

  say('');
  say(`Streekbalie is ready: ${appUrl}`);
  if (config.appUrl !== undefined && config.appUrl !== listeningOn) say(`Listening on ${listeningOn}`);
  if (!reachesPhones)
    say('A real phone needs an https address: see docs/RUNBOOK.md, "A phone on your network".');
  if (demo) {
    say('');
    say(`Demo region: invented people. The desk is at /balie; the password is always ${DEMO_PASSWORD}.`);
    for (const { email, as } of demo.signIns) say(`  ${email.padEnd(40)} ${as}`);
    say(`A phone for "${demo.activityTitle}", within ten minutes: ${demo.enrolUrl}`);
    if (reachesPhones) say(await drawQrCode(demo.enrolUrl));
    if (!config.mail) say(`Mail of the demo, such as a new password: ${appUrl}/api/dev/mailbox`);
    say('');
  }
  say('Ctrl-C stops it.');
}
