/** Control routes of the stand-in, for tests and people in other processes: faults, delays, and what was called. */
import { type Context, Hono } from 'hono';
import * as z from 'zod';
import type { AnsweredCall } from './api.ts';
import type { ClusterRegistration } from './clusters.ts';
import { type Faults, faultForm } from './faults.ts';
import type { PropagationDelay } from './propagation.ts';

const delayForm = z.strictObject({
  createMs: z.number().int().nonnegative().optional(),
  deleteMs: z.number().int().nonnegative().optional(),
});

const throttleForm = z.strictObject({ perSecond: z.number().positive(), burst: z.number().int().positive() });

const clusterForm = z.strictObject({
  name: z.string().min(1),
  endpoint: z.url({ protocol: /^https$/ }),
  caPem: z.string().min(1),
});

const emulatorForm = z.strictObject({ url: z.url() });

export interface Controlled {
  faults: Faults;
  propagation: PropagationDelay;
  calls: AnsweredCall[];
  registerCluster(cluster: ClusterRegistration): void;
  useEmulator(url: string): void;
}

/**
 * `POST /_local/faults` adds a fault, `DELETE` ends them all, throttling too; `PUT /_local/throttle`,
 * `PUT /_local/propagation`; `PUT /_local/clusters` registers one, `PUT /_local/emulator` says where the emulator is;
 * `GET /_local/calls`.
 */
export function controls(of: Controlled): Hono {
  const app = new Hono();
  app.get('/_local/faults', (context) => context.json(of.faults.waiting()));
  app.post('/_local/faults', (context) => accept(context, faultForm, (fault) => of.faults.add(fault)));
  app.delete('/_local/faults', (context) => {
    of.faults.clear();
    return context.body(null, 204);
  });
  app.put('/_local/throttle', (context) =>
    accept(context, throttleForm, (limit) => of.faults.throttle(limit)),
  );
  app.put('/_local/propagation', (context) =>
    accept(context, delayForm, ({ createMs, deleteMs }) => {
      if (createMs !== undefined) of.propagation.createMs = createMs;
      if (deleteMs !== undefined) of.propagation.deleteMs = deleteMs;
    }),
  );
  app.put('/_local/clusters', (context) =>
    accept(context, clusterForm, (cluster) => of.registerCluster(cluster)),
  );
  app.put('/_local/emulator', (context) => accept(context, emulatorForm, ({ url }) => of.useEmulator(url)));
  app.get('/_local/calls', (context) => context.json(of.calls));
  return app;
}

async function accept<Form extends z.ZodType>(
  context: Context,
  form: Form,
  use: (value: z.output<Form>) => void,
): Promise<Response> {
  const parsed = form.safeParse(await context.req.json().catch(() => undefined));
  if (!parsed.success) return context.json({ message: z.prettifyError(parsed.error) }, 400);
  use(parsed.data);
  return context.body(null, 204);
}
