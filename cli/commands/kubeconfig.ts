/** `curfew kubeconfig`: how kubectl reaches a cluster, without any credential in a file. */
import { Command } from 'commander';
import { InvalidInput } from '#domain/errors.ts';
import { waitingForMe } from '../claiming.ts';
import { kubeconfigEntries, kubeconfigText } from '../kubeconfig.ts';
import { kubeconfigPaths, mergeKubeconfig } from '../kubeconfig-file.ts';
import { openSession } from '../session.ts';
import { what } from '../views/words.ts';

interface Options {
  cluster?: string;
  namespace?: string;
  context?: string;
  kubeconfig?: string;
  use?: boolean;
  print?: boolean;
}

export function kubeconfigCommand(): Command {
  return new Command('kubeconfig')
    .description(
      'Put a context for a cluster into your kubeconfig. It holds no credential: kubectl calls `curfew token`.',
    )
    .option(
      '--cluster <cluster>',
      'name of the cluster in the catalog; may be left out where there is one only',
    )
    .option('-n, --namespace <namespace>', 'namespace of the context')
    .option('--context <name>', 'name of the context; the name of the cluster if left out')
    .option('--kubeconfig <file>', 'file to write; the first of $KUBECONFIG, else ~/.kube/config')
    .option('--use', 'make it the current context')
    .option('--print', 'print a whole kubeconfig instead of writing to a file')
    .addHelpText(
      'after',
      `
Examples:
  curfew kubeconfig --cluster payments-prod --use
  curfew kubeconfig --cluster payments-prod --print > payments.kubeconfig

Being in a kubeconfig gives no access: ask for it with \`curfew request\`.`,
    )
    .action(async (options: Options, command: Command) => {
      const session = openSession(command);
      const { terminal } = session;
      const name = options.cluster ?? (await onlyCluster(session.api().catalog()));
      const cluster = await session.api().cluster(name);
      const input = {
        cluster,
        context: options.context ?? name,
        ...(options.namespace ? { namespace: options.namespace } : {}),
        ...(session.profile ? { profile: session.profile } : {}),
      };
      if (options.print) {
        process.stdout.write(kubeconfigText(input));
        return;
      }
      const path = options.kubeconfig ?? kubeconfigPaths()[0] ?? '';
      const merged = mergeKubeconfig(path, kubeconfigEntries(input), options.use === true);
      terminal.json({ path, context: input.context, ...merged });
      const unclaimed = (await waitingForMe(session)).filter(({ asked }) => asked.cluster === name);
      for (const request of unclaimed)
        terminal.progress(
          `Waits for your claim: ${what(request)}. Its time begins once you run: curfew claim ${request.id}`,
        );
      terminal.print([
        `${merged.replaced ? 'Renewed' : 'Added'} context ${input.context} in ${path}${merged.current ? ', and it is the current one' : ''}.`,
        `  kubectl ${merged.current ? '' : `--context ${input.context} `}get pods`,
      ]);
    });
}

async function onlyCluster(asked: Promise<{ clusters: { name: string }[] }>): Promise<string> {
  const { clusters } = await asked;
  const [only, ...more] = clusters;
  if (only && more.length === 0) return only.name;
  throw new InvalidInput(`Which cluster? --cluster ${clusters.map(({ name }) => name).join(' | ')}`);
}
