/** The world of SendWebhook: the catalog's receivers, and the secrets by which is signed what they get. */
import { LiveSecrets } from '#operations/live-secrets.ts';
import { deployedCatalog } from '../catalog.ts';
import { environment } from '../environment.ts';
import { HttpsReceivers } from '../https-receivers.ts';
import { sqsPostpone } from '../queue-handler.ts';
import { secretsManager } from '../secrets-manager.ts';
import { systemClock } from '../system.ts';

export function sendWebhookWorld() {
  const { region } = environment(['region']);
  const secrets = secretsManager(region);
  return {
    clock: systemClock,
    catalog: deployedCatalog(),
    liveSecrets: new LiveSecrets({ clock: systemClock, secrets }),
    receivers: new HttpsReceivers(),
    postpone: sqsPostpone(region),
  };
}
