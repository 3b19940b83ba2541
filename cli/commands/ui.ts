/** `curfew ui`: what waits, who has access, and the kill switch, as pages on this machine, signed with the caller's own identity. */
import { Command } from 'commander';
import type { Api } from '../api/client.ts';
import { AnsweredError, CancelledByUser } from '../failures.ts';
import { openSession } from '../session.ts';
import { interruptible } from '../signals.ts';
import type { Serving } from '../ui/serve.ts';

export function uiCommand(): Command {
  return new Command('ui')
    .description('Open pages in your browser: what waits for you, who has access, how to end it.')
    .option('--no-open', 'print the address instead of opening it')
    .addHelpText(
      'after',
      `
Examples:
  curfew ui
  curfew ui --no-open          the address works once, in a browser on this machine

The pages are served on 127.0.0.1, to the one browser that was opened, until Ctrl-C. Each call is signed with your own AWS identity.`,
    )
    .action(async ({ open }: { open: boolean }, command: Command) => {
      const session = openSession(command);
      const { terminal } = session;
      const api = session.api();
      const [caller, operator] = await Promise.all([api.whoami(), isOperator(api)]);
      // Loaded here: kubectl calls other commands all the time, and needs none of it.
      const [{ serveUi }, { openBrowser }] = await Promise.all([
        import('../ui/serve.ts'),
        import('../ui/open-browser.ts'),
      ]);
      const serving: Serving = await serveUi({
        ...{ api, operator, me: caller.person ?? caller.sessionName },
        now: () => new Date(),
        replayed: () =>
          terminal.progress(
            `The address was opened a second time, so the pages were closed to every browser. If it was you, open this:\n  ${serving.newAddress()}`,
          ),
        log: (error) => terminal.progress(`A fault in curfew itself: ${String(error)}`),
      });
      try {
        const address = serving.newAddress();
        terminal.json({ address });
        const opened = open && terminal.format === 'text' && (await openBrowser(address));
        if (opened) terminal.progress('Opened in your browser; it works there until Ctrl-C.');
        else terminal.print(`Open this in a browser on this machine; it works once:\n  ${address}`);
        await interruptible(
          (signal) =>
            new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
        );
      } catch (error) {
        // The way to end it.
        if (!(error instanceof CancelledByUser)) throw error;
        terminal.progress('The pages are closed.');
      } finally {
        await serving.close();
      }
    });
}

/** Only operators may read kill orders. */
async function isOperator(api: Pick<Api, 'kills'>): Promise<boolean> {
  try {
    await api.kills({ limit: 1 });
    return true;
  } catch (error) {
    if (error instanceof AnsweredError && error.name === 'NotAllowed') return false;
    throw error;
  }
}
